"""A synthetic council, for trying the product; never present outside demo mode."""
