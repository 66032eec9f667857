"""Statutory and common returns: rows of the files that leave the council, and the checks that they must pass first."""
