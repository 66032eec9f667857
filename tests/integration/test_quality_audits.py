"""Quality audits: the list by risk and age, an audit recorded once, by nobody who wrote the interview."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from missing_coord.domain.access import Actor, Role
from missing_coord.storage.tables.quality import quality_audits
from tests.databases import Database
from tests.integration.interviews_council import NOW, SYSTEM, ago
from tests.integration.web_scene import Site, errors_on, open_site

GOOD = {"grade": "good", "comment": "The child's own words are there.", "returned": "no"}


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    async with open_site(database) as opened:
        yield opened


async def closed(site: Site, child_id: str, *, hours: float = 5, risk: str = "", **changes: object) -> str:
    """Return the id of an interview that was closed some hours ago about an episode of this risk."""
    known = {"state": "completed", "worker_id": "W01", "closed_at": ago(hours), "held_at": ago(hours)}
    interview_id = await site.council.due(child_id, back=hours + 10, **{**known, **changes})
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(
            text("update episodes set risk = :risk where child_id = :child"),
            {"risk": risk, "child": child_id},
        )
    return interview_id


async def recorded(site: Site, interview_id: str, name: str) -> None:
    """Let somebody have written on the interview."""
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(
            text(
                "insert into interview_events (interview_id, kind, at, recorded_at, recorded_by)"
                " values (cast(:id as uuid), 'completed', :now, :now, :name)"
            ),
            {"id": interview_id, "now": NOW, "name": name},
        )


def listed(page: str) -> list[str]:
    return re.findall(r'id="audit-([0-9a-f-]{36})"', page)


async def test_the_highest_risk_comes_first_and_of_one_risk_the_longest_closed(site: Site) -> None:
    await site.council.due("C0")
    low = await closed(site, "C1", risk="low", hours=90)
    old = await closed(site, "C2", risk="high", hours=80, state="declined_by_child")
    new = await closed(site, "C3", risk="high", hours=5)
    none = await closed(site, "C4")
    await closed(site, "C5", state="transferred_to_other_authority")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get("/audits")).text
    assert listed(page) == [old, new, low, none]
    assert (await auditor.get("/")).headers["location"] == "/audits"


async def test_an_audit_is_recorded_once_and_read_by_the_worker_and_the_office(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    sent = {**GOOD, "returned": "yes"}
    for _ in range(2):
        answer = await auditor.post(f"/interviews/{interview_id}/audit", expected_version="1", **sent)
        assert answer.status_code == 303, errors_on(answer.text)
    assert await site.council.rows("select grade, returned, audited_by from quality_audits") == [
        ("good", True, "Jo Quality Auditor (quality.auditor)")
    ]
    assert listed((await auditor.get("/audits")).text) == []
    assert listed((await auditor.get("/audits?list=returned")).text) == [interview_id]
    for role in (Role.INTERVIEW_WORKER, Role.COORDINATOR, Role.MANAGER):
        page = (await (await site.signed_in(role)).get(f"/interviews/{interview_id}")).text
        assert "returned for rework: The child&#39;s own words are there." in page, role
        assert 'id="record-audit"' not in page
    assert 'id="record-audit"' not in (await auditor.get(f"/interviews/{interview_id}")).text


async def test_what_is_missing_stands_beside_its_field_and_a_second_grade_is_refused(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get(f"/interviews/{interview_id}")).text
    assert 'id="record-audit"' in page
    empty = await auditor.record(interview_id, "audit", grade="", comment="", returned="")
    assert (empty.status_code, len(errors_on(empty.text))) == (422, 3)
    await auditor.record(interview_id, "audit", **GOOD)
    other = await auditor.post(
        f"/interviews/{interview_id}/audit", expected_version="1", **{**GOOD, "grade": "inadequate"}
    )
    assert other.status_code == 422
    assert await site.council.rows("select grade from quality_audits") == [("good",)]


async def test_nobody_audits_what_they_wrote_and_nobody_an_open_interview(site: Site) -> None:
    own, still_open = await closed(site, "C1"), await site.council.due("C2")
    await recorded(site, own, "Jo Quality Auditor (quality.auditor)")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    for interview_id in (own, still_open):
        assert 'id="record-audit"' not in (await auditor.get(f"/interviews/{interview_id}")).text
        answer = await auditor.post(f"/interviews/{interview_id}/audit", expected_version="1", **GOOD)
        assert answer.status_code == 422
    assert await site.council.rows("select * from quality_audits") == []


async def test_the_database_itself_refuses_an_audit_by_the_author(site: Site) -> None:
    interview_id = await closed(site, "C1")
    await recorded(site, interview_id, "Jo Author")
    values = {
        "interview_id": interview_id,
        "closed_at": NOW,
        "grade": "good",
        "comment": "Mine",
        "returned": False,
        "audited_at": NOW,
    }
    auditor = Actor(role=Role.QUALITY_AUDITOR, name="Jo Author")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with site.council.acting(auditor) as uow:
            await uow.execute(insert(quality_audits).values(**values, audited_by="Jo Author"))
    async with site.council.acting(auditor) as uow:
        await uow.execute(insert(quality_audits).values(**values, audited_by="Kit Larch"))
