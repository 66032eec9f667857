"""On what footing a piece of evidence came to the council, and through which gateway it may leave again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Footing(StrEnum):
    """How a piece came to the council; of what a child said it is the child's wish."""

    POLICE = "police"
    COUNCIL = "council"
    MAY_SHARE = "may_share"
    ASK_FIRST = "ask_first"
    NOT_ASKED = "not_asked"
    DO_NOT_SHARE = "do_not_share"


class Gateway(StrEnum):
    """Why something may be passed on: each lets through more than the one before, and is chosen by a person."""

    AGREED = "agreed"
    SAFEGUARDING = "safeguarding"
    SERIOUS_HARM = "serious_harm"


FOOTING_NAMES: Final[Mapping[Footing, str]] = {
    Footing.POLICE: "Police notice, given to the council to safeguard the child",
    Footing.COUNCIL: "The council's own record",
    Footing.MAY_SHARE: "Said in an interview; it may be shared",
    Footing.ASK_FIRST: "Said in an interview; the child wants to be asked first",
    Footing.NOT_ASKED: "Said in an interview; nobody asked whether it may be shared",
    Footing.DO_NOT_SHARE: "Said in an interview; the child does not want it shared",
}
GATEWAY_NAMES: Final[Mapping[Gateway, str]] = {
    Gateway.AGREED: "Police's and the council's own knowledge, and what the child agreed to",
    Gateway.SAFEGUARDING: "To safeguard a child, where nobody could be asked or asking would add to the risk",
    Gateway.SERIOUS_HARM: "To prevent serious harm or a serious crime, against the child's wish",
}
_AGREED = frozenset({Footing.POLICE, Footing.COUNCIL, Footing.MAY_SHARE})
_UNASKED = _AGREED | {Footing.ASK_FIRST, Footing.NOT_ASKED}
PASSES: Final[Mapping[Gateway, frozenset[Footing]]] = {
    Gateway.AGREED: _AGREED,
    Gateway.SAFEGUARDING: _UNASKED,
    Gateway.SERIOUS_HARM: _UNASKED | {Footing.DO_NOT_SHARE},
}


def footing_of(source: str, wish: str = "") -> Footing:
    """Return the footing of a piece from the source of its incident, or from the wish kept with an interview's entry.

    A wish that is not known counts as not asked: less passes, never more.
    """
    if wish:
        return Footing(wish) if wish in _WISHES else Footing.NOT_ASKED
    return Footing.POLICE if source == "police" else Footing.COUNCIL


_WISHES = frozenset({Footing.MAY_SHARE, Footing.ASK_FIRST, Footing.NOT_ASKED, Footing.DO_NOT_SHARE})


class DisruptionKind(StrEnum):
    """What is done so that a place, a person or a group harms no more children."""

    ABDUCTION_WARNING = "abduction_warning"
    POLICE_ACTION = "police_action"
    TRAFFICKING_REFERRAL = "trafficking_referral"
    LICENSING = "licensing"
    PLACE_MADE_SAFER = "place_made_safer"
    ONLINE_ACCOUNT = "online_account"
    STRATEGY_MEETING = "strategy_meeting"
    PLACEMENT_PLAN = "placement_plan"
    OTHER = "other"


DISRUPTION_NAMES: Final[Mapping[DisruptionKind, str]] = {
    DisruptionKind.ABDUCTION_WARNING: "Child abduction warning notice",
    DisruptionKind.POLICE_ACTION: "Police visit, marker or arrest",
    DisruptionKind.TRAFFICKING_REFERRAL: "Referral as a possible victim of trafficking",
    DisruptionKind.LICENSING: "Licensing or trading standards",
    DisruptionKind.PLACE_MADE_SAFER: "A place made safer",
    DisruptionKind.ONLINE_ACCOUNT: "Account or number reported or blocked",
    DisruptionKind.STRATEGY_MEETING: "Strategy meeting",
    DisruptionKind.PLACEMENT_PLAN: "Safety plan at a placement or school",
    DisruptionKind.OTHER: "Other",
}


class DisruptionState(StrEnum):
    """Where a disruption stands."""

    PLANNED = "planned"
    DONE = "done"
    NOT_DONE = "not_done"


class Effect(StrEnum):
    """What those who know the children saw afterwards."""

    LESS = "less"
    SAME = "same"
    MORE = "more"
    NOT_KNOWN = "not_known"


EFFECT_NAMES: Final[Mapping[Effect, str]] = {
    Effect.LESS: "Less contact or fewer episodes",
    Effect.SAME: "No change seen",
    Effect.MORE: "More, or moved elsewhere",
    Effect.NOT_KNOWN: "Not known yet",
}
