"""Lays a notice and a child of the register side by side, fact by fact, and says what agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from missing_coord.contracts.fields import phone_numbers
from missing_coord.domain.areas import Areas
from missing_coord.matching.normalise import clean_id, clean_name
from missing_coord.matching.variants import may_be_same_name
from missing_coord.storage.views.reviews import RegisterCard
from missing_coord.web.rendering import london_day

Fact = tuple[str, str]
Compared = tuple[str, str, str]


def notice_facts(evidence: Mapping[str, Any], areas: Areas) -> list[Fact]:
    """Return what the notices say of the person as (label, text) pairs."""
    facts = [
        ("Name", _name(evidence)),
        ("Other names", _joined(evidence.get("aliases"))),
        ("Born", _born(evidence)),
        ("Sex", str(evidence.get("sex", "")).capitalize()),
        ("Home postcode", _joined(evidence.get("home_postcodes"))),
        ("Missing from", _joined(evidence.get("missing_from_postcodes"))),
        ("Address", _joined(evidence.get("addresses"))),
        ("Phone", _joined(evidence.get("phones"))),
        ("Responsible council", areas.named(str(evidence.get("responsible_authority", "")))),
        ("Council's number", str(evidence.get("local_child_id", ""))),
    ]
    always = ("Name", "Born", "Home postcode", "Council's number")
    return [(label, said) for label, said in facts if said or label in always]


def compared(card: RegisterCard, evidence: Mapping[str, Any]) -> list[Compared]:
    """Return what the register says of a child as (label, text, agrees): yes, partly, no or unknown."""
    told = [*evidence.get("home_postcodes", ()), *evidence.get("missing_from_postcodes", ())]
    number = str(evidence.get("local_child_id", ""))
    phones = phone_numbers(";".join(evidence.get("phones", ())))
    return [
        ("Name", card.name, _whole_names_agree(evidence, card)),
        ("Other names", ", ".join(card.aliases), "unknown"),
        ("Born", london_day(card.date_of_birth) if card.date_of_birth else "", _births(evidence, card)),
        ("Sex", card.sex.capitalize(), _equal(str(evidence.get("sex", "")), card.sex)),
        ("Postcodes", ", ".join(card.postcodes), _any(told, card.postcodes)),
        ("Phone", card.phone, _any(phones, phone_numbers(card.phone))),
        ("Council's number", card.child_id, _equal(clean_id(number), clean_id(card.child_id))),
    ]


def names_agree(said: str, name: str, aliases: Iterable[str] = ()) -> str:
    """Say whether a name agrees: whole, in some of its words or their short forms, or not at all."""
    wanted = set(clean_name(said).split())
    if not wanted or not clean_name(name):
        return "unknown"
    known = [set(clean_name(each).split()) for each in (name, *aliases)]
    if any(wanted <= words for words in known):
        return "yes"
    near = any(one == two or may_be_same_name(one, two) for words in known for one in wanted for two in words)
    return "partly" if near else "no"


def _whole_names_agree(evidence: Mapping[str, Any], card: RegisterCard) -> str:
    """Say whether the name agrees; a surname alone agrees partly, as it is a twin's too."""
    agrees = names_agree(_name(evidence), card.name, card.aliases)
    whole = evidence.get("forename") and evidence.get("surname")
    return "partly" if agrees == "yes" and not whole else agrees


def _births(evidence: Mapping[str, Any], card: RegisterCard) -> str:
    written = evidence.get("date_of_birth")
    if not written or card.date_of_birth is None:
        return "unknown"
    said, known = date.fromisoformat(written), card.date_of_birth
    if said == known:
        return "yes"
    swapped = (said.year, said.month, said.day) == (known.year, known.day, known.month)
    parts = ("year", "month", "day")
    same = sum(getattr(said, part) == getattr(known, part) for part in parts)
    return "partly" if swapped or same == 2 else "no"


def _equal(one: str, other: str) -> str:
    if not one or not other:
        return "unknown"
    return "yes" if one.casefold() == other.casefold() else "no"


def _any(said: Iterable[str], known: Iterable[str]) -> str:
    one, other = _plain(said), _plain(known)
    if not one or not other:
        return "unknown"
    return "yes" if one & other else "no"


def _plain(texts: Iterable[str]) -> set[str]:
    return {"".join(text.split()).casefold() for text in texts if text.strip()}


def _name(evidence: Mapping[str, Any]) -> str:
    return " ".join(part for part in (evidence.get("forename"), evidence.get("surname")) if part)


def _joined(values: Iterable[str] | None) -> str:
    return ", ".join(values or ())


def _born(evidence: Mapping[str, Any]) -> str:
    if evidence.get("date_of_birth"):
        return london_day(date.fromisoformat(evidence["date_of_birth"]))
    return f"Age {evidence['age']}" if evidence.get("age") is not None else ""
