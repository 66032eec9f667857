"""Code lists with dates of effect: what a force's own words for risk and category mean to us."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from missing_coord.contracts.text import cached_column_key
from missing_coord.domain.errors import PermanentError

UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One spelling of one meaning, in effect from `since` until `until`, both included (None = no limit)."""

    text: str
    means: str
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether this meaning is in effect on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class CodeList:
    """All spellings that are known for one field."""

    codes: tuple[Code, ...]
    _by_key: dict[str, list[Code]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the codes by their spelling, without regard to case, spaces and underscores."""
        for code in self.codes:
            self._by_key.setdefault(cached_column_key(code.text), []).append(code)

    def meaning(self, text: str, *, on: date) -> str:
        """What a text means on a day; a text that is not on the list is "unrecognised", never dropped."""
        for code in self._by_key.get(cached_column_key(text[:200]), ()):
            if code.holds_on(on):
                return code.means
        return UNRECOGNISED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """What the words that police forces use for risk and category mean."""

    risk: CodeList
    category: CodeList


def code_list(meanings: dict[str, Iterable[str]]) -> CodeList:
    """A code list without dates: each meaning and the spellings that carry it (its own name is one)."""
    return CodeList(
        tuple(Code(text=text, means=means) for means, texts in meanings.items() for text in (means, *texts))
    )


def load_code_list(path: Path) -> CodeList:
    """Read a code list from JSON: [{"text", "means", "since"?, "until"?}]; PermanentError when it is none."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return CodeList(tuple(_code(row) for row in rows))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PermanentError(
            f"{path.name} is no code list: a list of text, means, since, until is needed"
        ) from error


def _code(row: dict[str, str]) -> Code:
    days = {name: date.fromisoformat(row[name]) for name in ("since", "until") if row.get(name)}
    return Code(text=row["text"], means=row["means"], since=days.get("since"), until=days.get("until"))


DEFAULT_RULES = ReadingRules(
    risk=code_list(
        {
            "no_apparent_risk": ("NAR", "no apparent risk (absent)", "none", "absent"),
            "low": ("L", "low risk", "standard"),
            "medium": ("M", "med", "medium risk"),
            "high": ("H", "high risk"),
        }
    ),
    category=code_list(
        {
            "missing": ("M", "misper", "missing person", "missing from care", "missing from home"),
            "absent": ("A",),
            "no_apparent_risk": ("NAR", "no apparent risk (absent)"),
            "away": (
                "away from placement",
                "away from placement without authorisation",
                "unauthorised absence",
            ),
        }
    ),
)
"""The spellings that police forces are known to use."""
