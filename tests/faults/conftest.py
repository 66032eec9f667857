"""What tests of faults may ask for besides: a database server that they may kill."""

from __future__ import annotations

from tests.faults.database_server import own_server  # noqa: F401
