"""What the use cases need from outside, kept by adapters."""
