"""Lists sent to PostgreSQL as one text arrive as they were, whatever stands in them."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from missing_coord.domain.access import system_actor
from missing_coord.storage.rows import as_array
from tests.builders.road import open_road
from tests.databases import Database


@pytest.mark.parametrize(
    "words", [[], [""], ["MP/1, 2", "{a}", 'he said "no"', "back\\slash", "NULL", "Siân", "two\nlines"]]
)
async def test_a_list_of_words_arrives_as_it_was(database: Database, words: list[str]) -> None:
    async with open_road(database) as road, road.database.unit_of_work(system_actor("test")) as uow:
        said = await uow.execute(text("select cast(:words as text[])"), {"words": as_array(words)})
        assert said.scalar_one() == words


def test_a_null_character_is_refused_and_parts_no_word_in_two() -> None:
    with pytest.raises(ValueError, match="null character"):
        as_array(["one", "an\0other"])
