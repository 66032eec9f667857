"""Help after interviews: kept by the office, answered, and asked about when six months are over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from missing_coord.domain.access import Role
from missing_coord.domain.support import ask_day
from tests.integration.interviews_council import NOW
from tests.integration.web_scene import Site, errors_on, version_on

TODAY = NOW.date()
GIVEN = {"kind": "early_help", "to_whom": "North hub", "assessment": "not_known"}


@pytest.mark.parametrize(
    ("referred", "asked"),
    [
        (date(2026, 5, 2), date(2026, 11, 2)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_it_is_asked_six_months_later_on_the_same_day_or_the_last_of_a_shorter_month(
    referred: date, asked: date
) -> None:
    assert ask_day(referred) == asked


async def test_a_referral_is_kept_answered_and_asked_about_when_it_is_due(site: Site) -> None:
    interview_id = await site.worker_with()
    office, path = await site.signed_in(Role.COORDINATOR), f"/interviews/{interview_id}/support"
    await office.get(path)
    wrong = await office.post(path, **{**GIVEN, "referred_on": "2199-01-01", "to_whom": ""})
    assert (wrong.status_code, len(errors_on(wrong.text))) == (422, 2)
    long_ago = TODAY - timedelta(days=200)
    sent = {**GIVEN, "referred_on": long_ago.isoformat()}
    assert (await office.post(path, **sent)).status_code == 303
    assert (await office.post(path, **sent)).status_code == 303
    [(referral_id, ask_on)] = await site.council.rows(
        "select referral_id::text, ask_on from support_referrals"
    )
    assert ask_on == ask_day(long_ago)
    assert "Ask whether it helped" in (await office.get("/support")).text
    shown = await office.get(path)
    early = await office.post(
        f"/support/{referral_id}", expected_version=version_on(shown.text), state="accepted",
        assessment="registered", outcome_on=(long_ago - timedelta(days=1)).isoformat(),
    )  # fmt: skip
    assert (early.status_code, len(errors_on(early.text))) == (422, 1)
    done = await office.post(
        f"/support/{referral_id}", expected_version=version_on(shown.text), state="accepted",
        assessment="registered", outcome_on=long_ago.isoformat(),
    )  # fmt: skip
    assert done.status_code == 303
    stale = await office.post(
        f"/support/{referral_id}/helped", expected_version="1", helped="yes", helped_why="safer"
    )
    assert (stale.status_code, "changed since" in stale.text) == (422, True)
    asked = await office.post(
        f"/support/{referral_id}/helped", expected_version="2", helped="partly", helped_why="safer"
    )
    assert asked.status_code == 303
    kept = await site.council.rows(
        "select state, assessment, helped, helped_why, version from support_referrals"
    )
    assert kept == [("accepted", "registered", "partly", "safer", 3)]
    assert "Partly" in (await office.get("/support?list=asked")).text
    trail = [row[0] for row in await site.council.audit()]
    assert [each for each in trail if each.startswith("support_")] == [
        "support_referred",
        "support_settled",
        "support_asked",
    ]
    assert "opened" in trail


async def test_nobody_is_asked_too_early(site: Site) -> None:
    interview_id = await site.worker_with()
    office, path = await site.signed_in(Role.MANAGER), f"/interviews/{interview_id}/support"
    await office.get(path)
    await office.post(path, **GIVEN, referred_on=TODAY.isoformat())
    [(referral_id,)] = await site.council.rows("select referral_id::text from support_referrals")
    early = await office.post(
        f"/support/{referral_id}/helped", expected_version="1", helped="yes", helped_why="safer"
    )
    assert (early.status_code, "This is asked from" in early.text) == (422, True)
    assert "No referral is in this list" in (await office.get("/support")).text


async def test_an_interview_that_is_not_there_is_not_found(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    assert (await office.get("/interviews/nothing/support")).status_code == 404
    assert (await office.get("/interviews/0e0e0e0e-0000-4000-8000-000000000000/support")).status_code == 404
