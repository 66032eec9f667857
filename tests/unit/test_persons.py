"""Who is who in one police reference: a notice that fits two children joins neither to the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.cases import StoredNotice
from missing_coord.domain.records import NoticeMessage, PoliceNotice
from missing_coord.matching.evidence import pool_evidence
from missing_coord.matching.reading import notice_evidence
from missing_coord.services.persons import persons_of, said_once, signature_of

FIRST = datetime(2026, 6, 1, 12, tzinfo=UTC)


def notice(number: int, message: str = "missing", **said: Any) -> StoredNotice:
    made = PoliceNotice(
        force="Northshire",
        reference="N1",
        message=NoticeMessage(message),
        issued_at=FIRST + timedelta(hours=number),
        **said,
    )
    return StoredNotice(notice_id=number, incident_id=None, notice=made)


def split(*notices: StoredNotice) -> list[list[int]]:
    return sorted(sorted(each.notice_id for each in group) for group in persons_of(notices))


def child(forename: str, surname: str, year: int) -> dict[str, Any]:
    return {"forename": forename, "surname": surname, "date_of_birth": date(year, 3, 5)}


DANIEL, PRINCE = child("Daniel", "Quillworth", 2014), child("Prince", "Quillworth", 2012)


def test_a_number_alone_that_may_be_either_child_stands_by_itself() -> None:
    said = notice(3, "returned", local_child_id="5000640")
    assert split(notice(1, **DANIEL), notice(2, **PRINCE), said) == [[1], [2], [3]]


def test_a_number_that_one_child_has_goes_to_that_child() -> None:
    named = notice(2, local_child_id="5000640", **PRINCE)
    assert split(notice(1, **DANIEL), named, notice(3, "returned", local_child_id="5000640")) == [[1], [2, 3]]


def test_brothers_with_like_names_and_other_birthdays_are_two() -> None:
    assert split(
        notice(1, **child("Jayden", "Quill", 2011)), notice(2, **child("Hayden", "Quill", 2013))
    ) == [[1], [2]]
    three = [notice(1, **child("Amina", "Vale", 2011)), notice(2, **child("Adam", "Vale", 2013))]
    assert split(*three, notice(3, "update", forename="A", surname="Vale")) == [[1], [2], [3]]


def test_a_return_without_a_forename_goes_to_the_child_of_that_surname_and_birthday() -> None:
    amy, bob = child("Amy", "Ashdown", 2013), child("Bob", "Birch", 2012)
    said = {name: value for name, value in bob.items() if name != "forename"}
    assert split(notice(1, **amy), notice(2, **bob), notice(3, "returned", **said)) == [[1], [2, 3]]
    stranger = notice(3, "cancelled", surname="Zeal")
    assert split(notice(1, **amy), notice(2, **bob), stranger) == [[1], [2], [3]]


def test_a_slip_in_the_forename_with_the_same_birthday_is_one_child() -> None:
    assert split(notice(1, **child("Jordan", "Vale", 2012)), notice(2, **child("Jordon", "Vale", 2012))) == [
        [1, 2]
    ]


def test_a_corrected_birthday_under_the_same_name_is_one_child() -> None:
    assert split(notice(1, **child("Jordan", "Vale", 2012)), notice(2, **child("Jordan", "Vale", 2021))) == [
        [1, 2]
    ]


def test_notices_that_name_nobody_are_about_the_only_child_there_is() -> None:
    said = notice(2, "returned", surname="Vale")
    assert split(notice(1, **child("Jordan", "Vale", 2012)), said) == [[1, 2]]


some = st.builds(
    lambda forename, surname, year, number: {
        key: value
        for key, value in {
            "forename": forename,
            "surname": surname,
            "date_of_birth": year and date(year, 3, 5),
            "local_child_id": number,
        }.items()
        if value
    },
    st.sampled_from(["", "Daniel", "Prince", "Dan", "P"]),
    st.sampled_from(["", "Quillworth", "Vale"]),
    st.sampled_from([0, 2012, 2014]),
    st.sampled_from(["", "1", "2"]),
)


@given(st.lists(some, min_size=1, max_size=8), st.randoms())
def test_any_order_splits_alike_and_nobody_is_lost(said: list[dict[str, Any]], chance: Any) -> None:
    notices = [notice(number, **each) for number, each in enumerate(said)]
    shuffled = notices.copy()
    chance.shuffle(shuffled)
    assert split(*shuffled) == split(*notices)
    assert sorted(number for group in split(*notices) for number in group) == list(range(len(notices)))


# What notices may say: a name that changes back, an age that is said again on another day.
SAYINGS = st.fixed_dictionaries(
    {
        "forename": st.sampled_from(["Daniel", "Danny", None]),
        "age": st.sampled_from([0, 14, None]),
        "aliases": st.sampled_from([(), ("Dan Q",)]),
        "home_postcode": st.sampled_from(["M1 1AA", None]),
    }
)


@given(st.lists(SAYINGS, min_size=1, max_size=8))
def test_leaving_out_what_is_only_repeated_changes_nothing_that_is_known_of_the_person(
    sayings: list[dict[str, Any]],
) -> None:
    notices = [notice(24 * number, **said).notice for number, said in enumerate(sayings)]
    said = said_once(notices)
    assert pool_evidence([notice_evidence(each) for each in said]) == pool_evidence(
        [notice_evidence(each) for each in notices]
    )
    assert signature_of(said) == signature_of(notices)


def test_three_notices_that_say_the_same_of_the_person_are_read_once() -> None:
    notices = [notice(hours, **DANIEL).notice for hours in (1, 2, 3)]
    assert said_once(notices) == notices[:1]
