"""Drafts that nobody can submit any more: told to their owner, moved or thrown away, and ended with a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from missing_coord.domain.access import Role
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.interviews.left_drafts import look_after
from tests.integration.interviews_council import SYSTEM
from tests.integration.test_record_pages import form_on, send
from tests.integration.web_scene import Site, errors_on

WRITE = RecorderChannel("https://desk.example").write
KEEP = timedelta(days=30)


async def looked(site: Site) -> tuple[int, int]:
    """Look after drafts as the regular work does; return how many owners were told and drafts ended."""
    async with site.council.acting(SYSTEM) as uow:
        return await look_after(uow, keep=KEEP, write=WRITE)


async def drafted(site: Site) -> str:
    """Return an interview of which the worker W01 has a draft."""
    interview_id = await site.worker_with()
    await send(site, interview_id, "draft", await form_on(site, interview_id))
    return interview_id


async def changed(site: Site, interview_id: str, **changes: object) -> None:
    async with site.council.acting(SYSTEM) as uow:
        await uow.interviews.save([replace(await uow.interviews.get(interview_id), **changes)])


async def drafts(site: Site) -> list[str]:
    return [row[0] for row in await site.council.rows("select interview_id::text from record_drafts")]


async def test_a_former_worker_is_told_once_of_the_draft_and_can_read_it_and_throw_it_away(
    site: Site,
) -> None:
    interview_id = await drafted(site)
    assert await looked(site) == (0, 0)
    await changed(site, interview_id, worker_id="W02")
    assert await looked(site) == (1, 0)
    assert await looked(site) == (0, 0)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert f'href="/drafts/{interview_id}"' in (await worker.get("/my-interviews")).text
    assert "it cannot be submitted any more" in (await worker.get("/messages")).text
    shown = (await worker.get(f"/drafts/{interview_id}")).text
    assert "Nobody listens in there." in shown
    assert "Go on with it" not in shown
    assert (await worker.get(f"/interviews/{interview_id}/record/edit")).status_code == 404
    assert (await worker.post(f"/drafts/{interview_id}/discard", expected_version="7")).status_code == 409
    assert (await worker.post(f"/drafts/{interview_id}/discard", expected_version="1")).status_code == 303
    assert await drafts(site) == []


async def test_a_draft_of_an_interview_that_was_joined_with_another_goes_on_there(site: Site) -> None:
    interview_id = await drafted(site)
    episode_id = await site.council.episode("C1", back=5, missing_for=2)
    await changed(
        site, interview_id, state="recorded_in_error", closed_at=site.clock.instant, closed_by="Robin"
    )
    target = await site.council.interview("C1", {episode_id: 5}, worker_id="W01")
    assert await looked(site) == (1, 0)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    await worker.get(f"/drafts/{interview_id}")
    path = f"/drafts/{interview_id}/copy"
    refused = await worker.post(path, expected_version="1", target="")
    assert errors_on(refused.text) == ["Choose an interview"]
    moved = await worker.post(path, expected_version="1", target=target)
    assert moved.headers["location"] == f"/interviews/{target}/record/edit"
    assert await drafts(site) == [target]
    assert "Nobody listens in there." in (await worker.get(f"/interviews/{target}/record/edit")).text


async def test_a_draft_that_is_left_behind_ends_after_its_days_with_a_trace(site: Site) -> None:
    interview_id = await drafted(site)
    await changed(site, interview_id, worker_id="W02")
    await looked(site)
    site.clock.instant += KEEP - timedelta(minutes=1)
    assert await looked(site) == (0, 0)
    assert await drafts(site) == [interview_id]
    site.clock.instant += timedelta(minutes=2)
    assert await looked(site) == (0, 1)
    assert await drafts(site) == []
    trail = [row for row in await site.council.audit() if row[0] == "record_draft_ended"]
    assert [(row[2], row[3]["worker_id"], row[3]["days"]) for row in trail] == [(interview_id, "W01", 30)]


async def test_a_draft_whose_worker_has_the_interview_again_is_an_ordinary_one_again(site: Site) -> None:
    interview_id = await drafted(site)
    await changed(site, interview_id, worker_id="W02")
    await looked(site)
    await changed(site, interview_id, worker_id="W01")
    site.clock.instant += KEEP * 2
    assert await looked(site) == (0, 0)
    assert await drafts(site) == [interview_id]


async def test_nobody_elses_draft_is_readable(site: Site) -> None:
    interview_id = await drafted(site)
    await changed(site, interview_id, worker_id="W02")
    await looked(site)
    await site.council.rows("update record_drafts set worker_id = 'W02' returning 1")
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get(f"/drafts/{interview_id}")).status_code == 404
