"""Whose own page a report can be: suppliers of interviewers and providers of placements, by name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from missing_coord.reporting.monthly import EVERYBODY, About, Subject
from missing_coord.reporting.reading import Reading

_SUPPLIERS = "select distinct employer from workers where employer <> '' order by 1"
_PROVIDERS = """
select distinct provider_name from episodes where provider_name <> '' and status <> 'cancelled' order by 1
"""


async def subjects(uow: Reading) -> list[Subject]:
    """Return everybody, then every supplier and every provider that has a page of its own."""
    suppliers: Sequence[str] = (await uow.execute(text(_SUPPLIERS))).scalars().all()
    providers: Sequence[str] = (await uow.execute(text(_PROVIDERS))).scalars().all()
    return [
        EVERYBODY,
        *(Subject(about=About.SUPPLIER, name=name) for name in suppliers),
        *(Subject(about=About.PROVIDER, name=name) for name in providers),
    ]


def subject_code(subject: Subject) -> str:
    """Return a subject in one word for addresses; empty for everybody."""
    return "" if subject == EVERYBODY else f"{subject.about.value}:{subject.name}"


def subject_of(code: str) -> Subject:
    """Return the subject that a code stands for, everybody for one that cannot be read."""
    about, _, name = code.partition(":")
    if name and about in (About.SUPPLIER, About.PROVIDER):
        return Subject(about=About(about), name=name)
    return EVERYBODY


def subject_words(subject: Subject) -> str:
    """Return a subject as a choice of a list."""
    return {
        About.ALL: "Everybody",
        About.SUPPLIER: f"Interviews by {subject.name}",
        About.PROVIDER: f"Placements with {subject.name}",
    }[subject.about]
