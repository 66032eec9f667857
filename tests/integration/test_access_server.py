"""Ways round the tables: functions, files, programs, temporary tables, other schemas, other sessions' queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from missing_coord.domain.access import Role
from tests.databases import Database, TestServer, plain

ROLES = list(Role)


@pytest.fixture
def app(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the application signs in, before it takes any role."""
    with psycopg.connect(plain(database.app_url), autocommit=True) as connection:
        yield connection


def _refused(connection: psycopg.Connection[Any], statement: LiteralString) -> bool:
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reaches_the_servers_files_or_programs(app: psycopg.Connection[Any], role: Role) -> None:
    app.execute(f"set role mc_{role}")
    assert _refused(app, "copy (select 1) to program 'cat'")
    assert _refused(app, "copy (select 1) to '/tmp/out'")
    assert _refused(app, "select pg_read_file('PG_VERSION')")
    assert _refused(app, "select pg_ls_dir('.')")
    assert _refused(app, "select lo_import('/etc/hostname')")
    assert _refused(app, "select lo_export(1, '/tmp/out')")
    assert _refused(app, "create extension dblink")
    assert _refused(app, "alter system set log_statement = 'all'")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_makes_objects_of_its_own_or_lifts_row_security(
    app: psycopg.Connection[Any], role: Role
) -> None:
    app.execute(f"set role mc_{role}")
    assert _refused(app, "create table public.loot (x int)")
    assert _refused(app, "create schema loot")
    assert _refused(app, "create function public.loot() returns int language sql as 'select 1'")
    assert _refused(app, "alter table children disable row level security")
    assert _refused(app, "alter table audit_trail disable trigger all")
    assert _refused(app, "set session_replication_role = replica")
    assert _refused(app, "create role loot")
    assert _refused(app, "grant mc_manager to mc_coordinator")
    app.execute("set row_security = off")
    if role is Role.INTERVIEW_WORKER:
        assert _refused(app, "select count(*) from interviews")


def test_the_private_server_gives_the_application_no_temporary_tables(postgres_server: TestServer) -> None:
    with psycopg.connect(plain(postgres_server.postgres.app_url), autocommit=True) as app:
        assert _refused(app, "create temporary table loot (x int)")


def test_the_migration_takes_temporary_tables_from_everybody(empty_database: Database) -> None:
    from missing_coord.storage.migrate import upgrade

    upgrade(empty_database.owner_url)
    with psycopg.connect(plain(empty_database.app_url), autocommit=True) as app:
        assert _refused(app, "create temporary table loot (x int)")


def test_a_temporary_table_cannot_stand_in_for_a_real_one_in_a_function_with_more_rights(
    app: psycopg.Connection[Any], database: Database
) -> None:
    # A copied database has the server's default: anybody may make temporary tables.
    app.execute("set role mc_manager")
    app.execute("create temporary table audit_trail as select 7::bigint as seq, '\\x00'::bytea as row_hash")
    app.execute("grant all on pg_temp.audit_trail to public")
    app.execute(
        "insert into public.audit_trail (at, actor, actor_role, action, subject_type, subject_id, detail)"
        " values (now(), 'x', 'manager', 'opened', 'child', 'C1', '{}')"
    )
    with psycopg.connect(plain(database.admin_url)) as admin:
        assert admin.execute("select seq from public.audit_trail").fetchall() == [(1,)]


def test_functions_that_run_with_the_owners_rights_fix_their_search_path_and_are_not_public(
    database: Database,
) -> None:
    with psycopg.connect(plain(database.admin_url)) as admin:
        found = admin.execute(
            "select p.proname, p.proconfig, p.prorettype = 'trigger'::regtype,"
            " exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)"
            " from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef"
        ).fetchall()
    assert {name for name, *_ in found} == {
        "audit_chain",
        "audit_broken_at",
        "child_has_open_link",
        "child_waits_for_review",
        "codes_reasons_again",
        "entry_is_about",
        "is_own_interview",
        "keep_visit_invite",
        "leads_to_call",
        "of_own_child",
        "people_to_tell",
        "survey_counts",
        "waits_for_rework",
        "waits_for_second_grade",
        "wrote_on",
    }
    for name, settings, is_trigger, public in found:
        assert settings == ["search_path=pg_catalog, public, pg_temp"], name
        assert is_trigger or not public, name


def test_every_function_of_ours_is_known_here(database: Database) -> None:
    with psycopg.connect(plain(database.admin_url)) as admin:
        found = admin.execute(
            "select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace"
            " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
        ).fetchall()
    assert {row[0] for row in found} == {
        "app_user",
        "app_worker",
        "audit_broken_at",
        "audit_chain",
        "audit_content",
        "audit_is_append_only",
        "child_has_open_link",
        "child_waits_for_review",
        "codes_reasons_again",
        "entry_is_about",
        "is_own_interview",
        "keep_visit_invite",
        "leads_to_call",
        "of_own_child",
        "people_to_tell",
        "survey_counts",
        "tell_screens",
        "waits_for_rework",
        "waits_for_second_grade",
        "worker_keeps_to_own_children",
        "wrote_on",
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reads_what_other_sessions_are_asking(
    app: psycopg.Connection[Any], database: Database, role: Role
) -> None:
    with psycopg.connect(plain(database.app_url), autocommit=True) as other:
        other.execute("select 'something another person asks'")
        app.execute(f"set role mc_{role}")
        seen = app.execute(
            "select query from pg_stat_activity where pid = %s", [other.info.backend_pid]
        ).fetchall()
    assert seen == [("<insufficient privilege>",)]


def test_column_statistics_tell_people_no_values_of_tables_with_row_security(
    app: psycopg.Connection[Any], database: Database
) -> None:
    with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
        admin.execute("insert into children (child_id) select 'C' || n from generate_series(1, 50) n")
        admin.execute("analyze children")
    app.execute("set role mc_interview_worker")
    assert app.execute("select count(*) from pg_stats where tablename = 'children'").fetchone() == (0,)


def test_the_role_and_the_person_are_forgotten_when_the_transaction_ends(
    app: psycopg.Connection[Any],
) -> None:
    with app.transaction():
        app.execute(
            "select set_config('role', 'mc_manager', true), set_config('missing_coord.worker_id', 'W1', true)"
        )
    row = app.execute("select current_user, current_setting('missing_coord.worker_id', true)").fetchone()
    assert row == ("missing_coord_app", "")
