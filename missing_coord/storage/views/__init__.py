"""What pages, reports and checks read, one module per subject."""
