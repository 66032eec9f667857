"""The shadow run: the same ladder differs in nothing, a changed one names who hears more, less, earlier or nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from missing_coord.bootstrap import match_policy_from
from missing_coord.domain.access import Role
from missing_coord.domain.directory import Directory, Person
from missing_coord.domain.escalation import ClockKind, Ladder
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.domain.rotas import Rota, Shift
from missing_coord.matching.decide import RIVAL
from missing_coord.services.shadow import NOBODY, WORKER, PastDuty, Shadow, hearings, shadow
from missing_coord.services.shadow_matching import PastNotice, shadow_matching, waits

RETURNED = datetime(2026, 10, 23, 9, 0, tzinfo=UTC)
DUE = RETURNED + timedelta(hours=72)
CORA = Person(user_id="1", username="cora", role=Role.COORDINATOR)
MAX = Person(user_id="2", username="max", role=Role.MANAGER)
OFFICE = Directory(people=(CORA, MAX))


def duty(*, hours: float = 80, known: float = 0) -> PastDuty:
    return PastDuty(
        interview_id="I1",
        clock_from=RETURNED,
        due_at=DUE,
        known_at=RETURNED + timedelta(hours=known),
        ended_at=RETURNED + timedelta(hours=hours),
        ladder_version="2026-1",
    )


def run(**changes: object) -> Shadow:
    given = {"after": None, "directory": OFFICE, "changed": OFFICE, **changes}
    return shadow([duty()], before={"2026-1": DEFAULT_LADDER}, **given)  # type: ignore[arg-type]


def test_the_same_ladder_and_rotas_differ_in_nothing() -> None:
    found = run(after=DEFAULT_LADDER)
    assert found.differences == ()
    assert found.before == found.after == {"cora": 4, "max": 2, WORKER: 3}


def test_a_step_that_is_moved_is_heard_at_another_time() -> None:
    steps = list(DEFAULT_LADDER.steps)
    steps[0] = replace(steps[0], offset=timedelta(hours=-60))
    (difference,) = run(after=replace(DEFAULT_LADDER, version="2", steps=tuple(steps))).differences
    (before,), (after,) = difference.only_before, difference.only_after
    assert (before.who, after.who, before.at - after.at) == ("cora", "cora", timedelta(hours=12))


def test_a_rota_without_anybody_passes_the_step_on_and_says_who_hears_it_instead() -> None:
    steps = list(DEFAULT_LADDER.steps)
    steps[0] = replace(steps[0], recipients=("rota:duty",))
    ladder = replace(DEFAULT_LADDER, steps=tuple(steps))
    always = Shift(person="max", weekdays=tuple(range(7)), starts=time(0), ends=time(0))
    filled = replace(OFFICE, rotas={"duty": Rota(name="duty", shifts=(always,))})
    (difference,) = shadow(
        [duty()], before={"2026-1": ladder}, after=None, directory=OFFICE, changed=filled
    ).differences
    assert [each.who for each in difference.only_before] == ["cora", WORKER]
    assert [each.who for each in difference.only_after] == ["max"]


def test_where_nobody_is_at_all_it_says_nobody() -> None:
    steps = tuple(replace(each, recipients=("rota:none",)) for each in DEFAULT_LADDER.steps)
    assert {each.who for each in hearings(duty(), replace(DEFAULT_LADDER, steps=steps), OFFICE)} == {NOBODY}


@pytest.mark.parametrize(
    ("known", "heard"),
    [
        (0, ["24h_from_return", "48h_from_return", "60h_from_return", "breach"]),
        (61, ["60h_from_return", "breach"]),
        (79, ["breach"]),
    ],
)
def test_what_was_passed_when_it_became_known_is_told_once(known: float, heard: list[str]) -> None:
    found = hearings(duty(known=known), DEFAULT_LADDER, OFFICE)
    assert list(dict.fromkeys(each.step for each in found)) == heard
    assert all(each.at >= RETURNED + timedelta(hours=known) for each in found)


def test_repeats_are_heard_until_it_is_done() -> None:
    found = hearings(duty(hours=72 + 24 * 4), DEFAULT_LADDER, OFFICE)
    assert [each.step for each in found[-4:]] == ["24h_over", "24h_over+1", "24h_over+2", "24h_over+3"]


def test_a_clock_of_the_councils_own_is_due_when_each_ladder_says() -> None:
    def offer(hours: float) -> Ladder:
        step = replace(DEFAULT_LADDER.steps[0], name="overdue", offset=timedelta(0))
        return Ladder(version="x", clock=ClockKind.OFFER, due_after=timedelta(hours=hours), steps=(step,))

    late = replace(duty(hours=20), due_at=None)
    found = shadow([late], before={"2026-1": offer(24)}, after=offer(12), directory=OFFICE, changed=OFFICE)
    assert (found.before, found.after) == ({}, {"cora": 1})
    assert found.differences[0].only_after[0].at == RETURNED + timedelta(hours=12)


def test_what_ended_before_it_was_known_here_is_heard_by_nobody() -> None:
    assert hearings(duty(hours=70, known=71), DEFAULT_LADDER, OFFICE) == []


def past(probability: float, *reasons: str, waited: bool = False, runner_up: float = 0) -> PastNotice:
    return PastNotice(
        incident_id="N1",
        at=RETURNED,
        waited=waited,
        probability=probability,
        runner_up=runner_up,
        reasons=reasons,
    )


@pytest.mark.parametrize(
    ("notice", "least", "waited"),
    [
        (past(0.995), 0.99, False),
        (past(0.995), 0.999, True),
        (past(0.97), 0.96, False),
        (past(0.97, runner_up=0.2), 0.96, True),
        (past(0.97, "not automatic: only the names agree"), 0.96, True),
        (past(0.995, RIVAL), 0.96, False),
    ],
)
def test_a_threshold_decides_which_notices_wait_unless_another_caution_does(
    notice: PastNotice, least: float, waited: bool
) -> None:
    assert waits(notice, match_policy_from(least)) is waited


def test_a_stricter_threshold_shows_coordinators_what_was_matched_without_them() -> None:
    found = shadow_matching([past(0.995), past(0.9999)], match_policy_from(0.999), directory=OFFICE)
    (difference,) = found.differences
    assert (found.tried, difference.subject_type, found.before, found.after) == (
        2,
        "incident",
        {},
        {"cora": 1},
    )
