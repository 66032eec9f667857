"""The demonstration's help after interviews, what came of it, whether it helped, and answers to the exit survey."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from missing_coord.demo.deeds import COORDINATOR
from missing_coord.domain.london import london_day
from missing_coord.domain.support import (
    Assessment,
    Helped,
    HelpedWhy,
    Referral,
    SupportKind,
    SupportState,
)
from missing_coord.domain.survey import QUESTIONS, Answer
from missing_coord.storage.database import Database
from missing_coord.storage.stores import support, survey
from missing_coord.storage.unit_of_work import SqlUnitOfWork

ANSWERED_AFTER: Final = timedelta(days=18)
"""How long after a referral its answer comes, where one comes."""
ASKED_AFTER: Final = timedelta(days=60)
"""When it is asked whether it helped; not half a year, as the past of a demonstration is shorter than that."""
_REFERRED: Final = 0.2
_ANSWERED: Final = 0.7
_ASKED: Final = 0.6
_KINDS: Final = tuple(SupportKind)
_TO_WHOM: Final = {
    SupportKind.EARLY_HELP: "Early Help Hub",
    SupportKind.STEP_UP: "Assessment team",
    SupportKind.STEP_DOWN: "Family support team",
    SupportKind.OTHER_SERVICE: "Young people's counselling service",
}
_CAME: Final = (SupportState.ACCEPTED, SupportState.NO_FURTHER_ACTION, SupportState.ENDED)
_CAME_WEIGHTS: Final = (6, 2, 2)
_HELPED: Final = (
    (Helped.YES, HelpedWhy.SAFER),
    (Helped.PARTLY, HelpedWhy.MISSING_LESS),
    (Helped.NO, HelpedWhy.NOT_STARTED),
    (Helped.NOT_REACHED, HelpedWhy.NO_ANSWER),
)
_SAID: Final = (Answer.YES, Answer.A_BIT, Answer.NO, Answer.NOT_SURE, Answer.LEFT_OUT)
_SAID_WEIGHTS: Final = (50, 22, 14, 10, 4)
_HELD = text("""
    select i.interview_id::text, (i.held_at at time zone 'Europe/London')::date as held_on
    from interviews i
    where i.held_at is not null and i.closed_at < :before
        and not exists (select from support_referrals s where s.interview_id = i.interview_id)
    order by i.held_at, i.interview_id
""")
_WAITING = text("""
    select s.referral_id::text from support_referrals s
    where s.state = 'open' and s.referred_on <= :answered
        or s.state <> 'open' and s.helped = '' and s.outcome_on < :today and s.ask_on <= :today
    order by s.referral_id
""")
_TYPED = text("select exists (select from audit_trail where action = 'survey_paper_typed' and at = :now)")


@dataclass(slots=True, kw_only=True)
class HelpAfter:
    """Refers, settles, asks and types survey answers, on a database at the time of its clock."""

    database: Database
    done: Counter[str] = field(default_factory=Counter)

    async def go_on(self, now: datetime) -> None:
        """Do one day's part; done again for the same instant it changes nothing."""
        today = london_day(now)
        async with self.database.unit_of_work(COORDINATOR) as uow:
            async with uow.as_system():
                held = list((await uow.execute(_HELD, {"before": now - timedelta(days=1)})).mappings())
                typed = (await uow.execute(_TYPED, {"now": now})).scalar_one()
            for each in held:
                await self._refer(uow, each)
            found = await uow.execute(_WAITING, {"answered": today - ANSWERED_AFTER, "today": today})
            for referral_id in list(found.scalars()):
                await self._follow(uow, referral_id, today)
            if not typed:
                await self._type(uow, today)

    async def _refer(self, uow: SqlUnitOfWork, held: Any) -> None:
        rng = random.Random(f"help {held['interview_id']}")
        if rng.random() >= _REFERRED:
            return
        kind = rng.choice(_KINDS)
        referred_on = held["held_on"] + timedelta(days=1)
        referral = Referral(
            referral_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            interview_id=held["interview_id"],
            kind=kind,
            to_whom=_TO_WHOM[kind],
            referred_on=referred_on,
            ask_on=referred_on + ASKED_AFTER,
            assessment=rng.choice(tuple(Assessment)),
        )
        await support.refer(uow, referral)
        self.done["referred"] += 1

    async def _follow(self, uow: SqlUnitOfWork, referral_id: str, today: date) -> None:
        rng = random.Random(f"answer {referral_id}")
        answered, asked = rng.random() < _ANSWERED, rng.random() < _ASKED
        came, (helped, why) = rng.choices(_CAME, _CAME_WEIGHTS)[0], rng.choice(_HELPED)
        referral = await support.one_referral(uow, referral_id)
        if referral.state is SupportState.OPEN and answered:
            after = replace(referral, state=came, outcome_on=referral.referred_on + ANSWERED_AFTER)
            await support.change(uow, after, expected_version=referral.version, what="settled")
            self.done["referrals answered"] += 1
        elif referral.state is not SupportState.OPEN and asked:
            after = replace(referral, helped=helped, helped_why=why, helped_on=today)
            await support.change(uow, after, expected_version=referral.version, what="asked")
            self.done["asked whether it helped"] += 1

    async def _type(self, uow: SqlUnitOfWork, today: date) -> None:
        rng = random.Random(f"survey {today.isoformat()}")
        for _ in range(rng.randint(0, 2)):
            said = rng.choices(_SAID, _SAID_WEIGHTS, k=len(QUESTIONS))
            await survey.answer_on_paper(uow, dict(zip(QUESTIONS, said, strict=True)))
            self.done["survey answers"] += 1
