"""What a test says when a part that it needs is not on this machine."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def everything_is_required() -> bool:
    """Say whether a missing part is a failure, as it is wherever a release is decided."""
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


def absent(what: str) -> NoReturn:
    """Leave a test out because `what` is missing, loudly; under REQUIRE_ALL=1 fail instead."""
    if everything_is_required():
        pytest.fail(f"REQUIRE_ALL is set, but this is missing: {what}", pytrace=False)
    pytest.skip(f"NOT RUN, missing: {what}")
