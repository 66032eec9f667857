"""Help after interviews in the demonstration: referred, answered, asked about, and the same when done again."""

from __future__ import annotations

import uuid
from datetime import timedelta

from missing_coord.demo.help_after import ANSWERED_AFTER, ASKED_AFTER, HelpAfter
from missing_coord.domain.interviews import InterviewState
from tests.databases import Database
from tests.integration.interviews_council import NOW, open_council

HELD = 40


async def test_held_interviews_lead_to_referrals_that_are_answered_and_asked_about(
    database: Database,
) -> None:
    async with open_council(database.app_url) as council:
        for number in range(1, HELD + 1):
            await council.due(
                f"C{number}x",
                interview_id=str(uuid.UUID(int=number)),
                state=InterviewState.COMPLETED,
                held_at=NOW,
                closed_at=NOW,
            )
        help_after = HelpAfter(database=council.database)
        days = (timedelta(days=2), ANSWERED_AFTER + timedelta(days=2), ASKED_AFTER + timedelta(days=2))
        for since in days:
            council.clock.instant = NOW + since
            await help_after.go_on(council.clock.instant)
            done = dict(help_after.done)
            await help_after.go_on(council.clock.instant)
            assert dict(help_after.done) == done
        [(referred, answered, asked)] = await council.rows(
            "select count(*), count(outcome_on), count(helped_on) from support_referrals"
        )
        assert 0 < referred < HELD
        assert 0 < answered < referred
        assert 0 < asked < referred
