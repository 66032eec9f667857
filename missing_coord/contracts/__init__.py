"""The wire: layouts, parsers and models of everything that crosses the border of the program."""
