"""Pages, one module per subject; each route says who may open it."""
