"""The structured record of a return interview: what the child said, what follows, and who may be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.mentions import MentionKind


class RecordKind(StrEnum):
    """How much was asked: everything, or the short form for a child who goes missing very often."""

    FULL = "full"
    FOLLOW_UP = "follow_up"


class RecordOrigin(StrEnum):
    """Why a version was written: the first one, a correction by its author, or work that the auditor asked for."""

    FIRST = "first"
    AMENDMENT = "amendment"
    REWORK = "rework"


class HeldWhere(StrEnum):
    """Where the child was seen, or by what means."""

    HOME = "home"
    PLACEMENT = "placement"
    SCHOOL = "school"
    PUBLIC_PLACE = "public_place"
    OFFICE = "office"
    PHONE = "phone"
    VIDEO = "video"


GENDER_WISHES = ("", "female", "male")
"""Whom a child would rather see: no wish, a woman, a man."""


class Known(StrEnum):
    """An answer that may be missing for either of two reasons, which are never mixed."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"
    NOT_ASKED = "not_asked"


class ToldBy(StrEnum):
    """Who said something; what a worker concluded is the worker's."""

    CHILD = "child"
    CARER = "carer"
    POLICE = "police"
    WORKER = "worker"


class SharingWish(StrEnum):
    """What the child wishes about passing something on; a wish is weighed and told apart, never lost."""

    MAY_SHARE = "may_share"
    ASK_FIRST = "ask_first"
    DO_NOT_SHARE = "do_not_share"
    NOT_ASKED = "not_asked"


class PlaceKind(StrEnum):
    """What kind of place was named."""

    PRIVATE_ADDRESS = "private_address"
    PUBLIC_PLACE = "public_place"
    SHOP_OR_FOOD = "shop_or_food"
    HOTEL = "hotel"
    LICENSED = "licensed"
    TRANSPORT = "transport"
    SCHOOL = "school"
    OTHER = "other"


class SafeContact(StrEnum):
    """By what means the child can be reached without being put at risk."""

    PHONE = "phone"
    TEXT = "text"
    VIA_CARER = "via_carer"
    VIA_SCHOOL = "via_school"
    IN_PERSON = "in_person"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenAnswer:
    """One question of the exploitation screen: whether it was asked, and apart from that whether it is positive.

    `positive` None: nobody knows. A sign can be seen without the question being asked.
    """

    question: str
    asked: bool
    positive: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """One person, place, vehicle, telephone or handle that was named.

    `value` is the comparing form that linking uses, empty when the words have none; `as_said` the words, with the other
    names of a person as `... aka ...`. Position in metres of the OS grid, where it is known.
    """

    entry_id: str
    kind: MentionKind
    value: str
    as_said: str
    told_by: ToldBy
    sharing: SharingWish
    aliases: tuple[str, ...] = ()
    description: str = ""
    place_kind: PlaceKind | None = None
    easting: int | None = None
    northing: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """What the office and the next worker must know of one version of a record; its contents are kept apart.

    `gender_wish` is of GENDER_WISHES; an empty one is no wish.
    """

    interview_id: str
    number: int
    kind: RecordKind
    origin: RecordOrigin
    reason: str
    lists_version: str
    held_at: datetime
    worker_id: str
    submitted_by: str
    submitted_at: datetime
    episode_ids: tuple[str, ...]
    asked_for: str
    act_now: bool
    safe_contact: SafeContact
    safe_contact_detail: str = ""
    safe_contact_avoid: str = ""
    languages: tuple[str, ...] = ()
    gender_wish: str = ""
    workers_not_wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContents:
    """What was said and what the worker makes of it; empty where the short form does not ask.

    `child_words` are the child's own and nobody else's; `carer_information` is not the child's voice; `analysis` is the
    worker's.
    """

    held_where: HeldWhere
    seen_alone: bool
    present: str = ""
    interpreter: str = ""
    confidentiality_explained: bool
    helpline_given: bool
    before_account: str = ""
    planned: Known = Known.NOT_ASKED
    forced_or_lured: Known = Known.NOT_ASKED
    push_factors: tuple[str, ...] = ()
    pull_factors: tuple[str, ...] = ()
    other_factors: str = ""
    during_account: str = ""
    harm: tuple[str, ...] = ()
    harm_asked: bool
    harm_account: str = ""
    substances: Known = Known.NOT_ASKED
    after_account: str = ""
    may_go_again: Known = Known.NOT_ASKED
    health_asked: bool
    health_account: str = ""
    child_words: str = ""
    sharing: SharingWish = SharingWish.NOT_ASKED
    analysis: str = ""
    prevention: str = ""
    carer_told_by: str = ""
    carer_information: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecord:
    """One version of the record of an interview; submitted versions are never changed."""

    head: RecordHead
    contents: RecordContents
    screen: tuple[ScreenAnswer, ...] = ()
    entries: tuple[RecordEntry, ...] = ()

    @property
    def positive(self) -> tuple[str, ...]:
        """The questions of the exploitation screen that are positive."""
        return tuple(answer.question for answer in self.screen if answer.positive)
