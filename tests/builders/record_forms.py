"""What a worker types into the form of an interview record, for tests of the pages."""

from __future__ import annotations

from typing import Any

from missing_coord.domain.record_lists import DEFAULT_LISTS

_HELD: dict[str, Any] = {
    "do": "save",
    "kind": "full",
    "independence_basis": "independent_of_care",
    "held_where": "home",
    "seen_alone": "yes",
    "confidentiality_explained": "yes",
    "helpline_given": "yes",
}
_SAID: dict[str, Any] = {
    "before_account": "A row about the phone.",
    "planned": "no",
    "forced_or_lured": "not_known",
    "push_factors": ["conflict_at_home", "boundaries"],
    "pull_factors": "friends",
    "during_account": "Slept at a friend's.",
    "substances": "no",
    "harm_asked": "yes",
    "harm_account": "",
    "may_go_again": "not_known",
    "health_asked": "no",
    "child_words": "Nobody listens in there.",
    "asked_for": "To see Gran on Sundays.",
    "sharing": "ask_first",
    "analysis": "The rows come before each episode.",
    "carer_told_by": "Gran",
    "carer_information": "Came back at six.",
    "safe_contact": "text",
    "safe_contact_detail": "07700 900123",
    "languages": "Polish",
    "see_again": "yes",
}
_NAMED: dict[str, Any] = {
    "entry-1-kind": "person",
    "entry-1-words": "Smokes",
    "entry-1-aliases": "Darren Colby",
    "entry-1-told_by": "child",
    "entry-1-sharing": "do_not_share",
    "entry-2-kind": "vehicle",
    "entry-2-words": "ab12 cde",
    "entry-2-told_by": "carer",
    "entry-2-sharing": "not_asked",
    "action-1-what": "Ask for a visit to Gran.",
    "action-1-owner": "social_worker",
    "action-1-owner_name": "Ines Marsh",
}
_SCREEN: dict[str, Any] = {
    **{
        f"screen-{code}-{part}": value
        for code in DEFAULT_LISTS.screen
        for part, value in (("asked", "yes"), ("positive", "no"), ("note", ""))
    },
    "screen-second_phone-asked": "no",
    "screen-second_phone-positive": "yes",
    "screen-second_phone-note": "A telephone rang in the bag.",
}


def typed(*, held_at: str, episode_id: str, due_on: str, **changes: Any) -> dict[str, Any]:
    """Return a form in which nothing is missing."""
    return {
        **_HELD,
        **_SAID,
        **_SCREEN,
        **_NAMED,
        "held_at": held_at,
        "episode_ids": episode_id,
        "action-1-due_on": due_on,
        **changes,
    }
