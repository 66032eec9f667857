"""The rows of the SSDA903 return, one frozen record for each row of each file, already parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from missing_coord.domain.records import MissingType, Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssda903Header:
    """One child of the SSDA903 `Header` file (it carries no names); `year` is its collection, 0 while not known."""

    child: str
    sex: Sex | None = None
    dob: date | None = None
    ethnic: str | None = None
    upn: str | None = None
    mother: bool | None = None
    mc_dob: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssda903Episode:
    """One episode of care of the SSDA903 `Episodes` file, codes as they are."""

    child: str
    decom: date
    rne: str | None = None
    ls: str | None = None
    cin: str | None = None
    place: str | None = None
    place_provider: str | None = None
    dec: date | None = None
    rec: str | None = None
    reason_place_change: str | None = None
    home_post: str | None = None
    pl_post: str | None = None
    urn: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssda903Uasc:
    """One unaccompanied asylum-seeking child (SSDA903 `UASC`); `duc` is the day that status ended."""

    child: str
    sex: Sex | None = None
    dob: date | None = None
    duc: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()
    year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssda903Missing:
    """One row of the SSDA903 `Missing` file; `dfe_codes` are the DfE rules that the row itself breaks."""

    child: str
    dob: date | None = None
    missing: MissingType | None = None
    mis_start: date
    mis_end: date | None = None
    dfe_codes: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()
    year: int = 0


Ssda903Record = Ssda903Header | Ssda903Episode | Ssda903Uasc | Ssda903Missing
