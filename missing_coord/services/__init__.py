"""Use cases, one module per area of work; each takes a unit of work and says what happened."""
