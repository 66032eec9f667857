"""The kinds of thing that are named beside a child, in police notices and in interview records alike."""

from __future__ import annotations

from enum import StrEnum


class MentionKind(StrEnum):
    """The kinds of thing that can be named for several children."""

    PLACE = "place"
    PERSON = "person"
    VEHICLE = "vehicle"
    PHONE = "phone"
    HANDLE = "handle"
