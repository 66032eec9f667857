"""The JSON intake for police forces and case systems."""
