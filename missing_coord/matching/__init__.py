"""Engine: which child is this notice about? Pure scoring behind a candidate port, no storage."""

from __future__ import annotations
