"""Quality audits: the list by risk and age, an audit recorded once, by nobody who wrote the interview."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from missing_coord.contracts.audit_schemes import write_audit_scheme
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.audit_schemes import SHIPPED_SCHEME
from missing_coord.domain.errors import DomainError
from missing_coord.domain.quality import AuditKind
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.services.quality_audits import ThemesFound, record_audit, record_second_grade
from missing_coord.storage.tables.quality import quality_audits
from tests.builders.audits import judgement_on, marked
from tests.builders.interview_records import contents, record
from tests.integration.interviews_council import NOW, SYSTEM, ago
from tests.integration.web_scene import Site, errors_on

GOOD = marked(grade="good", returned="no")


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


async def test_the_greatest_risk_comes_first_with_its_reasons_and_of_one_risk_the_longest_closed(
    site: Site,
) -> None:
    await site.council.due("C0")
    low = await closed(site, "C1", risk="low", hours=90)
    old = await closed(site, "C2", risk="high", hours=80, state="declined_by_child")
    new = await closed(site, "C3", risk="high", hours=5)
    none = await closed(site, "C4")
    await closed(site, "C5", state="transferred_to_other_authority")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get("/audits")).text
    assert listed(page) == [old, new, low, none]
    assert "10 points" in page
    assert "police: high risk, not held with the child" in page
    assert (await auditor.get("/")).headers["location"] == "/audits"


async def test_an_audit_is_recorded_once_and_read_by_the_worker_and_the_office(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    sent = {**GOOD, "returned": "yes"}
    for _ in range(2):
        answer = await auditor.post(f"/interviews/{interview_id}/audit", expected_version="1", **sent)
        assert answer.status_code == 303, errors_on(answer.text)
    assert await site.council.rows(
        "select grade, returned, audited_by from quality_audits join audit_grades using (audit_id)"
    ) == [("good", True, "Jo Quality Auditor (quality.auditor)")]
    assert listed((await auditor.get("/audits")).text) == []
    assert listed((await auditor.get("/audits?list=returned")).text) == [interview_id]
    for role in (Role.INTERVIEW_WORKER, Role.COORDINATOR, Role.MANAGER):
        page = (await (await site.signed_in(role)).get(f"/interviews/{interview_id}")).text
        assert "returned for rework: The child&#39;s own words are there." in page, role
        assert 'id="record-audit"' not in page
    assert 'id="record-audit"' not in (await auditor.get(f"/interviews/{interview_id}")).text
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    [led_to] = re.findall(r'href="(\S+)">Record of', (await worker.get("/my-interviews")).text)
    assert (await worker.get(led_to)).status_code == 200, (
        "there is no record yet, and the link leads on all the same"
    )


async def test_what_is_missing_stands_beside_its_field_and_a_second_grade_is_refused(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get(f"/interviews/{interview_id}")).text
    assert 'id="record-audit"' in page
    nothing = {"criteria": GOOD["criteria"], "scheme": GOOD["scheme"], "comment": "", "returned": ""}
    empty = await auditor.record(interview_id, "audit", **nothing)
    assert (empty.status_code, len(errors_on(empty.text))) == (422, 13)
    assert errors_on(empty.text)[:11] == [f"Mark criterion {number} of 11" for number in range(1, 12)]
    await auditor.record(interview_id, "audit", **GOOD)
    other = await auditor.post(
        f"/interviews/{interview_id}/audit", expected_version="1", **{**GOOD, "grade": "inadequate"}
    )
    assert other.status_code == 422
    assert await site.council.rows("select grade from audit_grades") == [("good",)]


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
        "kind": "held",
        "scheme": "2026-1",
        "returned": False,
        "audited_at": NOW,
    }
    auditor = Actor(role=Role.QUALITY_AUDITOR, name="Jo Author")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with site.council.acting(auditor) as uow:
            await uow.execute(insert(quality_audits).values(**values, audited_by="Jo Author"))
    async with site.council.acting(auditor) as uow:
        await uow.execute(insert(quality_audits).values(**values, audited_by="Kit Larch"))


OTHER = Actor(role=Role.QUALITY_AUDITOR, name="Kit Larch (kit)", user_id=str(uuid.uuid4()))
EVERY_ONE_TWICE = replace(SHIPPED_SCHEME, version="2026-9", second_percent=100, effective_at=ago(1))


async def drawn(site: Site, child_id: str = "C1", **changes: object) -> str:
    """Return the id of an interview that another auditor has audited, and that was drawn for a second grade."""
    async with site.council.acting(SYSTEM) as uow:
        await uow.audit_schemes.add(EVERY_ONE_TWICE)
    interview_id = await closed(site, child_id, **changes)
    async with site.council.acting(OTHER) as uow:
        judgement = await judgement_on(uow, interview_id, turn=0, grade="inadequate")
        await record_audit(uow, interview_id=interview_id, judgement=judgement, returned=False)
    return interview_id


async def test_what_was_declined_is_audited_for_effort_by_criteria_of_its_own(site: Site) -> None:
    interview_id = await closed(site, "C1", state="declined_by_child", held_at=None)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get(f"/interviews/{interview_id}")).text
    assert 'name="mark_second_approach"' in page
    assert 'name="mark_childs_voice"' not in page
    sent = marked("partly", kind=AuditKind.EFFORT, returned="no")
    refused = await auditor.record(interview_id, "audit", **{**sent, "returned": "yes"})
    assert "there is no record to work on again" in refused.text
    assert (await auditor.record(interview_id, "audit", **sent)).status_code == 303
    assert await site.council.rows(
        "select kind, grade, score from quality_audits join audit_grades using (audit_id)"
    ) == [("effort", "requires_improvement", 50)]
    shown = (await auditor.get(f"/interviews/{interview_id}")).text
    assert "Partly: more than one way and time of day were tried" in shown


async def test_the_second_auditor_does_not_see_the_first_grade_until_their_own_is_given(site: Site) -> None:
    interview_id = await drawn(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    assert listed((await auditor.get("/audits?list=second")).text) == [interview_id]
    page = (await auditor.get(f"/interviews/{interview_id}")).text
    assert "Inadequate</strong>" not in page
    assert "The grade is shown when the second one is given." in page
    assert (
        "Inadequate" in (await (await site.signed_in(Role.MANAGER)).get(f"/interviews/{interview_id}")).text
    )
    second = marked(scheme="2026-9", comment="All of it is there.")
    answer = await auditor.record(interview_id, "second-grade", **second)
    assert answer.status_code == 303, errors_on(answer.text)
    page = (await auditor.get(f"/interviews/{interview_id}")).text
    assert "Inadequate</strong>" in page
    assert "Second grade: Outstanding</strong>, 100% of the criteria: All of it is there." in page
    assert listed((await auditor.get("/audits?list=second")).text) == []
    again = await auditor.post(f"/interviews/{interview_id}/second-grade", expected_version="1", **second)
    assert again.status_code == 422
    agreed = (await (await site.signed_in(Role.MANAGER)).get("/audits/agreement")).text
    assert "0 of 1" in agreed
    assert "too few to rest on" in agreed


async def test_the_database_hides_the_first_grade_and_refuses_a_second_by_the_same_auditor(
    site: Site,
) -> None:
    interview_id = await drawn(site)
    someone = replace(OTHER, name="Sol Birch", user_id=str(uuid.uuid4()))
    for actor, seen in ((OTHER, 1), (someone, 0)):
        async with site.council.acting(actor) as uow:
            found = await uow.execute(text("select count(*) from audit_grades"))
            assert found.scalar_one() == seen
    async with site.council.acting(OTHER) as uow:
        judgement = await judgement_on(uow, interview_id, turn=0)
        given = {"judgement": judgement, "themes": NO_THEMES, "lists": DEFAULT_LISTS}
        with pytest.raises(DomainError, match="no second grade is wanted from you"):
            await record_second_grade(uow, interview_id=interview_id, **given)
    async with site.council.acting(OTHER) as uow:
        audit = (await uow.quality.of_interview(interview_id))[0]
    assert audit.first is not None
    with pytest.raises(DBAPIError, match="row-level security"):
        async with site.council.acting(OTHER) as uow:
            await uow.quality.add_second(audit.audit_id, audit.first)


NO_THEMES = ThemesFound(push=(), pull=())


async def test_the_author_reads_what_the_auditor_wrote_and_the_auditor_sees_that(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    await auditor.record(interview_id, "audit", **{**GOOD, "mark_health": "not_met"})
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = (await worker.get("/my-interviews")).text
    assert "1 audit of your interviews to read" in page
    assert "Not met: health was asked about" in page
    address = re.findall(r'action="(/audits/[0-9]+/read)"', page)
    assert (await worker.post(address[0])).status_code == 303
    page = (await worker.get("/my-interviews")).text
    assert "You have read it" in page
    assert "to read</a>" not in page
    assert "Read by the author" in (await auditor.get(f"/interviews/{interview_id}")).text
    assert (await worker.post("/audits/9999/read")).status_code == 404


async def test_feedback_on_somebody_elses_interview_is_not_shown(site: Site) -> None:
    interview_id = await closed(site, "C1", worker_id="W02")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    await auditor.record(interview_id, "audit", **GOOD)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert "What auditors wrote to you" not in (await worker.get("/my-interviews")).text
    audit_id = (await site.council.rows("select audit_id from quality_audits"))[0][0]
    assert (await worker.post(f"/audits/{audit_id}/read")).status_code == 404


async def test_a_manager_changes_the_criteria_and_an_audit_keeps_the_version_it_was_graded_with(
    site: Site,
) -> None:
    first, other = await closed(site, "C1"), await closed(site, "C2")
    auditor, manager = await site.signed_in(Role.QUALITY_AUDITOR), await site.signed_in(Role.MANAGER)
    await auditor.record(first, "audit", **GOOD)
    body = {**write_audit_scheme(SHIPPED_SCHEME), "version": "2027-1"}
    body["held"] = [{"code": "voice", "words": "The child is heard", "weight": 5}]
    body["scale"] = [
        {"code": "enough", "words": "Enough", "from_percent": 50},
        {"code": "not_enough", "words": "Not enough", "from_percent": 0},
    ]
    await manager.get("/audits/criteria")
    wrong = await manager.post("/audits/criteria", body=json.dumps({**body, "scale": []}), effective_at="")
    assert (wrong.status_code, errors_on(wrong.text)) == (
        422,
        ["scale: must be a list of objects with code and words"],
    )
    past = {**body, "effective_at": "2026-01-01T00:00:00+00:00"}
    assert (await manager.post("/audits/criteria", body=json.dumps(past), effective_at="")).status_code == 422
    saved = await manager.post("/audits/criteria", body=json.dumps(body), effective_at="")
    assert saved.status_code == 303, errors_on(saved.text)
    assert "The child is heard" in (await auditor.get("/audits/criteria")).text
    stale = await auditor.record(other, "audit", **GOOD)
    assert stale.status_code == 422
    by_new = {**GOOD, "scheme": "2027-1", "criteria": "voice", "mark_voice": "partly", "grade": ""}
    answer = await auditor.record(other, "audit", **by_new)
    assert answer.status_code == 303, errors_on(answer.text)
    assert "Enough</strong>, 50% of the criteria" in (await auditor.get(f"/interviews/{other}")).text
    assert "Good</strong>, 100% of the criteria" in (await auditor.get(f"/interviews/{first}")).text


async def coded(site: Site) -> str:
    """Return the id of an interview that was drawn, of whose record a second auditor finds the reasons again."""
    async with site.council.acting(SYSTEM) as uow:
        await uow.audit_schemes.add(EVERY_ONE_TWICE)
    interview_id = await closed(site, "C1")
    said = contents(push_factors=("school",), pull_factors=("friends",))
    async with site.council.acting(SYSTEM) as uow:
        await uow.records.add(
            replace(record(interview_id, held_at=ago(6), submitted_at=ago(5)), contents=said)
        )
    async with site.council.acting(OTHER) as uow:
        judgement = await judgement_on(uow, interview_id, turn=0)
        await record_audit(uow, interview_id=interview_id, judgement=judgement, returned=False)
    return interview_id


async def test_a_second_grade_that_is_refused_keeps_every_reason_that_was_ticked(site: Site) -> None:
    interview_id = await coded(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    sent = marked(scheme="2026-9", comment="", push=["bullying", "school"], pull="family")
    refused = await auditor.record(interview_id, "second-grade", **sent)
    assert refused.status_code == 422
    ticked = re.findall(r'name="(?:push|pull)" type="checkbox" value="(\w+)" checked', refused.text)
    assert ticked == ["bullying", "school", "family"]


async def test_whoever_may_still_code_the_reasons_again_does_not_read_those_of_the_worker(site: Site) -> None:
    interview_id = await coded(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    page = (await auditor.get(f"/interviews/{interview_id}/record")).text
    assert "What pushed the child away" not in page
    assert "until you have given your second grade" in page
    second = marked(scheme="2026-9", push="school", pull="family")
    answer = await auditor.record(interview_id, "second-grade", **second)
    assert answer.status_code == 303, errors_on(answer.text)
    assert "What pushed the child away" in (await auditor.get(f"/interviews/{interview_id}/record")).text
    agreed = (await auditor.get("/audits/agreement")).text
    assert "1 record coded twice" in agreed
    assert "Went away from: school" in agreed
    assert "Went to: being with family" in agreed


async def test_the_database_hides_the_workers_reasons_from_whoever_may_still_code_them(site: Site) -> None:
    interview_id = await coded(site)
    someone = replace(OTHER, name="Sol Birch", user_id=str(uuid.uuid4()))
    manager = Actor(role=Role.MANAGER, name="Mara Quint", user_id=str(uuid.uuid4()))

    async def push_seen_by(actor: Actor) -> tuple[str, ...]:
        async with site.council.acting(actor) as uow:
            rows = (await uow.execute(text("select push_factors from record_reasons"))).scalars().all()
            kept = (await uow.records.get(interview_id, 1)).contents.push_factors
        assert [tuple(each) for each in rows] == ([kept] if kept else [])
        return kept

    assert [await push_seen_by(each) for each in (OTHER, manager, SYSTEM)] == [("school",)] * 3
    assert await push_seen_by(someone) == ()
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(
            text("update interviews set state = 'not_offered', closed_at = null, held_at = null")
        )
    assert await push_seen_by(someone) == ("school",), "what is open again is not graded twice"
