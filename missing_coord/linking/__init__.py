"""Engine: which children are connected, and by what? No framework, no database."""
