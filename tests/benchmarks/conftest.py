"""Benchmarks need the peers that they measure against; `make bench` installs them, and nothing else runs them."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("splink") else ["test_bench_*.py"]
