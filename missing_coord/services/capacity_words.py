"""What a replay of the past takes from the record, and what it cannot know, in the words of a manager."""

from __future__ import annotations

from missing_coord.domain.plurals import noun, plural
from missing_coord.services.capacity import Capacity

FEWEST = 20
"""Interviews held below which nothing is measured that could be relied on."""


def trust(made: Capacity) -> str:
    """Return in one sentence how near the replay comes to what happened, and so how far to believe it."""
    present = made.staffs[0][1]
    more = present.in_time - made.recorded.in_time
    held = made.recorded.in_time + made.recorded.late
    if held < FEWEST:
        return (
            f"Only {held} of them were held: too few to measure what was lost on the way. Do not rely on the"
            f" replay, which has {present.in_time} in time where {made.recorded.in_time} really were."
        )
    share = abs(more) / made.recorded.needed
    off = f"{abs(more)} of {made.recorded.needed} ({100 * share:.0f}%)"
    if more <= 0:
        return (
            f"With the staff as it is it sees {off} fewer in time than really were."
            if more
            else "It sees as many."
        )
    return (
        f"With the staff as it is it sees {off} more in time than really were: so much was lost to what the record"
        " does not tell, and another staff would lose it too. Look at the differences between staffs."
    )


def assumptions(made: Capacity) -> list[str]:
    """Return one sentence for each loss measured in the past, and for what the replay knows that nobody knew."""
    lost = made.losses
    return [
        "A visit can be from when the family said yes on record: half the returns were told to us within"
        f" {plural(lost.told_hours, 'hour')} and agreed to {plural(lost.yes_hours, 'hour')} after that. The"
        f" {lost.not_approached} whom"
        f" nobody asked are taken to be as slow as the slowest tenth, {plural(lost.slow_hours, 'hour')}. Another staff"
        " is taken to ask no sooner; the last line of the table shows what sooner answers would do.",
        f"It took {lost.contacts_for_each:g} offers and attempts for each interview held. A quarter of the visits came"
        f" within {plural(lost.ahead_hours, 'hour')} of the yes; no visit of the replay comes sooner.",
        f"{lost.out_of_reach} whom nobody got through to stay unseen with every staff."
        f" {plural(lost.missed, 'visit')} {noun(lost.missed, 'was')} not"
        f" attended and {lost.declined_visits} {noun(lost.declined_visits, 'was')} turned away at the door:"
        f" they take as many in the replay.",
        f"{lost.missing_again} went missing again before they were seen: what was arranged for that time is lost.",
        f"Absences of up to three days ({lost.sudden_absences}) are known when they begin and not before; longer ones,"
        " as leave, beforehand. Bank holidays, travel and weekly targets hold as in the plan.",
        "Not in it: work beyond travel and one hour for each visit, families who wanted another time than the first"
        " free one, and visits moved by agreement. Children live, and wish, as they do now.",
    ]
