"""A pattern in one line of words, in references and counts, and the threshold that it crossed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from missing_coord.domain.plurals import plural
from missing_coord.linking.proposals import PatternKind

_NOTES = {
    "places_only": "places only",
    "same_base_only": "same home or school only",
    "provisional_record": "a record not yet matched",
    "common_place": "a common place",
}
_TIES = {
    "phone": "telephone",
    "handle": "account",
    "vehicle": "vehicle",
    "part_mark": "part of a registration",
    "house": "address",
    "place": "place",
    "name": "person",
    "by_name": "first name or by-name",
}
_MANY = {"part_mark": "parts of registrations", "by_name": "first names or by-names"}
_CHANGES = {
    "first_night_away": "first night away",
    "much_longer": "much longer than before",
    "another_force_area": "another police force area",
    "night_away": "a night away",
    "sign_of_exploitation": "a sign of exploitation",
}


def words_of(name: str) -> str:
    """Return a name of the rules as people read it."""
    return name.replace("_", " ")


def pattern_text(kind: str, detail: Mapping[str, Any]) -> str:
    """Say in one line what a pattern is, in references and counts."""
    notes = ", ".join(_NOTES.get(note, note) for note in detail.get("notes", ()))
    return _text(PatternKind(kind), detail) + (f" ({notes})" if notes else "")


def _text(kind: PatternKind, detail: Mapping[str, Any]) -> str:
    changes = ", ".join(_CHANGES.get(each, words_of(each)) for each in detail.get("changes", ()))
    match kind:
        case PatternKind.LINKED_CHILDREN | PatternKind.EMERGING_GROUP | PatternKind.KNOWN_CONCERN:
            return f"{_GROUPS[kind]}{plural(detail['children'], 'child')} linked by {ties_text(detail)}"
        case PatternKind.REPEAT_MISSING:
            return (
                f"Missing {plural(detail['episodes'], 'time')};"
                f" {detail['times']} in {plural(detail['days'], 'day')} is the threshold"
            )
        case PatternKind.LONG_MISSING:
            return f"Missing for more than {plural(detail['hours'], 'hour')}"
        case PatternKind.QUICKENING:
            return f"Missing more and more often: {plural(detail['episodes'], 'episode')} in the run"
        case PatternKind.CHANGED_PATTERN:
            return f"A changed pattern: {changes}"
        case PatternKind.UNDER_13:
            night = f", with {changes}" if changes else ""
            return f"Under {detail['age']} and missing: {plural(detail['episodes'], 'episode')}{night}"
        case PatternKind.EXPLOITATION_SIGNS:
            return f"Signs of exploitation: {changes}"
        case PatternKind.HOT_SPOT:
            most, days = detail["most_children_in_window"], detail["window_days"]
            return (
                f"A place named for {plural(detail['children'], 'child')}, {most} of them within"
                f" {plural(days, 'day')}"
            )


_GROUPS = {
    PatternKind.LINKED_CHILDREN: "",
    PatternKind.EMERGING_GROUP: "New group: ",
    PatternKind.KNOWN_CONCERN: "A known concern near another child: ",
}


def ties_text(detail: Mapping[str, Any]) -> str:
    """Say what ties a group: things by kind, and nights missing together."""
    found = [plural(number, _TIES[kind], _MANY.get(kind, "")) for kind, number in detail["ties"].items()]
    if detail["nights"]:
        found.append(
            f"going missing together {'once' if detail['nights'] == 1 else plural(detail['nights'], 'time')}"
        )
    return (
        " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else (found or ["being named"])[0]
    )


def tie_words(kinds: list[str]) -> str:
    """Say the kinds of tie between two children of a group."""
    going = {
        "together": "missing together",
        "together_same_base": "missing together, from one home or school",
    }
    named = {"named": "one names the other", "named_same_base": "one names the other"}
    return ", ".join({**_TIES, **going, **named}.get(each, each) for each in kinds)


def threshold_text(kind: str, detail: Mapping[str, Any]) -> str:
    """Say what has to be seen before a pattern of this kind is raised."""
    match PatternKind(kind):
        case PatternKind.LINKED_CHILDREN | PatternKind.EMERGING_GROUP | PatternKind.KNOWN_CONCERN:
            return "Each child is linked to another of the group with a strength of at least 70."
        case PatternKind.REPEAT_MISSING:
            return f"{plural(detail['times'], 'episode')} within {plural(detail['days'], 'day')}."
        case PatternKind.LONG_MISSING:
            return f"One episode of more than {plural(detail['hours'], 'hour')}."
        case PatternKind.QUICKENING:
            return (
                f"{plural(detail['times'], 'episode')} within {plural(detail['days'], 'day')},"
                f" and {plural(detail['factor'], 'time')} as many"
                f" as usual for this child ({detail['usual']:g})."
            )
        case PatternKind.CHANGED_PATTERN:
            return f"Something new after {plural(detail['settled'], 'earlier episode')}."
        case PatternKind.UNDER_13:
            return (
                f"Under {detail['age']}: {plural(detail['times'], 'episode')} within"
                f" {plural(detail['days'], 'day')}, or one with a night"
                " away or a sign of exploitation."
            )
        case PatternKind.EXPLOITATION_SIGNS:
            return f"{plural(detail['signs'], 'different sign')} within {plural(detail['days'], 'day')}."
        case PatternKind.HOT_SPOT:
            return (
                f"More than {plural(detail['hot_spot_over'], 'child')} within"
                f" {plural(detail['window_days'], 'day')}."
            )
