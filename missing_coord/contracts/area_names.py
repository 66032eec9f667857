"""The names of local authorities as a council writes them in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping

from missing_coord.contracts.members import read_json
from missing_coord.domain.errors import PermanentError

LONGEST_NAME = 100  # characters


def read_area_names(content: str) -> Mapping[str, str]:
    """Return names by ONS code of `{"E08000099": "Larchford", ...}`; PermanentError names what is wrong."""
    found = read_json(content, "area names")
    if not isinstance(found, dict):
        raise PermanentError('area names: write one object, such as {"E08000099": "Larchford"}.')
    for code, name in found.items():
        if not re.fullmatch(r"[ENSW][0-9]{8}", code):
            raise PermanentError(f"{code[:20]}: this is no ONS code; write one such as E08000099.")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
            raise PermanentError(f"{code}: give one name of at most {LONGEST_NAME} characters.")
    return {code: name.strip() for code, name in found.items()}
