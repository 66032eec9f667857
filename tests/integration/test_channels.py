"""Each channel speaks its provider's real protocol, and tells what may work later from what never will."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.messages import ChannelName
from missing_coord.notify.govuk_notify import GovukNotify
from missing_coord.notify.smtp import SmtpMail
from missing_coord.notify.teams import TeamsWorkflow
from missing_coord.services.ports.messages import AddressRefused, Outgoing
from tests.builders.provider import KEY, TEMPLATE, fake_mail, fake_notify, fake_teams

ADDRESS = "https://missing.example"
TEXT = "Return interview AB12CD34: 72 hours have passed. https://missing.example/interviews/1"
OTHER = "Return interview EF56AB78: 48 hours from the return. https://missing.example/interviews/2"
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


def outgoing(channel: ChannelName, address: str, *texts: str, urgent: bool = False) -> Outgoing:
    return Outgoing(
        reference="ref-1",
        channel=channel,
        address=address,
        texts=texts or (TEXT,),
        urgent=urgent,
        again=False,
    )


def notify(url: str, name: ChannelName = ChannelName.SMS, key: str = KEY) -> GovukNotify:
    return GovukNotify(name=name, key=key, template=TEMPLATE, address=ADDRESS, url=url)


async def test_notify_takes_a_text_message_with_our_reference() -> None:
    with fake_notify() as fake:
        provider_id = await notify(fake.url).send(outgoing(ChannelName.SMS, "07700900001", urgent=True))
    assert [(each["id"], each["reference"], each["to"]) for each in fake.sent] == [
        (provider_id, "ref-1", "07700900001")
    ]
    assert fake.sent[0]["body"] == f"URGENT. {TEXT}\n"


async def test_notify_takes_one_e_mail_for_several_matters() -> None:
    with fake_notify() as fake:
        await notify(fake.url, ChannelName.EMAIL).send(
            outgoing(ChannelName.EMAIL, "a@b.example", TEXT, OTHER)
        )
    assert fake.sent[0]["subject"] == "2 matters wait for you"
    assert TEXT in fake.sent[0]["body"]
    assert OTHER in fake.sent[0]["body"]


async def test_notify_is_asked_whether_it_took_a_sending_that_was_cut_off() -> None:
    with fake_notify(lost_answers=1.0) as fake:
        channel = notify(fake.url)
        with pytest.raises(TransientError):
            await channel.send(outgoing(ChannelName.SMS, "07700900001"))
        assert await channel.taken_before("ref-1") == fake.sent[0]["id"]
        assert await channel.taken_before("ref-2") is None


async def test_an_address_that_notify_refuses_is_told_from_other_refusals() -> None:
    with fake_notify(refused=frozenset({"0123"})) as fake:
        with pytest.raises(AddressRefused):
            await notify(fake.url).send(outgoing(ChannelName.SMS, "0123"))
        wrong_key = KEY[:-1] + ("1" if KEY[-1] != "1" else "2")
        with pytest.raises(TransientError):
            await notify(fake.url, key=wrong_key).send(outgoing(ChannelName.SMS, "07700900001"))


async def test_a_provider_that_is_not_there_may_be_there_later() -> None:
    channels: list[Any] = [
        notify("http://127.0.0.1:9"),
        SmtpMail(server="smtp://127.0.0.1:9", sender="a@b.example", address=ADDRESS),
        TeamsWorkflow(url="http://127.0.0.1:9/x"),
    ]
    for channel in channels:
        with pytest.raises(TransientError):
            await channel.send(outgoing(channel.name, "a@b.example"))


def mail_to(url: str) -> SmtpMail:
    return SmtpMail(server=url, sender="duty@council.example", address=ADDRESS)


async def test_an_e_mail_by_smtp_carries_the_reference_as_its_message_id() -> None:
    with fake_mail() as fake:
        await mail_to(fake.url).send(outgoing(ChannelName.EMAIL, "ann@council.example"))
    mail = message_from_bytes(fake.mails[0].content, policy=default)
    assert mail["Message-ID"] == "<ref-1@council.example>"
    assert mail["Subject"] == "Return interview AB12CD34"
    assert TEXT in mail.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 no such user", AddressRefused), ("450 try again later", TransientError)],
)
async def test_a_mail_server_that_refuses_for_good_is_told_from_one_that_is_busy(
    answer: str, error: type[Exception]
) -> None:
    with fake_mail() as fake:
        fake.answers["ann@council.example"] = answer
        with pytest.raises(error):
            await mail_to(fake.url).send(outgoing(ChannelName.EMAIL, "ann@council.example"))
    assert fake.mails == []


async def test_teams_gets_an_adaptive_card_with_a_button() -> None:
    with fake_teams() as fake:
        await TeamsWorkflow(url=f"{fake.url}/workflow").send(outgoing(ChannelName.TEAMS, ""))
    (attachment,) = fake.cards[0]["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["content"]["actions"][0]["url"] == "https://missing.example/interviews/1"
    assert [each["text"] for each in attachment["content"]["body"]] == [
        "Return interview AB12CD34",
        TEXT.rsplit(" ", 1)[0],
    ]


@pytest.mark.parametrize(
    ("status", "error"), [(429, TransientError), (502, TransientError), (404, PermanentError)]
)
async def test_teams_that_is_busy_is_told_from_a_workflow_that_is_gone(
    status: int, error: type[Exception]
) -> None:
    with fake_teams() as fake:
        fake.status = status
        with pytest.raises(error):
            await TeamsWorkflow(url=f"{fake.url}/workflow").send(outgoing(ChannelName.TEAMS, ""))
