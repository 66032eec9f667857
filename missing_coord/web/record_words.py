"""The words that the pages of interview records show for codes, in the order of the form."""

from __future__ import annotations

from missing_coord.domain.interview_actions import ActionOwner, ActionState
from missing_coord.domain.interview_records import (
    HeldWhere,
    Known,
    PlaceKind,
    RecordKind,
    RecordOrigin,
    SafeContact,
    SharingWish,
    ToldBy,
)
from missing_coord.domain.mentions import MentionKind

Choices = list[tuple[str, str]]

KINDS = {RecordKind.FULL: "Full record", RecordKind.FOLLOW_UP: "Short follow-up"}
ORIGINS = {
    RecordOrigin.FIRST: "First version",
    RecordOrigin.AMENDMENT: "Correction",
    RecordOrigin.REWORK: "Worked on again, as the auditor asked",
}
HELD_WHERE = {
    HeldWhere.HOME: "At home",
    HeldWhere.PLACEMENT: "At the placement",
    HeldWhere.SCHOOL: "At school",
    HeldWhere.PUBLIC_PLACE: "In a café, a park or the like",
    HeldWhere.OFFICE: "At an office",
    HeldWhere.PHONE: "By telephone",
    HeldWhere.VIDEO: "By video",
}
KNOWN = {
    Known.YES: "Yes",
    Known.NO: "No",
    Known.NOT_KNOWN: "Asked, but not clear",
    Known.NOT_ASKED: "Not asked",
}
TOLD_BY = {
    ToldBy.CHILD: "The child",
    ToldBy.CARER: "A parent or carer",
    ToldBy.POLICE: "Police",
    ToldBy.WORKER: "I saw or heard it myself",
}
SHARING = {
    SharingWish.MAY_SHARE: "May be passed on",
    SharingWish.ASK_FIRST: "Ask the child first",
    SharingWish.DO_NOT_SHARE: "Does not want it passed on",
    SharingWish.NOT_ASKED: "Not asked",
}
PLACE_KINDS = {
    PlaceKind.PRIVATE_ADDRESS: "House or flat",
    PlaceKind.PUBLIC_PLACE: "Park, square or street",
    PlaceKind.SHOP_OR_FOOD: "Shop or takeaway",
    PlaceKind.HOTEL: "Hotel",
    PlaceKind.LICENSED: "Pub or club",
    PlaceKind.TRANSPORT: "Station or stop",
    PlaceKind.SCHOOL: "School or college",
    PlaceKind.OTHER: "Other",
}
SAFE_CONTACT = {
    SafeContact.PHONE: "Telephone",
    SafeContact.TEXT: "Text message",
    SafeContact.VIA_CARER: "Through the carer",
    SafeContact.VIA_SCHOOL: "Through school",
    SafeContact.IN_PERSON: "In person only",
    SafeContact.NONE: "No safe way is known",
}
MENTIONS = {
    MentionKind.PERSON: "Person",
    MentionKind.PLACE: "Place",
    MentionKind.VEHICLE: "Vehicle",
    MentionKind.PHONE: "Telephone",
    MentionKind.HANDLE: "Account or handle online",
}
OWNERS = {
    ActionOwner.WORKER: "Interview worker",
    ActionOwner.SOCIAL_WORKER: "Social worker",
    ActionOwner.IRO: "Independent reviewing officer",
    ActionOwner.PLACEMENT: "Placement",
    ActionOwner.HEALTH: "Health",
    ActionOwner.SCHOOL: "School",
    ActionOwner.POLICE: "Police",
    ActionOwner.EXPLOITATION_LEAD: "Exploitation lead",
    ActionOwner.COORDINATOR: "Coordinator",
}
ACTION_STATES = {
    ActionState.OPEN: "Open",
    ActionState.DONE: "Done",
    ActionState.CANCELLED: "Cancelled",
}
YES_NO: Choices = [("yes", "Yes"), ("no", "No")]
POSITIVE: Choices = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")]
CHOICES: dict[str, Choices] = {
    name: [(code.value, words) for code, words in found.items()]
    for name, found in (
        ("held_where", HELD_WHERE),
        ("known", KNOWN),
        ("told_by", TOLD_BY),
        ("sharing", SHARING),
        ("place_kind", PLACE_KINDS),
        ("safe_contact", SAFE_CONTACT),
        ("mentions", MENTIONS),
        ("owners", OWNERS),
    )
}
