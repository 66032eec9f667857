"""What follows interviews in a random history: records and their versions, actions, audits, messages that are seen."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.interview_actions import ActionState, close_action
from missing_coord.domain.interview_records import RecordOrigin
from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.domain.support import (
    Assessment,
    Helped,
    HelpedWhy,
    Referral,
    SupportKind,
    SupportState,
    ask_day,
)
from missing_coord.services.quality_audits import ThemesFound, record_audit, record_second_grade
from missing_coord.storage.stores.support import refer
from tests.builders.audits import judgement_on
from tests.builders.interview_records import action, contents, record
from tests.builders.road import rows_of

AUDITOR = Actor(role=Role.QUALITY_AUDITOR, name="Quill Ash")
SECOND = Actor(role=Role.QUALITY_AUDITOR, name="Sol Birch")
PUSH = ((), ("conflict_at_home",), ("conflict_at_home", "bullying"), ("bullying",))
PULL = (("friends",), (), ("friends", "=online"), ("older_people",))
_NEWEST = """
select interview_id::text, child_id,
       (select coalesce(max(number), 0) from interview_records v where v.interview_id = i.interview_id) as versions,
       (select a.action_id::text from interview_actions a where a.interview_id = i.interview_id and a.state = 'open'
        order by a.opened_at limit 1) as action_id
from interviews i where child_id = :child order by opened_at desc, interview_id limit 1
"""


async def followed_up(road: Application, what: str, child: int, turn: int, now: datetime) -> None:
    """Do one of these things about the newest interview of a child, if there is one."""
    found = await rows_of(road, _NEWEST, child=f"C{child}")
    if not found:
        return
    match what:
        case "write":
            await _write(road, found[0], turn, now)
        case "ask":
            asked = action(
                found[0]["interview_id"], opened_at=now, due_on=now.date() + timedelta(days=turn - 5)
            )
            async with road.database.unit_of_work(system_actor("test")) as uow:
                await uow.actions.add([asked])
        case "act" if found[0]["action_id"]:
            await _act(road, found[0]["action_id"], turn, now)
        case "audit":
            await _audit(road, found[0]["interview_id"], turn)
        case "second":
            await _second(road, found[0]["interview_id"], turn)
        case "refer":
            await _refer(road, found[0]["interview_id"], turn, now)
        case "see":
            statement = "update messages set seen_at = :now where seen_at is null and message_id % 2 = 0"
            async with road.database.unit_of_work(system_actor("test")) as uow:
                await uow.execute(text(statement), {"now": now})


async def _write(road: Application, interview: dict[str, Any], turn: int, now: datetime) -> None:
    number = interview["versions"] + 1
    later = {"reason": "Misheard.", "origin": RecordOrigin.AMENDMENT} if number > 1 else {}
    made = record(
        interview["interview_id"],
        number=number,
        held_at=now - timedelta(hours=turn),
        submitted_at=now,
        **later,
    )
    said = contents(
        push_factors=PUSH[turn % 4],
        pull_factors=PULL[turn // 4 % 4],
        harm=("hit",) if turn % 5 == 0 else (),
        harm_asked=turn % 2 == 0,
        seen_alone=turn % 3 != 0,
        helpline_given=turn > 3,
        confidentiality_explained=turn > 1,
    )
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.records.add(replace(made, contents=said))


async def _act(road: Application, action_id: str, turn: int, now: datetime) -> None:
    state = ActionState.CANCELLED if turn % 4 == 0 else ActionState.DONE
    async with road.database.unit_of_work(system_actor("test")) as uow:
        kept = await uow.actions.get(action_id)
        await uow.actions.save(close_action(kept, state=state, outcome="Seen to.", by="Ines", at=now))


async def _audit(road: Application, interview_id: str, turn: int) -> None:
    grade = ("outstanding", "good", "requires_improvement", "inadequate", "")[turn % 5]
    async with road.database.unit_of_work(AUDITOR) as uow:
        judgement = await judgement_on(uow, interview_id, turn=turn, grade=grade)
        held = (await uow.interviews.get(interview_id)).state == InterviewState.COMPLETED
        await record_audit(
            uow, interview_id=interview_id, judgement=judgement, returned=turn % 3 == 0 and held
        )


async def _second(road: Application, interview_id: str, turn: int) -> None:
    """Grade it a second time if it was drawn; the lists here are those of the random records."""
    known = dict.fromkeys(("conflict_at_home", "bullying", "friends", "=online", "older_people"), "Words")
    lists = replace(DEFAULT_LISTS, push=known, pull=known)
    themes = ThemesFound(push=PUSH[turn % 4], pull=PULL[turn // 4 % 4])
    async with road.database.unit_of_work(SECOND) as uow:
        judgement = await judgement_on(uow, interview_id, turn=turn // 2)
        await record_second_grade(
            uow, interview_id=interview_id, judgement=judgement, themes=themes, lists=lists
        )


async def _refer(road: Application, interview_id: str, turn: int, now: datetime) -> None:
    """Keep a referral some months back, of which every third was asked whether it helped."""
    referred_on = now.date() - timedelta(days=(0, 3, 20, 200)[turn % 4])
    asked = turn % 3 == 0 and ask_day(referred_on) <= now.date()
    state = tuple(SupportState)[turn % 4]
    referral = Referral(
        referral_id=str(uuid.uuid4()),
        interview_id=interview_id,
        kind=tuple(SupportKind)[turn // 3 % 4],
        to_whom="North hub",
        referred_on=referred_on,
        ask_on=ask_day(referred_on) if turn != 7 else referred_on,
        assessment=tuple(Assessment)[turn % 3],
        state=state,
        outcome_on=None if state is SupportState.OPEN else referred_on + timedelta(days=turn),
        helped=tuple(Helped)[turn % 4] if asked or turn == 7 else None,
        helped_why=HelpedWhy.OTHER if asked or turn == 7 else None,
        helped_on=now.date() if asked or turn == 7 else None,
    )
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await refer(uow, referral)
