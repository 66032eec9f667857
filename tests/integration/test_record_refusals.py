"""What a record, its draft and its actions refuse, so that nothing typed is lost and nothing is filed elsewhere."""

from __future__ import annotations

from dataclasses import replace

from missing_coord.domain.access import Role
from missing_coord.domain.interview_records import RecordKind
from missing_coord.services.interviews.assign import assign
from missing_coord.services.interviews.drafts import save_draft
from tests.integration.interviews_council import COORDINATOR, OTHER_WORKER, POLICY, WORKER
from tests.integration.test_record_pages import TODAY, form_on, read, send, submitted
from tests.integration.web_scene import Site, errors_on


async def test_a_correction_covers_only_episodes_of_its_own_interview(site: Site) -> None:
    interview_id = await submitted(site)
    await site.council.child("C2")
    another = await site.council.episode("C2", back=20)
    for wrong in (another, "nonsense"):
        changed = await form_on(site, interview_id, episode_ids=wrong, reason="Misheard.")
        answer = await send(site, interview_id, "submission", changed)
        assert answer.status_code == 422
        assert "is no episode of this interview" in answer.text
    assert await site.council.rows("select number from interview_records") == [(1,)]


async def test_a_brief_tells_nothing_of_a_version_that_a_later_one_took_from_the_child(site: Site) -> None:
    first = await submitted(site)
    episode_id = await site.council.episode("C1", back=0.5, missing_for=0.2)
    following = await site.council.interview("C1", {episode_id: 0.5}, worker_id="W01")
    brief = f"/interviews/{following}/brief"
    assert "To see Gran on Sundays." in (await read(site, Role.INTERVIEW_WORKER, brief)).text
    async with site.council.acting(WORKER) as uow:
        kept = await uow.records.get(first, 1)
        head = replace(kept.head, number=2, episode_ids=("an episode of somebody else",))
        await uow.records.add(replace(kept, head=head, entries=()))
    assert "To see Gran on Sundays." not in (await read(site, Role.INTERVIEW_WORKER, brief)).text


async def test_a_draft_keeps_all_of_a_long_text_and_says_which_field_is_too_long_to_be_submitted(
    site: Site,
) -> None:
    interview_id = await site.worker_with()
    long = await form_on(site, interview_id, child_words="a" * 14_999 + "z")
    kept = await send(site, interview_id, "draft", long, accept="application/json")
    assert "Too long to be submitted: Child words." in kept.json()["said"]
    page = (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit")).text
    assert f">{long['child_words']}</textarea>" in page
    answer = await send(site, interview_id, "submission", {**long, "expected_version": "1"})
    assert answer.status_code == 422
    assert errors_on(answer.text) == ["Use at most 10,000 characters; these are 15,000"]
    assert f">{long['child_words']}</textarea>" in answer.text


async def test_a_draft_that_was_saved_since_is_not_thrown_away(site: Site) -> None:
    interview_id = await site.worker_with()
    form = await form_on(site, interview_id)
    for version in ("0", "1"):
        assert (
            await send(site, interview_id, "draft", {**form, "expected_version": version})
        ).status_code == 303
    assert (await send(site, interview_id, "discard", {"expected_version": "1"})).status_code == 409
    assert await site.council.rows("select version from record_drafts") == [(2,)]
    assert (await send(site, interview_id, "discard", {"expected_version": "2"})).status_code == 303
    assert await site.council.rows("select count(*) from record_drafts") == [(0,)]


async def test_the_same_action_sent_twice_is_one_and_is_due_within_two_years(site: Site) -> None:
    interview_id = await site.worker_with()
    coordinator = await site.signed_in(Role.COORDINATOR)
    await coordinator.get("/actions")
    said = {"what": "Ring school.", "owner": "school", "owner_name": "Head of year", "due_on": TODAY}
    path = f"/interviews/{interview_id}/actions"
    assert [(await coordinator.post(path, **said)).status_code for _ in range(2)] == [303, 303]
    late = await coordinator.post(path, **{**said, "due_on": "9999-12-31"})
    assert (late.status_code, errors_on(late.text)) == (422, ["Give a day within two years."])
    form = await form_on(site, interview_id, **{"action-1-due_on": "9999-12-31"})
    assert (await send(site, interview_id, "submission", form)).status_code == 422
    assert await site.council.rows("select what from interview_actions") == [("Ring school.",)]


async def test_a_version_that_no_record_can_have_is_not_found(site: Site) -> None:
    interview_id = await submitted(site)
    for path in ("record", "record.pdf"):
        for version in ("9" * 5000, "9999999999", "2"):
            answer = await read(site, Role.MANAGER, f"/interviews/{interview_id}/{path}?version={version}")
            assert answer.status_code == 404


async def test_whoever_takes_an_interview_over_starts_a_draft_of_their_own_and_reads_no_other(
    site: Site,
) -> None:
    interview_id = await site.worker_with()
    form = await form_on(site, interview_id, child_words="Told to the first one.")
    assert (await send(site, interview_id, "draft", form)).status_code == 303
    async with site.council.acting(COORDINATOR) as uow:
        await assign(uow, policy=POLICY, interview_id=interview_id, worker_id="W02")
    async with site.council.acting(OTHER_WORKER) as uow:
        seen = await uow.records.draft(interview_id)
        version = await save_draft(
            uow,
            lists=POLICY.record_lists,
            interview_id=interview_id,
            kind=RecordKind.FULL,
            fields={"child_words": ["Mine."]},
            expected_version=0,
        )
    assert (seen, version) == (None, 1)
    kept = "select worker_id, fields -> 'child_words' ->> 0 from record_drafts order by worker_id"
    assert await site.council.rows(kept) == [("W01", "Told to the first one."), ("W02", "Mine.")]


async def test_an_error_about_the_day_of_an_action_stands_in_its_own_row(site: Site) -> None:
    interview_id = await site.worker_with()
    second = {"what": "Ring Gran.", "owner": "worker", "owner_name": "Ade Farrow", "due_on": "2020-01-01"}
    form = await form_on(site, interview_id, **{f"action-4-{name}": value for name, value in second.items()})
    answer = await send(site, interview_id, "submission", form)
    assert answer.status_code == 422
    assert errors_on(answer.text) == ["Give a day that is not past."]
    assert 'href="#record-action-4-due_on"' in answer.text
