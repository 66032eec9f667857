"""Reads posted forms: cleaned text, London times and code lists, with an error beside each field that is not right."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from fastapi import Request

from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.london import LONDON
from missing_coord.web.session import SignedIn, posted

E = TypeVar("E", bound=StrEnum)

A_DAY = "Enter a day, such as 2026-11-21"
LONGEST_TEXT = 10_000  # characters of one field
HIDDEN = frozenset({"csrf_token", "expected_version", "seen", "criteria", "scheme"})
SEVERAL = frozenset({"push", "pull"})
"""Fields of which more than one may be ticked, beside those whose name ends in `_ids`."""
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAMED_FIELD = re.compile(r"([a-z_][a-z_0-9]*): (.+)", re.DOTALL)


class FormIncomplete(PermanentError):
    """A field that the page puts into every form is missing or not what the page wrote there."""


@dataclass(slots=True, kw_only=True)
class Form:
    """What was posted, and the errors found so far by the name of their field."""

    fields: Mapping[str, tuple[str, ...]]
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return one field without spaces around it; empty when it was not posted."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def many(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, such as ticked boxes."""
        return tuple(each.strip() for each in self.fields.get(name, ()))

    def required(self, name: str, error: str) -> str:
        """Return a field that must be filled in."""
        found = self.text(name)
        if not found:
            self.wrong(name, error)
        return found

    def choice(self, name: str, kind: type[E], error: str) -> E | None:
        """Return a choice from a code list; an empty or unknown one is an error."""
        try:
            return kind(self.text(name))
        except ValueError:
            self.wrong(name, error)
            return None

    def when(self, name: str, error: str = "") -> datetime | None:
        """Return a London time as an instant in UTC; empty is an error if `error` is given.

        Of a time that happens twice the earlier is taken; a time that does not exist is an error.
        """
        given = self.text(name)
        if not given:
            if error:
                self.wrong(name, error)
            return None
        found = london_instant(given)
        if found is None:
            self.wrong(name, "Enter a date and a London time that exist, such as 21/11/2026 14:05")
        return found

    def day(self, name: str, error: str) -> date | None:
        """Return a day such as 2026-11-21; an empty field or no day at all is an error."""
        found = day_of(self.text(name))
        if found is None:
            self.wrong(name, error)
        return found

    def at_most(self, name: str, longest: int) -> None:
        """Put an error beside a field of more than so many characters."""
        if len(self.text(name)) > longest:
            self.wrong(name, f"Use at most {longest} characters")

    def wrong(self, name: str, text: str) -> None:
        """Put an error beside a field; the first one stays."""
        self.errors.setdefault(name, text)

    def refused(self, error: DomainError, *, known: Collection[str], names: Mapping[str, str]) -> None:
        """Put what a rule of the field said beside its field; `names` maps the rule's names to the form's."""
        found = _NAMED_FIELD.fullmatch(error.message)
        name = names.get(found[1], found[1]) if found else ""
        text = found[2] if found and name in known else error.message
        self.wrong(name if name in known else next(iter(known)), text[:1].upper() + text[1:])

    def version(self) -> int:
        """Return the version of the record that the person saw; raises FormIncomplete."""
        given = self.text("expected_version")
        if not re.fullmatch(r"[0-9]{1,9}", given):
            raise FormIncomplete("expected_version: open the page again and repeat it.")
        return int(given)

    def values(self) -> dict[str, object]:
        """Return what was typed, for showing it again."""
        return {
            name: list(given) if name.endswith("_ids") or name in SEVERAL else given[0]
            for name, given in self.fields.items()
            if name not in HIDDEN
        }

    def posted(self) -> list[tuple[str, str]]:
        """Return what was typed as (label, text) pairs, empty fields left out."""
        shown = [(name, ", ".join(each for each in given if each)) for name, given in self.fields.items()]
        return [(label_of(name), text) for name, text in shown if text and name not in HIDDEN]


async def read_form(request: Request, *, whole: bool = False) -> Form:
    """Read a posted form; control signs are taken out and files are not taken.

    A text that is too long is an error beside its field, and cut unless the form is to be kept `whole`.
    """
    sent = await posted(request)
    fields: dict[str, list[str]] = {}
    form = Form(fields={})
    for name, value in sent.multi_items():
        if isinstance(value, str):
            text = _UNWANTED.sub("", value)
            fields.setdefault(name, []).append(text if whole else text[:LONGEST_TEXT])
            if len(text) > LONGEST_TEXT:
                rest = f"these are {len(text):,}" if whole else "the rest is cut off below"
                form.wrong(name, f"Use at most {LONGEST_TEXT:,} characters; {rest}")
    form.fields = {name: tuple(values) for name, values in fields.items()}
    return form


def submission_key(request: Request, who: SignedIn, form: Form) -> str:
    """Return a key that is the same when the same person sends the same form again, and differs otherwise."""
    content = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    said = json.dumps([who.user_id, request.url.path, content], sort_keys=True, default=list)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def london_instant(text: str) -> datetime | None:
    """Return the instant of a London wall-clock time, None when there is none."""
    for pattern in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"):
        try:
            local = datetime.strptime(text, pattern).replace(tzinfo=LONDON)
        except ValueError:
            continue
        try:
            instant = local.astimezone(UTC)
        except OverflowError:
            return None
        exists = instant.astimezone(LONDON).replace(tzinfo=None) == local.replace(tzinfo=None)
        return instant if exists and 1900 < local.year < 2200 else None
    return None


def day_of(text: str) -> date | None:
    """Return a day such as 2026-11-21 of the years 2000 to 2099, None when there is none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def label_of(name: str) -> str:
    """Return the name of a field in words."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


LABELS = {
    "at": "When",
    "with_whom": "Whom",
    "worker_id": "Worker",
    "held_at": "When was it held",
    "visit_at": "When is the visit",
    "episode_ids": "Episodes covered",
}
