"""`python -m missing_coord.cli`: the same as the `missing-coord` command."""

from __future__ import annotations

from missing_coord.cli import main

if __name__ == "__main__":
    main()
