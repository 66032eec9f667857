"""What is written and read back for the use cases, one module per port."""
