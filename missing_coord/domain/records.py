"""The facts that other systems send, one frozen record for each row of each file, already parsed."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from missing_coord.domain.quick import quick


class NoticeMessage(StrEnum):
    """What a police notice says happened."""

    MISSING = "missing"
    UPDATE = "update"
    FOUND = "found"
    RETURNED = "returned"
    SAFE_AND_WELL = "safe_and_well"
    CANCELLED = "cancelled"


class Sex(StrEnum):
    """Sex as recorded by the sender; not stated is None."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


class ChildStatus(StrEnum):
    """How the council knows a child."""

    LOOKED_AFTER = "looked_after"
    CHILD_PROTECTION = "child_protection"
    CHILD_IN_NEED = "child_in_need"
    EARLY_HELP = "early_help"
    CARE_LEAVER = "care_leaver"
    CLOSED = "closed"
    KNOWN = "known"


class WorkerTeam(StrEnum):
    """Who supplies an interviewer."""

    IN_HOUSE = "in_house"
    COMMISSIONED = "commissioned"
    SPOT_PURCHASE = "spot_purchase"


class MissingType(StrEnum):
    """The two kinds of episode of the SSDA903 return: missing, and away without authorisation."""

    MISSING = "M"
    AWAY = "A"


class Weekday(StrEnum):
    """A day of the week as worker files write it."""

    MON = "Mon"
    TUE = "Tue"
    WED = "Wed"
    THU = "Thu"
    FRI = "Fri"
    SAT = "Sat"
    SUN = "Sun"


class WorkingHours(NamedTuple):
    """The start and end of a working day, London wall-clock time."""

    start: time
    end: time


def wall_clock(text: str) -> time:
    """Return a London wall-clock time to the minute; ValueError for one with an offset or with seconds."""
    found = time.fromisoformat(text)
    if found.tzinfo is not None or found.second or found.microsecond:
        raise ValueError("a wall-clock time has hours and minutes, and no offset")
    return found


class NoticeIdentity(NamedTuple):
    """What makes two deliveries the same notice; both names are in their form for comparing."""

    force: str
    reference: str
    message: NoticeMessage
    issued_at: datetime
    content_hash: str


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """Text for comparing: Unicode-composed, trimmed, single spaces, without regard to case."""
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def column_key(name: str) -> str:
    """A column name for comparing: without case, spaces, underscores or hyphens."""
    return "".join(comparable(name).replace("_", " ").replace("-", " ").split())


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceNotice:
    """One message by a police force about one person in one missing incident.

    `risk` and `category` are the force's own words; `risk_level` and `category_code` are what the code list
    makes of them ("unrecognised" when it does not know them). `extra` keeps unknown columns, and the text of
    any contract column that could not be read. `flags` are `reason:field`, such as "ambiguous_time:found_at".
    """

    force: str
    reference: str
    message: NoticeMessage
    issued_at: datetime
    category: str | None = None
    risk: str | None = None
    last_seen_at: datetime | None = None
    last_seen_place: str | None = None
    last_seen_postcode: str | None = None
    reported_at: datetime | None = None
    found_at: datetime | None = None
    found_place: str | None = None
    found_postcode: str | None = None
    returned_at: datetime | None = None
    returned_to: str | None = None
    safe_and_well_at: datetime | None = None
    forename: str | None = None
    surname: str | None = None
    aliases: tuple[str, ...] = ()
    date_of_birth: date | None = None
    age: int | None = None
    sex: Sex | None = None
    ethnicity: str | None = None
    home_address: str | None = None
    home_postcode: str | None = None
    missing_from: str | None = None
    missing_from_postcode: str | None = None
    looked_after: bool | None = None
    responsible_authority: str | None = None
    local_child_id: str | None = None
    phone: str | None = None
    companions: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    circumstances: str | None = None
    warning_markers: tuple[str, ...] = ()
    risk_level: str | None = None
    category_code: str | None = None
    phone_numbers: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    flags: tuple[str, ...] = ()
    _known_hash: str = field(default="", init=False, repr=False, compare=False)

    @property
    def force_key(self) -> str:
        """The force in its form for comparing."""
        return comparable(self.force)

    @property
    def content_hash(self) -> str:
        """SHA-256 of what the notice says, whatever the file format, column order or header spelling."""
        if not self._known_hash:
            digest = hashlib.sha256(_canonical_content(self).encode()).hexdigest()
            object.__setattr__(self, "_known_hash", digest)
        return self._known_hash

    @property
    def identity(self) -> NoticeIdentity:
        """What tells this notice from every other: a repeat has the same, a correction another hash."""
        reference = comparable(self.reference)
        return NoticeIdentity(self.force_key, reference, self.message, self.issued_at, self.content_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRecord:
    """One child of the council's register; `flags` is the file's own column, `reading_flags` are ours."""

    child_id: str
    forename: str | None = None
    middle_names: str | None = None
    surname: str | None = None
    aliases: tuple[str, ...] = ()
    date_of_birth: date | None = None
    sex: Sex | None = None
    ethnicity: str | None = None
    home_address: str | None = None
    home_postcode: str | None = None
    previous_addresses: tuple[str, ...] = ()
    previous_postcodes: tuple[str, ...] = ()
    phone: str | None = None
    status: ChildStatus | None = None
    legal_status: str | None = None
    responsible_authority: str | None = None
    social_worker: str | None = None
    social_worker_email: str | None = None
    team: str | None = None
    team_manager_email: str | None = None
    iro: str | None = None
    iro_email: str | None = None
    school: str | None = None
    uasc: bool | None = None
    flags: tuple[str, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementRecord:
    """One placement of a looked-after child: start <= date < end, no end while it lasts."""

    child_id: str
    placement_id: str
    start_date: date
    end_date: date | None = None
    place_code: str | None = None
    provider_code: str | None = None
    provider_name: str | None = None
    urn: str | None = None
    address: str | None = None
    postcode: str | None = None
    confidential: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRecord:
    """One interviewer; `fte` is a fraction of full time, `weekly_target` interviews a week at full time."""

    worker_id: str
    name: str
    email: str | None = None
    phone: str | None = None
    team: WorkerTeam
    employer: str | None = None
    fte: float | None = None
    weekly_target: int | None = None
    base_postcode: str | None = None
    working_days: tuple[Weekday, ...] = ()
    working_hours: WorkingHours | None = None
    languages: tuple[str, ...] = ()
    gender: str | None = None
    skills: tuple[str, ...] = ()
    out_of_authority: bool | None = None
    max_travel_miles: float | None = None
    phone_numbers: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRecord:
    """A worker is away until `ends_at` (not included) or further notice; known by its number, or else its start."""

    worker_id: str
    starts_at: datetime
    ends_at: datetime | None = None
    reason: str | None = None
    absence_id: str | None = None
    cancelled: bool | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingListEntry:
    """One line of the case system's own list; a date alone is held as that day's London midnight."""

    child_id: str
    placement_id: str | None = None
    type: MissingType | None = None
    started_at: datetime
    ended_at: datetime | None = None
    reported_by: str | None = None
    started_date_only: bool = False
    ended_date_only: bool = False
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()


def with_known_hash(notice: PoliceNotice, digest: str) -> PoliceNotice:
    """Return the notice remembering the hash that was worked out when it was first received."""
    object.__setattr__(notice, "_known_hash", digest)
    return notice


_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
_DERIVED = frozenset({"risk_level", "category_code", "phone_numbers", "extra", "flags", "_known_hash"})
_CONTENT_COLUMNS = {
    column_key(item.name): item.name for item in fields(PoliceNotice) if item.name not in _DERIVED
}
_content_of = attrgetter(*_CONTENT_COLUMNS.values())


def _canonical_content(notice: PoliceNotice) -> str:
    """What a notice says, as JSON; empty fields are left out, so a new column changes no old hash."""
    said: dict[str, str] = {}
    for name, text in notice.extra.items():
        if text:
            key = column_key(name)
            said[key] = f"{_AS_JSON(key)}:{_as_json(text)}"
    for key, value in zip(_CONTENT_COLUMNS, _content_of(notice), strict=True):
        if value or (value is not None and value == 0):
            said[key] = f'"{key}":{_as_json(value)}'
    said["force"] = f'"force":{_AS_JSON(notice.force_key)}'
    return "{" + ",".join([said[key] for key in sorted(said)]) + "}"


def _as_json(value: object) -> str:
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC).isoformat()}"'
    if isinstance(value, str):
        return _AS_JSON(" ".join((value if value.isascii() else unicodedata.normalize("NFC", value)).split()))
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, tuple):
        return f"[{','.join(map(_as_json, value))}]"
    return _AS_JSON(value)
