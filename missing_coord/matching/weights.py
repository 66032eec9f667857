"""The versioned table of weights: how often each agreement is seen for the right child, and for others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import log2
from typing import Any

_SHARES = ("on_register", "unknown_sibling", "twin", "local_id_wrong")
_FIELDS = ("forename", "surname", "birth", "place", "phone", "sex", "local_id", "authority", "care")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWeight:
    """Share of right (m) and of other children (u) that agree at one level, and where that is from."""

    m: float
    u: float
    source: str

    def bits(self, *, at_least: float = 0.0) -> float:
        """Evidence in bits, log2(m/u), with u not taken below `at_least`."""
        return log2(self.m / max(self.u, at_least, 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One version of all weights."""

    version: str
    on_register: float
    unknown_sibling: float
    twin: float
    local_id_wrong: float
    together: LevelWeight
    swapped: LevelWeight
    closed: LevelWeight
    fields: Mapping[str, Mapping[str, LevelWeight]]
    about: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


def read_weights(text: str) -> Weights:
    """Read a table of weights from JSON; ValueError names what is missing or not a share between 0 and 1."""
    data = json.loads(text)
    try:
        return Weights(
            version=str(data["version"]),
            on_register=_share(data, "on_register"),
            unknown_sibling=_share(data, "unknown_sibling"),
            twin=_share(data, "twin"),
            local_id_wrong=_share(data, "local_id_wrong"),
            together=_level(data["together"], "together"),
            swapped=_level(data["swapped"], "swapped"),
            closed=_level(data["closed"], "closed"),
            fields={
                name: {key: _level(row, f"{name}.{key}") for key, row in data[name].items()}
                for name in _FIELDS
            },
            about=str(data.get("about", "")),
            sources={name: str(data[name].get("from", "")) for name in _SHARES},
        )
    except KeyError as missing:
        raise ValueError(f"weights: {missing.args[0]} is missing") from missing


def write_weights(weights: Weights) -> str:
    """The table as JSON that `read_weights` takes."""
    data: dict[str, Any] = {"version": weights.version, "about": weights.about}
    data |= {
        name: {"value": getattr(weights, name), "from": weights.sources.get(name, "")} for name in _SHARES
    }
    data |= {name: {level: _row(row) for level, row in rows.items()} for name, rows in weights.fields.items()}
    data |= {name: _row(getattr(weights, name)) for name in ("together", "swapped", "closed")}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _row(row: LevelWeight) -> dict[str, object]:
    return {"m": row.m, "u": row.u, "from": row.source}


@cache
def shipped_weights() -> Weights:
    """The weights that come with this version of the program."""
    return read_weights(files(__package__).joinpath("weights_v2.json").read_text(encoding="utf-8"))


def _share(data: Mapping[str, Any], name: str) -> float:
    value = float(data[name]["value"])
    if not 0 < value < 1:
        raise ValueError(f"weights: {name} must be between 0 and 1, not {value}")
    return value


def _level(row: Mapping[str, Any], name: str) -> LevelWeight:
    m, u = float(row["m"]), float(row["u"])
    if not (0 < m <= 1 and 0 <= u <= 1):
        raise ValueError(f"weights: {name} needs 0 < m <= 1 and 0 <= u <= 1, not m={m} u={u}")
    return LevelWeight(m=m, u=u, source=str(row["from"]))
