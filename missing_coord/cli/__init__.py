"""The `missing-coord` command: each module reads arguments, calls one service and prints the answer."""
