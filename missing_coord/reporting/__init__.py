"""Measures, documents and statutory returns."""
