"""Who outside hears of what: social workers, IROs, other authorities and police; chased until they confirm."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from missing_coord.domain.access import Role
from missing_coord.domain.disputes import DisputeStage, Holder, Stage
from missing_coord.domain.errors import DomainError, NotAllowed, NotFound, PermanentError
from missing_coord.domain.messages import ChannelName
from missing_coord.domain.professionals import Strategy, ToldHow
from missing_coord.services.telling.professionals import confirm, decide_strategy
from missing_coord.services.verify import verify
from missing_coord.storage.stores.disputes import move_on, open_dispute
from missing_coord.storage.tables.records import interview_actions, interview_records
from tests.acceptance.telling_scene import Telling, new_id, telling
from tests.builders.cases import RETURNED, Case
from tests.builders.reviews import COORDINATOR, WORKER
from tests.databases import Database

BREACH_WORDS = "72 hours have passed since a child with whom you work came back, without a return interview"
PLEASE = "Please confirm to the council's missing children coordinator that you know, with this reference"


@pytest.fixture
async def council(shared: Database) -> AsyncIterator[Telling]:
    async with telling(shared) as opened:
        opened.watching = opened.telling_outside = True
        yield opened


async def looked_after(council: Telling, **register: str) -> Case:
    """A looked-after child of ours who is back, with what the register says of the professionals."""
    case = await council.returned()
    said = {"iro": "Kit Larch", "iro_email": "kit@iro", "social_worker": "Bo Finch", **register}
    for name, value in said.items():
        await council.rows(f"update children set {name} = :value returning 1", value=value)
    await council.rows("update episodes set population = 'own_looked_after_in_area' returning 1")
    return case


def outside(heard: list[str]) -> list[str]:
    return [each for each in heard if each.startswith(("kit ", "bo ", "duty ", "mash "))]


async def standing(council: Telling) -> list[tuple[object, ...]]:
    query = "select matter, professional, address, answer_wanted from professional_alerts order by 1, 2"
    return list(await council.rows(query))


async def test_the_iro_hears_of_every_episode_of_a_looked_after_child_once(council: Telling) -> None:
    case = await looked_after(council)
    gist = "a child with whom you work went missing. The council's missing children coordinator knows more"
    assert outside(await council.after(case, hours=1)) == [f"kit email: {gist}"]
    assert outside(await council.after(case, hours=2)) == []
    assert ("went_missing", "iro", "kit@iro", False) in await standing(council)


async def test_the_iro_hears_of_an_episode_that_police_told_of_days_later(council: Telling) -> None:
    case = await looked_after(council)
    later = RETURNED + timedelta(days=9)
    await council.rows("update episodes set updated_at = :at returning 1", at=later)
    heard = [each for each in outside(await council.at(later)) if "went missing" in each]
    assert [each.split(":")[0] for each in heard] == ["kit email"]
    assert not [each for each in await council.after(case, days=10) if "went missing" in each]


async def test_what_was_brought_over_from_earlier_records_is_told_to_nobody(council: Telling) -> None:
    case = await looked_after(council)
    await council.rows("update episodes set flags = '{from_history}' returning 1")
    assert outside(await council.after(case, hours=1)) == []


async def test_when_a_wrong_match_is_undone_the_iro_of_the_right_child_hears(council: Telling) -> None:
    case = await looked_after(council)
    await council.after(case, hours=1)
    await council.rows(
        "update children set iro = 'Max Alder', iro_email = 'mash@iro' returning 1"
    )  # what the record of the right child says
    assert [each.split(":")[0] for each in outside(await council.after(case, hours=2))] == ["mash email"]


async def test_an_iro_to_whom_nobody_can_write_is_to_be_rung_and_chased(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    case = await looked_after(council, iro_email="")
    await council.after(case, hours=1)
    assert ("went_missing", "iro", "", True) in await standing(council)
    assert "cora email: professional has not confirmed" in await council.after(case, hours=5)


async def test_an_iro_whose_address_refuses_the_e_mail_is_chased(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    council.channels[ChannelName.EMAIL].faults["kit@iro"] = PermanentError("no such mailbox")
    case = await looked_after(council)
    await council.after(case, hours=1)
    assert ("went_missing", "iro", "kit@iro", True) in await standing(council)
    assert "cora email: professional has not confirmed" in await council.after(case, hours=5)


async def test_the_proof_names_an_episode_of_which_no_iro_is_told(council: Telling) -> None:
    case = await looked_after(council)
    await council.after(case, hours=1)
    assert "iros_are_told" not in await broken(council)
    await council.rows("delete from professional_alerts where professional = 'iro' returning 1")
    assert await broken(council) == {"iros_are_told": (f"episode {case.episode_id}",)}


async def broken(council: Telling) -> dict[str, tuple[str, ...]]:
    async with council.unit() as uow:
        found = await verify(uow)
    return {each.rule: each.references for each in found.findings if each.rule == "iros_are_told"}


async def test_a_home_child_has_no_iro_who_could_hear(council: Telling) -> None:
    case = await looked_after(council)
    await council.rows("update episodes set population = 'own_home_child' returning 1")
    await council.after(case, hours=1)
    assert await standing(council) == [("went_missing", "social_worker", "", False)]


async def test_another_authority_hears_of_its_own_child_at_the_address_the_council_keeps(
    council: Telling,
) -> None:
    case = await looked_after(council)
    await council.rows("update episodes set population = 'other_authority_placed_here' returning 1")
    await council.rows(
        "insert into professional_contacts (professional, name, email, saved_by, saved_at)"
        " values ('responsible_authority', '', 'duty@authority', 'x', now()) returning 1"
    )
    assert [each.split(":")[0] for each in outside(await council.after(case, hours=1))] == ["duty email"]


async def test_a_breach_is_told_outside_and_who_does_not_confirm_is_chased(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    case = await looked_after(council)
    await council.after(case, hours=1)
    heard = outside(await council.after(case, hours=72))
    assert heard == [f"kit email: {BREACH_WORDS}. {PLEASE}"]
    chased = await council.after(case, hours=77)
    assert chased.count("cora email: professional has not confirmed") == 2  # the IRO, and the social worker


async def test_what_is_confirmed_is_chased_no_more(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    case = await looked_after(council)
    await council.after(case, hours=1)
    await council.after(case, hours=72)
    for (alert_id,) in await council.rows("select professional_alert_id::text from professional_alerts"):
        await answer(council, str(alert_id), how=ToldHow.PHONE, who="Kit")
    assert "cora email: professional has not confirmed" not in await council.after(case, hours=80)
    with pytest.raises(NotFound):
        await answer(council, str(alert_id), how=ToldHow.PHONE, who="Kit")


async def answer(council: Telling, alert_id: str, *, actor: Any = COORDINATOR, **given: Any) -> None:
    async with council.database.unit_of_work(actor) as uow:
        await confirm(uow, professional_alert_id=alert_id, note=given.pop("note", ""), **given)


async def test_an_answer_says_who_gave_it_and_why_none_is_needed_and_only_the_office_keeps_one(
    council: Telling,
) -> None:
    case = await looked_after(council)
    await council.after(case, hours=1)
    ((alert_id,), *_) = await council.rows("select professional_alert_id::text from professional_alerts")
    with pytest.raises(DomainError, match="who:"):
        await answer(council, str(alert_id), how=ToldHow.PHONE, who=" ")
    with pytest.raises(DomainError, match="note:"):
        await answer(council, str(alert_id), how=ToldHow.NOT_NEEDED, who="")
    with pytest.raises(NotAllowed):
        await answer(council, str(alert_id), actor=WORKER, how=ToldHow.PHONE, who="Kit")


async def told_of_harm(council: Telling, case: Case, number: int = 1) -> None:
    async with council.unit() as uow:
        await uow.execute(
            insert(interview_records).values(
                interview_id=case.interview_id,
                number=number,
                kind="full",
                lists_version="1",
                origin="first" if number == 1 else "amendment",
                reason="more",
                held_at=council.clock.instant,
                submitted_by="wil",
                submitted_at=council.clock.instant,
                act_now=True,
                safe_contact="phone",
            )
        )


async def decide(council: Telling, case: Case, decision: Strategy, reason: str = "") -> None:
    async with council.database.unit_of_work(COORDINATOR) as uow:
        await decide_strategy(uow, interview_id=case.interview_id, decision=decision, reason=reason)


async def test_told_harm_goes_at_once_by_its_own_route_until_a_strategy_meeting_is_decided(
    council: Telling,
) -> None:
    for name, role in (("cora", Role.COORDINATOR), ("max", Role.MANAGER), ("lee", Role.EXPLOITATION_LEAD)):
        await council.person(name, role, sms=True)
    case = await looked_after(council)
    await council.after(case, hours=1)
    await told_of_harm(council, case)
    heard = await council.after(case, hours=1, minutes=1)
    gist = "strategy meeting to be decided"
    assert [each for each in heard if gist in each] == [
        f"{name} sms: {gist}" for name in ("cora", "lee", "max")
    ]
    police = ("told_harm", "police", "", True)
    assert police in await standing(council)
    assert "max sms: strategy meeting 2h over" in await council.after(case, hours=3, minutes=2)
    with pytest.raises(DomainError, match="reason"):
        await decide(council, case, Strategy.NOT_NEEDED)
    await decide(council, case, Strategy.MEETING_CALLED)
    assert not [each for each in await council.after(case, hours=12) if "strategy" in each]


async def test_told_harm_in_a_later_version_asks_again(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR, sms=True)
    case = await looked_after(council)
    await told_of_harm(council, case)
    await council.after(case, hours=1)
    await decide(council, case, Strategy.NOT_NEEDED, "Known already")
    await council.after(case, hours=2)
    await told_of_harm(council, case, number=2)
    assert "cora sms: strategy meeting to be decided" in await council.after(case, hours=2, minutes=1)


async def test_an_action_is_overdue_from_the_end_of_its_day_in_london(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)
    case = await looked_after(council)
    await council.after(case, hours=1)
    async with council.unit() as uow:
        await uow.execute(
            insert(interview_actions).values(
                action_id=new_id(),
                interview_id=case.interview_id,
                what="Ring the school",
                owner="worker",
                owner_name="Wil",
                due_on=date(2026, 6, 2),
                state="open",
                opened_by="wil",
                opened_at=RETURNED,
            )
        )
    midnight = RETURNED.replace(day=2, hour=23)  # 3 June in London
    assert "cora email: action overdue" not in await council.at(midnight - timedelta(minutes=1))
    assert "cora email: action overdue" in await council.at(midnight)
    assert "max email: action 48h over" in await council.at(midnight + timedelta(hours=48))
    await council.rows("update interview_actions set state = 'done', closed_by = 'wil', outcome = 'done',"
                       " closed_at = now() returning 1")  # fmt: skip
    assert not [each for each in await council.at(midnight + timedelta(hours=150)) if "action" in each]


async def stage(
    council: Telling, case: Case, name: str, began: date, due: date, dispute: str = "", **held: str
) -> str:
    """End the running stage of a dispute and begin another, which somebody holds."""
    holder = Holder(**held)
    async with council.database.unit_of_work(COORDINATOR) as uow:
        if not dispute:
            return await open_dispute(
                uow,
                dispute_id=new_id(),
                interview_id=case.interview_id,
                iro="Kit Larch",
                about="No offer",
                started_on=began,
                due_on=due,
                holder=holder,
            )
        running = DisputeStage(stage=Stage.INFORMAL, started_on=began, due_on=began)
        following = Stage(name) if name else None
        await move_on(
            uow, dispute, running, ended_on=began, outcome="Not agreed", following=following, due_on=due,
            holder=holder,
        )  # fmt: skip
        return dispute


async def test_an_overdue_stage_of_a_dispute_is_told_until_it_ends_and_the_following_one_anew(
    council: Telling,
) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)
    case = await looked_after(council)
    await council.after(case, hours=1)
    dispute = await stage(council, case, "informal", date(2026, 6, 1), date(2026, 6, 2))
    midnight = RETURNED.replace(day=2, hour=23, minute=0)  # 3 June in London
    gist = "dispute stage overdue"
    assert not [each for each in await council.at(midnight - timedelta(minutes=1)) if "dispute" in each]
    told = [each for each in await council.at(midnight) if "dispute" in each]
    assert told == [f"cora email: {gist}", f"max email: {gist}"]
    assert "max email: dispute 48h over" in await council.at(midnight + timedelta(hours=48))
    await stage(council, case, "director", date(2026, 6, 3), date(2026, 6, 4), dispute)
    assert f"cora email: {gist}" in await council.at(midnight + timedelta(hours=49))
    query = "select closed_at is null, count(*) from alerts where clock = 'dispute' group by 1 order by 1"
    assert await council.rows(query) == [(False, 1), (True, 1)]
    await council.rows("update dispute_stages set ended_on = '2026-06-05', outcome = 'Agreed' returning 1")
    assert not [each for each in await council.at(midnight + timedelta(days=9)) if "dispute" in each]
    assert await council.rows(query) == [(False, 2)]


async def test_an_overdue_stage_is_told_to_who_holds_it_and_to_the_office_when_that_reaches_nobody(
    council: Telling,
) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)
    await council.person("lea", Role.EXPLOITATION_LEAD)
    case = await looked_after(council)
    await council.after(case, hours=1)
    days = {"began": date(2026, 6, 1), "due": date(2026, 6, 2)}
    for held in ({"recipient": "person:lea"}, {"email": "tia@outside"}, {"recipient": "person:gone"}):
        await stage(council, case, "informal", **days, **held)
    told = [each for each in await council.at(RETURNED.replace(day=2, hour=23)) if "dispute" in each]
    gist = "dispute stage overdue"
    assert told == [f"cora email: {gist}", f"lea email: {gist}", f"max email: {gist}", f"tia email: {gist}"]
    over = await council.at(RETURNED.replace(day=4, hour=23))
    assert [each for each in over if "dispute" in each][:1] == ["cora email: dispute 48h over"]
