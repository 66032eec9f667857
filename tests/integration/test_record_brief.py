"""The brief before a visit, the actions after it, and addresses that name nothing."""

from __future__ import annotations

from missing_coord.domain.access import Role
from tests.integration.test_record_pages import TODAY, submitted
from tests.integration.web_scene import Site


async def test_the_brief_tells_the_next_worker_what_was_asked_and_what_was_done_about_it(site: Site) -> None:
    await submitted(site, see_again="no")
    action_id = (await site.council.rows("select action_id::text from interview_actions"))[0][0]
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    done = {"state": "done", "outcome": "Gran comes every Sunday.", "expected_version": "1"}
    assert (await worker.post(f"/actions/{action_id}", **done)).status_code == 303
    episode_id = await site.council.episode("C1", back=0.5, missing_for=0.2)
    interview_id = await site.council.interview("C1", {episode_id: 0.5}, worker_id="W01")
    page = (await worker.get(f"/interviews/{interview_id}/brief")).text
    for words in (
        "To see Gran on Sundays.",
        "Gran comes every Sunday.",
        "07700 900123",
        "Polish",
        "asked for somebody else",
    ):
        assert words in page
    assert "Nobody listens" not in page


async def test_actions_are_closed_with_what_came_of_them_and_not_without(site: Site) -> None:
    interview_id = await submitted(site, **{"action-1-due_on": TODAY})
    action_id = (await site.council.rows("select action_id::text from interview_actions"))[0][0]
    coordinator = await site.signed_in(Role.COORDINATOR)
    assert "Ask for a visit to Gran." in (await coordinator.get("/actions")).text
    empty = await coordinator.post(
        f"/actions/{action_id}", state="cancelled", outcome="", expected_version="1"
    )
    assert empty.status_code == 422
    assert "Say what came of it, or why it is cancelled" in empty.text
    said = {"state": "cancelled", "outcome": "Gran has moved.", "expected_version": "1"}
    assert (await coordinator.post(f"/actions/{action_id}", **said)).status_code == 303
    assert "Gran has moved." in (await coordinator.get("/actions?list=cancelled")).text
    late = await coordinator.post(
        f"/actions/{action_id}", state="done", outcome="Done.", expected_version="1"
    )
    assert "cancelled by Jo Coordinator" in late.text
    more = {"what": "Ring school.", "owner": "school", "owner_name": "Head of year", "due_on": TODAY}
    assert (await coordinator.post(f"/interviews/{interview_id}/actions", **more)).status_code == 303
    assert "Ring school." in (await coordinator.get(f"/interviews/{interview_id}")).text


async def test_an_address_that_names_nothing_is_not_found(site: Site) -> None:
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    await worker.get("/day")
    for name in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        for path in ("record", "record.pdf", "record/edit", "brief", "visit.ics"):
            assert (await worker.get(f"/interviews/{name}/{path}")).status_code == 404, (name, path)
        for path in ("record/draft", "record/submission", "record/discard"):
            answer = await worker.post(f"/interviews/{name}/{path}", expected_version="0", kind="full")
            assert answer.status_code == 404, (name, path)
        said = {"state": "done", "outcome": "Done.", "expected_version": "1"}
        assert (await worker.post(f"/actions/{name}", **said)).status_code == 404
