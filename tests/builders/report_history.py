"""Random histories of a small council, played through the real road: late, corrected, joined and split episodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.domain.audit_schemes import SHIPPED_SCHEME
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import ContactMethod, ContactWith, IndependenceBasis
from missing_coord.services.interviews import contact as interviews_contact
from missing_coord.services.interviews import decisions as interviews_decisions
from missing_coord.services.interviews import declines as interviews_declines
from missing_coord.services.interviews import outcomes
from missing_coord.services.interviews.assign import assign
from missing_coord.services.interviews.words import DeclinedBy, OfferAnswer
from missing_coord.services.telling.escalation import sweep
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.report_history_after import followed_up
from tests.builders.road import feed, rows_of
from tests.integration.interviews_council import COORDINATOR, MANAGER

FIRST = datetime(2026, 9, 26, 12, 0, tzinfo=UTC)
CHILDREN = 5
WORKERS = ("W01", "W02", "W03")
OFFICE = (
    "assign",
    "attempt",
    "offer",
    "accept",
    "decline",
    "parent_declines",
    "no_show",
    "complete",
    "complete_first",
    "not_required",
    "no_contact",
    "carer",
    "deceased",
)
AFTER = (
    "write",
    "write",
    "ask",
    "ask",
    "act",
    "audit",
    "audit",
    "audit",
    "second",
    "second",
    "see",
    "refer",
    "refer",
)
OFTEN_TWICE = replace(SHIPPED_SCHEME, version="2026-9", second_percent=80, effective_at=FIRST)
POLICE = (
    "missing",
    "missing",
    "missing_too",
    "returned",
    "returned",
    "found",
    "cancelled",
    "update",
    "list",
    "past",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that happens `after` hours after the one before; `about` says how many hours ago it was about."""

    after: int
    child: int
    what: str
    about: int
    turn: int


deeds = st.builds(
    Deed,
    after=st.sampled_from([0, 1, 2, 5, 9, 26, 50, 75]),
    child=st.integers(0, CHILDREN - 1),
    what=st.sampled_from((*POLICE, *POLICE, *OFFICE, *AFTER)),
    about=st.sampled_from([0, 1, 3, 12, 30, 60, 100, 200]),
    turn=st.integers(0, 11),
)
histories = st.lists(deeds, min_size=15, max_size=45)


async def set_the_stage(road: Application) -> None:
    """Put children at home, in care here and elsewhere, and one of another authority, and three interviewers.

    Most audits are drawn for a second grade.
    """
    await feed(road, "children", [_child(number) for number in range(CHILDREN)])
    await feed(road, "placements", [_placement(number) for number in range(1, CHILDREN)])
    await feed(road, "workers", [_worker(number, worker_id) for number, worker_id in enumerate(WORKERS)])
    away = {"worker_id": "W02", "starts_at": "2026-10-05T00:00:00Z", "ends_at": "2026-10-12T00:00:00Z"}
    await feed(road, "absences", [{**away, "reason": "leave"}])
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.audit_schemes.add(OFTEN_TWICE)


def _child(number: int) -> dict[str, str]:
    return {
        "child_id": f"C{number}",
        "forename": ("Tamsin", "Ivo", "Merle", "Oona", "Bede")[number],
        "surname": ("Quill", "Marsh", "Sedge", "Rook", "Tarn")[number],
        "date_of_birth": f"2011-0{number + 1}-1{number}",
        "status": "known" if number == 0 else "looked_after",
        "responsible_authority": "E08000001" if number == 4 else "E08000003",
        "home_postcode": "M1 1AE",
    }


def _placement(number: int) -> dict[str, str]:
    return {
        "child_id": f"C{number}",
        "placement_id": f"P{number}",
        "start_date": "2025-01-01",
        "place_code": ("", "K2", "U4", "K3", "K2")[number],
        "provider_code": "PR4",
        "provider_name": "=Hollybush Homes" if number == 1 else "Larch House",
        "postcode": ("", "M1 1AE", "L1 8JQ", "M1 1AE", "M1 1AE")[number],
    }


def _worker(number: int, worker_id: str) -> dict[str, str]:
    return {
        "worker_id": worker_id,
        "name": f"Worker {worker_id}",
        "team": ("commissioned", "in_house", "spot_purchase")[number],
        "employer": ("Larch Trust", "", "Quayside Care")[number],
        "fte": ("1.0", "0.6", "0.1")[number],
        "weekly_target": "15",
    }


async def play(road: Application, history: list[Deed]) -> None:
    """Let everything happen in its order; what the house refuses did not happen."""
    clock = road.clock
    assert isinstance(clock, FixedClock)
    clock.instant = FIRST
    await set_the_stage(road)
    for number, deed in enumerate(history):
        clock.instant += timedelta(hours=deed.after, minutes=1)
        try:
            if deed.what in POLICE:
                await _told(road, number, deed, clock.instant)
            elif deed.what in AFTER:
                await followed_up(road, deed.what, deed.child, deed.turn, clock.instant)
            else:
                await _done(road, deed, clock.instant)
        except DomainError:
            continue
        async with road.database.unit_of_work(SWEEP) as uow:
            await sweep(uow, words=CHANNEL.words)


async def _told(road: Application, number: int, deed: Deed, now: datetime) -> None:
    happened = now - timedelta(hours=deed.about)
    if deed.what == "list":
        line = {"child_id": f"C{deed.child}", "type": "AM"[deed.turn % 2], "started_at": _utc(happened)}
        ended = _utc(happened + timedelta(hours=deed.turn)) if deed.turn > 3 else ""
        await feed(road, "missing-list", [{**line, "ended_at": ended}])
        return
    if deed.what == "past":
        await feed(road, "history", [_past(deed, happened - timedelta(hours=73))])
        return
    second = "b" if deed.what == "missing_too" or deed.turn % 4 == 0 else "a"
    message = deed.what.removesuffix("_too")
    row = {
        "force": "GMP",
        "reference": f"{deed.child}-{deed.turn // 4}{second}",
        "message": message,
        "issued_at": _utc(now - timedelta(minutes=number % 3)),
        "local_child_id": f"C{deed.child}",
        "surname": ("Quill", "Marsh", "Sedge", "Rook", "Tarn")[deed.child],
        "category": "away without authorisation" if deed.turn == 11 else "missing",
        "risk": ("high", "medium", "low", "NAR", "amber", "")[deed.turn % 6],
    }
    if message in ("missing", "update"):
        row |= {"last_seen_at": _utc(happened), "reported_at": _utc(happened)}
    if message in ("returned", "found"):
        row |= {f"{message}_at": _utc(happened)}
    await feed(road, "police", [row])


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _past(deed: Deed, ended: datetime) -> dict[str, str]:
    """Return a row of the earlier records, with or without an interview."""
    row = {"child_id": f"C{deed.child}", "episode_id": f"E{deed.turn}", "type": "AM"[deed.turn % 2]}
    row |= {"started_at": _utc(ended - timedelta(hours=deed.turn)), "ended_at": _utc(ended)}
    held = {"outcome": "completed", "interviewed_at": _utc(ended + timedelta(hours=deed.about))}
    declined = {"outcome": "declined_by_child", "offered_at": _utc(ended), "declined_at": _utc(ended)}
    told = (
        {},
        held,
        declined,
        {"outcome": "not_required"},
        {"offered_at": _utc(ended), "offered_how": "letter"},
    )
    return row | told[deed.turn % 5]


async def _done(road: Application, deed: Deed, now: datetime) -> None:
    query = (
        "select interview_id::text, worker_id from interviews where child_id = :child and closed_at is null"
    )
    opened = await rows_of(road, query, child=f"C{deed.child}")
    if not opened:
        return
    at = now - timedelta(hours=min(deed.about, 12))
    target = {"interview_id": opened[0]["interview_id"]}
    if deed.what.startswith("complete") and not opened[0]["worker_id"]:
        await _record(road, "assign", deed, now, target)
    await _record(road, deed.what, deed, at, target)


async def _record(road: Application, what: str, deed: Deed, at: datetime, target: dict[str, Any]) -> None:
    how = {"method": ContactMethod.PHONE, "contact_with": ContactWith.CHILD}
    actor = MANAGER if what in ("not_required", "no_contact", "deceased") else COORDINATOR
    async with road.database.unit_of_work(actor) as uow:
        match what:
            case "assign":
                worker_id = WORKERS[deed.turn % len(WORKERS)]
                await assign(uow, policy=road.policy, worker_id=worker_id, **target)
            case "attempt":
                await interviews_contact.record_attempt(uow, at=at, **how, **target)
            case "offer":
                await outcomes.record_offer(
                    uow, policy=road.policy, at=at, answer=OfferAnswer.AWAITING, **how, **target
                )
            case "accept":
                await interviews_contact.record_acceptance(uow, at=at, **how, **target)
            case "no_show":
                await interviews_contact.record_did_not_attend(uow, at=at, **target)
            case "decline" | "parent_declines":
                by = DeclinedBy.CHILD if what == "decline" else DeclinedBy.PARENT
                said = {"reason": "Said no.", "no_second_approach": "Asked not to be asked again."}
                await interviews_declines.record_decline(uow, by=by, at=at, **said, **target)
            case "carer":
                await outcomes.record_carer_information_only(uow, at=at, reason="Not seen.", **target)
            case "not_required":
                await interviews_decisions.decide_not_required(uow, reason="Decided.", **target)
            case "no_contact":
                await interviews_decisions.close_without_contact(uow, reason="Decided.", **target)
            case "deceased":
                await interviews_decisions.record_deceased(uow, reason="Told by the hospital.", **target)
            case _:
                await _complete(uow, what, at, target)


async def _complete(uow: Any, what: str, held_at: datetime, target: dict[str, Any]) -> None:
    """Hold the interview, about everything or about the first episode only."""
    links = await uow.interviews.links_of([target["interview_id"]], for_update=False)
    some = sorted((link for link in links if link.resolved_at is None), key=lambda link: link.clock_from)[:1]
    await outcomes.complete(
        uow,
        held_at=held_at,
        episode_ids=[link.episode_id for link in some] if what == "complete_first" else None,
        independence_basis=IndependenceBasis.INDEPENDENT_OF_CARE,
        **target,
    )
