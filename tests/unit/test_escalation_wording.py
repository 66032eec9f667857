"""What a message says: the matter, a reference and a link."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from missing_coord.domain.access import Role
from missing_coord.domain.messages import MessageKind, MessageState, Notice
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.notify.wording import step_words, words_of
from missing_coord.web.pages.messages import LINKS

SUBJECT = "3f2a9c1b-0000-4000-8000-000000000001"
SUBJECT_TYPES = {MessageKind.MATCH_REVIEW: "incident", MessageKind.PATTERN: "pattern"}


def _notice(kind: MessageKind) -> Notice:
    return Notice(
        key="k",
        kind=kind,
        role=Role.COORDINATOR,
        subject_type=SUBJECT_TYPES.get(kind, "interview"),
        subject_id=SUBJECT,
        step="48h_from_return",
        due_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )


def test_a_report_is_told_of_by_its_period_and_a_link() -> None:
    notice = replace(_notice(MessageKind.REPORT), subject_type="report", subject_id="2026-10")
    assert words_of(notice, address="https://interviews.example") == (
        "The missing report of 2026-10 is ready. https://interviews.example/reports/monthly?month=2026-10"
    )


def test_whoever_is_outside_reads_a_reference_and_no_link_as_they_cannot_sign_in() -> None:
    notice = replace(
        _notice(MessageKind.PROFESSIONAL), subject_type="professional_alert", step="went_missing"
    )
    text = words_of(notice, address="https://interviews.example")
    assert text.startswith("Reference 3F2A9C1B: a child with whom you work went missing.")
    assert "http" not in text


def test_changed_hours_of_duty_are_told_with_the_rota() -> None:
    notice = replace(
        _notice(MessageKind.ROTA), subject_type="rota", subject_id="nights", said="Sat 28 Nov 09:00"
    )
    assert words_of(notice, address="https://interviews.example") == (
        "Rota nights: your hours of duty in the next 14 days have changed: Sat 28 Nov 09:00."
        " https://interviews.example/rotas"
    )


OTHERWISE = (MessageKind.REPORT, MessageKind.PROFESSIONAL, MessageKind.ROTA)


@pytest.mark.parametrize("kind", [each for each in MessageKind if each not in OTHERWISE])
def test_every_kind_of_message_has_words_a_reference_and_a_link(kind: MessageKind) -> None:
    text = words_of(_notice(kind), address="https://interviews.example")
    assert "3F2A9C1B" in text
    assert text.endswith(f"/{SUBJECT}")
    assert "https://interviews.example/" in text


def test_a_message_about_a_visit_links_to_its_file_for_the_calendar_and_says_no_more() -> None:
    notice = replace(_notice(MessageKind.VISIT_OFF), calendar=True)
    link = f"https://interviews.example/interviews/{SUBJECT}"
    assert words_of(notice, address="https://interviews.example") == (
        "Return interview 3F2A9C1B: the visit that was booked for it is off."
        f" {link} For your calendar: {link}/visit.ics"
    )


@pytest.mark.parametrize("calendar", [False, True])
def test_the_page_of_messages_shows_one_without_its_addresses(calendar: bool) -> None:
    notice = replace(_notice(MessageKind.VISIT_OFF), calendar=calendar)
    assert LINKS.sub("", words_of(notice, address="https://interviews.example")) == (
        "Return interview 3F2A9C1B: the visit that was booked for it is off."
    )


def test_due_times_are_london_times_that_say_which_side_of_the_clock_change_they_are_on() -> None:
    text = words_of(_notice(MessageKind.ESCALATION), address="")
    assert "Due Sun 25 Oct 2026 01:30 GMT." in text


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("48h_from_return", "48 hours from the return, still not done"),
        ("24h_over", "24 hours over the deadline, still not done"),
        ("24h_over+3", "24 hours over the deadline, still not done (reminder 4)"),
        ("ring_the_office", "ring the office"),
    ],
)
def test_a_step_is_said_in_words(step: str, words: str) -> None:
    assert step_words(step) == words


def test_the_recorder_channel_counts_a_message_as_delivered_when_it_is_on_record() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    message = RecorderChannel("https://interviews.example").write(_notice(MessageKind.BREACH), at)
    assert (message.channel, message.state, message.delivered_at) == ("recorder", MessageState.DELIVERED, at)
    assert message.message_key == "recorder:k"
