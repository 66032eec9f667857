"""PostgreSQL with pg_trgm: similar names, or the same date of birth, postcode or telephone, in one indexed query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.prepared import prepare_child, prepare_evidence
from tests.benchmarks.matching_figures import Ranking
from tests.databases import Database, plain

_TABLE = """
create extension if not exists pg_trgm;
drop table if exists people;
create table people (child_id text, name text, born text, postcodes text[], phones text[]);
"""
_INDEXES = """
create index on people using gin (name gin_trgm_ops);
create index on people (born);
create index on people using gin (postcodes);
create index on people using gin (phones);
analyze people;
"""
# The names weigh most; the rest was weighed on tuning seeds.
_QUERY = """
select child_id, 2 * similarity(name, %(name)s) + (born = %(born)s)::int
       + 0.5 * (postcodes && %(postcodes)s)::int + 0.5 * (phones && %(phones)s)::int as score
  from people
 where name %% %(name)s or (born <> '' and born = %(born)s) or postcodes && %(postcodes)s or phones && %(phones)s
 order by score desc, child_id limit 5
"""


class TrigramContestant:
    """The five most similar children of a table of names, scores without a unit."""

    def __init__(self, database: Database) -> None:
        self._connection: Any = psycopg.connect(plain(database.admin_url), autocommit=True)
        self._connection.execute("set pg_trgm.similarity_threshold = 0.4")

    def build(self, children: Sequence[RegisterChild]) -> None:
        """Copy the register into a table and index it."""
        self._connection.execute(_TABLE)
        with self._connection.cursor().copy("copy people from stdin") as copy:
            for child in children:
                ready = prepare_child(child)
                name = f"{ready.forename} {ready.surname}"
                copy.write_row((child.child_id, name, ready.born, list(ready.postcodes), list(ready.phones)))
        self._connection.execute(_INDEXES)

    def rank_one(self, evidence: PersonEvidence) -> Ranking:
        """The five best children for one notice."""
        person = prepare_evidence(evidence)
        said = {
            "name": f"{person.forename} {person.surname}",
            "born": person.born,
            "postcodes": sorted(person.postcodes),
            "phones": sorted(person.phones),
        }
        return [(child, float(score)) for child, score in self._connection.execute(_QUERY, said).fetchall()]

    def size_in_megabytes(self) -> float:
        """Table and indexes on disk."""
        row = self._connection.execute("select pg_total_relation_size('people')").fetchone()
        return float(row[0]) / 2**20

    def close(self) -> None:
        """Hang up."""
        self._connection.close()
