"""New ids are random UUIDs of version 4, as PostgreSQL and the standard library write them."""

from __future__ import annotations

import uuid

from missing_coord.domain.ids import new_id


def test_ids_are_random_uuids_in_their_usual_form() -> None:
    for each in [new_id() for _ in range(200)]:
        assert str(uuid.UUID(each)) == each
        assert uuid.UUID(each).version == 4
        assert uuid.UUID(each).variant == uuid.RFC_4122


def test_no_two_ids_are_the_same() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000
