"""The JSON intake: what is taken, what is refused and how, and that no body brings it down."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from missing_coord.services.api_keys import revoke_keys
from missing_coord.web.api.limits import BODY_LIMIT, ITEM_LIMIT, Buckets
from tests.builders.reviews import child, notice, there_and_back
from tests.integration.api_sender import Sender, outcomes, sender, stranger
from tests.integration.web_scene import OPERATOR, Site

POLICE = "police-notices"


@pytest.fixture
async def gmp(site: Site) -> Sender:
    """A source that may send everything."""
    return await sender(site)


async def count(site: Site, table: str) -> int:
    return int((await site.council.rows(f"select count(*) from {table}"))[0][0])


async def test_a_notice_becomes_an_episode_and_an_interview(site: Site, gmp: Sender) -> None:
    answer = await gmp.send(POLICE, there_and_back())
    assert (answer.status_code, outcomes(answer)) == (200, ["accepted", "accepted"])
    assert answer.json()["accepted"] == 2
    assert (await count(site, "episodes"), await count(site, "interviews")) == (1, 1)


async def test_one_object_is_as_good_as_an_array(gmp: Sender) -> None:
    answer = await gmp.send(POLICE, notice())
    assert outcomes(answer) == ["accepted"]


async def test_an_envelope_is_opened(gmp: Sender) -> None:
    envelope = {
        "specversion": "1.0",
        "id": "1",
        "source": "/gmp",
        "type": "missing-coord.police-notice.v1",
        "data": notice(),
    }
    answer = await gmp.send(POLICE, envelope, content_type="application/cloudevents+json")
    assert outcomes(answer) == ["accepted"]
    many = await gmp.send(
        POLICE, [envelope], content_type="application/cloudevents-batch+json; charset=utf-8"
    )
    assert outcomes(many) == ["duplicate"]
    assert outcomes(await gmp.send(POLICE, [notice()])) == ["duplicate"]


async def test_an_envelope_of_another_type_is_quarantined_with_what_would_be_right(gmp: Sender) -> None:
    answer = await gmp.send(POLICE, {"specversion": "1.0", "type": "order.placed", "data": notice()})
    assert answer.status_code == 207
    assert answer.json()["results"][0]["faults"] == [
        {"field": "type", "reason": "the envelope's type must be missing-coord.police-notice.v1"}
    ]


async def test_the_same_array_twice_changes_nothing(site: Site, gmp: Sender) -> None:
    rows = [*there_and_back(), *there_and_back("MP/2", day=14)]
    await gmp.send(POLICE, rows)
    before = await count(site, "interviews"), await count(site, "outbox")
    assert outcomes(await gmp.send(POLICE, rows)) == ["duplicate"] * 4
    assert (await count(site, "interviews"), await count(site, "outbox")) == before


async def test_two_calls_at_once_take_each_row_once(site: Site, gmp: Sender) -> None:
    rows = [row for day in range(1, 10) for row in there_and_back(f"MP/{day}", day=day, surname=f"Name{day}")]
    one, other = await asyncio.gather(gmp.send(POLICE, rows), gmp.send(POLICE, list(reversed(rows))))
    both = outcomes(one) + outcomes(other)
    assert (both.count("accepted"), both.count("duplicate")) == (18, 18)
    assert await count(site, "notices") == 18


async def test_a_bad_row_does_not_hold_the_others_back(site: Site, gmp: Sender) -> None:
    bad = notice("MP/2") | {"issued_at": "yesterday", "surname": "Secretname"}
    answer = await gmp.send(POLICE, [notice(), bad, "no object", None, 7])
    assert answer.status_code == 207
    assert outcomes(answer) == ["accepted", *["quarantined"] * 4]
    assert answer.json()["results"][1]["faults"][0]["field"] == "issued_at"
    assert "Secretname" not in answer.text
    assert await count(site, "quarantine") == 4


async def test_an_empty_array_is_no_news(gmp: Sender) -> None:
    answer = await gmp.send(POLICE, [])
    assert (answer.status_code, answer.json()["results"]) == (200, [])


async def test_each_address_takes_its_own_kind(site: Site, gmp: Sender) -> None:
    assert outcomes(await gmp.send("register", [child()])) == ["accepted"]
    placed = {"child_id": "C1", "placement_id": "P1", "start_date": "2026-01-01", "postcode": "M1 1AE"}
    assert outcomes(await gmp.send("placements", placed)) == ["accepted"]
    missing = {"child_id": "C1", "type": "M", "started_at": "2026-11-01T20:00:00Z"}
    assert outcomes(await gmp.send("missing-lists", missing)) == ["accepted"]
    assert await count(site, "episodes") == 1


async def test_only_a_missing_list_that_is_said_to_be_complete_leaves_somebody_out(
    site: Site, gmp: Sender
) -> None:
    await gmp.send("register", [child()])
    await gmp.send("missing-lists", [{"child_id": "C1", "type": "M", "started_at": "2026-11-01T20:00:00Z"}])
    for path, signs in (("missing-lists", 0), ("missing-lists?complete=true", 1)):
        assert outcomes(await gmp.send(path, [])) == []
        assert await count(site, "presumed_returns") == signs


async def test_the_batch_names_the_source(site: Site, gmp: Sender) -> None:
    await gmp.send(POLICE, notice())
    assert await site.council.rows("select source, accepted from intake_batches") == [("gmp", 1)]


async def test_without_a_key_the_call_is_refused(site: Site) -> None:
    headers: list[dict[str, str]] = [{}, {"authorization": "Basic x"}, {"authorization": "Bearer "}]
    for header in headers:
        answer = await stranger(site).post("/api/v1/police-notices", json=notice(), headers=header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Authorization: Bearer" in answer.json()["detail"]


async def test_a_key_that_never_was_is_refused(gmp: Sender) -> None:
    gmp.secret = "mck_nobody"
    assert (await gmp.send(POLICE, notice())).status_code == 401


async def test_a_key_of_odd_signs_is_refused_and_nothing_breaks(site: Site) -> None:
    answer = await stranger(site).post(
        "/api/v1/register", content=b"[]", headers={b"authorization": b"Bearer \xff\xfe"}
    )
    assert answer.status_code == 401


async def test_a_revoked_key_is_refused_at_once(site: Site, gmp: Sender) -> None:
    assert (await gmp.send(POLICE, notice())).status_code == 200
    async with site.council.database.unit_of_work(OPERATOR) as uow:
        await revoke_keys(uow, "gmp")
    assert (await gmp.send(POLICE, notice())).status_code == 401


async def test_another_scope_is_refused_and_says_which_is_needed(site: Site) -> None:
    police = await sender(site, POLICE)
    answer = await police.send("register", [child()])
    assert answer.status_code == 403
    assert "police-notices" in answer.json()["detail"]
    assert "needs register" in answer.json()["detail"]
    assert await count(site, "children") == 0


async def test_a_key_that_calls_too_often_is_told_when_to_come_back(site: Site, gmp: Sender) -> None:
    clock = [0.0]
    site.app.state.api_buckets = Buckets(burst=2, per_second=0.5, seconds=lambda: clock[0])
    statuses = [(await gmp.send(POLICE, [])).status_code for _ in range(2)]
    refused = await gmp.send(POLICE, [])
    assert (statuses, refused.status_code, refused.headers["retry-after"]) == ([200, 200], 429, "2")
    other = await sender(site, POLICE, source="wyp")
    assert (await other.send(POLICE, [])).status_code == 200
    clock[0] = 2.0
    assert (await gmp.send(POLICE, [])).status_code == 200


async def test_another_kind_of_body_is_refused(gmp: Sender) -> None:
    for kind in ("text/csv", "", "application/x-www-form-urlencoded", "application/json; charset=utf-16"):
        answer = await gmp.raw(POLICE, b"force,reference", content_type=kind)
        assert answer.status_code == 415, kind
        assert "application/json" in answer.json()["detail"]


async def test_a_compressed_body_is_refused(gmp: Sender) -> None:
    assert (await gmp.raw(POLICE, b"x", content_encoding="gzip")).status_code == 415


DEEP = 200_000
MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "cut off": b'[{"force": "GMP"',
    "not utf-8": b'{"force": "\xff"}',
    "not a number": b'[{"age": NaN}]',
    "infinite": b'[{"age": -Infinity}]',
    "deeply nested": b"[" * DEEP + b"]" * DEEP,
    "deeply nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a number of thousands of digits": b'[{"age": ' + b"9" * 10_000 + b"}]",
    "two documents": b"{} {}",
    "nul": b"\x00",
}


async def test_a_body_that_is_no_json_is_the_senders_error(site: Site, gmp: Sender) -> None:
    answers = {name: await gmp.raw(POLICE, body) for name, body in MALFORMED.items()}
    assert {name: each.status_code for name, each in answers.items()} == dict.fromkeys(MALFORMED, 400)
    assert all("Nothing was taken" in each.json()["detail"] for each in answers.values())
    assert await count(site, "quarantine") == 0


async def test_json_that_is_neither_object_nor_array_is_refused(gmp: Sender) -> None:
    assert [(await gmp.send(POLICE, body)).status_code for body in ("text", 7, None, True)] == [422] * 4


ODD: dict[str, Any] = {
    "nul in a value": notice() | {"surname": "Qu\x00ill"},
    "half a character": notice() | {"surname": "\ud800"},
    "nul in a name": notice() | {"sur\x00name": "x"},
    "every type": {
        "force": 1,
        "reference": True,
        "message": None,
        "issued_at": 12,
        "surname": [],
    },
    "nested": notice() | {"surname": {"a": {"b": ["c"]}}},
    "list of lists": notice() | {"aliases": [["a"], ["b"]]},
    "deep inside": notice() | {"circumstances": json.loads("[" * 400 + "]" * 400)},
    "very long": notice() | {"circumstances": "x" * 200_000, "reference": "r" * 100_000},
    "many fields": notice() | {f"field_{n}": "x" for n in range(5_000)},
    "nothing": {},
}


async def test_an_odd_item_is_taken_or_quarantined_and_never_an_error(gmp: Sender) -> None:
    for number, (name, item) in enumerate(ODD.items()):
        answer = await gmp.send(POLICE, [item, notice(f"MP/odd/{number}")])
        assert answer.status_code in (200, 207), name
        assert outcomes(answer)[0] in ("accepted", "quarantined"), name
        assert outcomes(answer)[1] == "accepted", name
        again = await gmp.send(POLICE, [item])
        assert outcomes(again)[0] in ("duplicate", "quarantined"), name


async def test_a_field_given_twice_with_two_values_is_quarantined(gmp: Sender) -> None:
    twice = json.dumps(notice())[:-1] + ', "surname": "Otherwise"}'
    answer = await gmp.raw(POLICE, twice.encode())
    assert outcomes(answer) == ["quarantined"]
    assert answer.json()["results"][0]["faults"][0]["field"] == "surname"


async def test_ten_thousand_items_are_too_many_and_none_is_taken(site: Site, gmp: Sender) -> None:
    answer = await gmp.send(POLICE, [notice(f"MP/{number}") for number in range(10_000)])
    assert answer.status_code == 413
    assert f"{ITEM_LIMIT:,}" in answer.json()["detail"]
    assert await count(site, "notices") == 0


async def test_a_body_over_the_limit_is_refused_whatever_it_says_of_its_length(gmp: Sender) -> None:
    answer = await gmp.raw(POLICE, b" " * (BODY_LIMIT + 1))
    assert (answer.status_code, answer.json()["title"]) == (413, "The body is too large")
    huge = await gmp.raw(POLICE, b" " * (20 * 1024 * 1024))
    assert (huge.status_code, huge.headers["content-type"]) == (413, "application/problem+json")


async def test_an_address_that_is_none_answers_in_json(gmp: Sender) -> None:
    answer = await gmp.send("nothing", [])
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
