"""Every database role times every table: what it may do at all, against one table that people can read."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import make_url

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.storage.schema import metadata
from tests.databases import Database, plain

# S select, I insert, U update, D delete; a small letter means some columns only, which stand in COLUMNS.
# A table that is not named does not exist for the role. Rows are narrowed further: see test_access_rows.
OFFICE = {
    "absences": "S",
    "alert_steps": "S",
    "alerts": "S",
    "audit_grades": "S",
    "audit_readings": "S",
    "audit_schemes": "S",
    "audit_trail": "I",
    "child_closed_hours": "SID",
    "child_wishes": "SIU",
    "children": "S",
    "contacts": "S",
    "deliveries": "S",
    "dispute_stages": "SIu",
    "disputes": "SIu",
    "episode_incidents": "S",
    "episodes": "S",
    "escalations": "Su",
    "history_imports": "S",
    "incidents": "S",
    "intake_batches": "S",
    "interview_actions": "SIu",
    "interview_episodes": "SIU",
    "interview_events": "SI",
    "interview_records": "S",
    "interview_transfers": "SIu",
    "interviews": "SIU",
    "kept_reports": "SI",
    "ladders": "S",
    "match_decisions": "SIu",
    "messages": "Su",
    "missing_list_entries": "S",
    "notices": "S",
    "outbox": "I",
    "past_episodes": "S",
    "past_interviews": "S",
    "placement_addresses": "S",
    "placements": "S",
    "promises": "SIu",
    "professional_alerts": "Su",
    "professional_contacts": "SIU",
    "proofs": "S",
    "presumed_returns": "Su",
    "proposals": "SIUD",
    "quality_audits": "S",
    "quarantine": "Su",
    "report_readers": "SIU",
    "report_targets": "S",
    "rotas": "SIU",
    "spot_purchases": "SIu",
    "strategy_decisions": "S",
    "team_members": "S",
    "support_referrals": "SIu",
    "survey_answers": "I",
    "survey_links": "I",
    "ssda903_rows": "S",
    "users": "S",
    "visit_invites": "S",
    "workers": "S",
}
# What was submitted stays as it was: the system may only carry a record to another interview.
LOCKED = {
    "record_contents": "SI",
    "record_entries": "SI",
    "record_reasons": "SI",
    "record_screen_answers": "SI",
}
KEPT_FROM_THE_SYSTEM = {
    "api_keys": "",
    "sessions": "",
    "user_secrets": "",
    "audit_trail": "SI",
    "disclosures": "SI",
    "history_imports": "SI",
    "kept_reports": "SI",
    "report_targets": "SI",
    "audit_grades": "SI",
    "audit_schemes": "SI",
    "interview_records": "SIu",
    "survey_answers": "SI",
    **LOCKED,
}
RIGHTS: dict[Role, dict[str, str]] = {
    Role.COORDINATOR: OFFICE,
    Role.MANAGER: {
        **OFFICE,
        "audit_schemes": "SI",
        "audit_trail": "SI",
        "contacts": "SIUD",
        "disclosures": "s",
        "disruptions": "s",
        "ladders": "SI",
        "report_targets": "SI",
        "patterns": "S",
        **dict.fromkeys(LOCKED, "S"),
        "team_members": "SIUD",
    },
    Role.INTERVIEW_WORKER: {
        "absences": "S",
        "audit_grades": "S",
        "audit_readings": "SI",
        "audit_schemes": "S",
        "audit_trail": "I",
        "calendar_feeds": "SIU",
        "child_closed_hours": "S",
        "child_wishes": "S",
        "children": "S",
        "episodes": "S",
        "escalations": "Su",
        "interview_actions": "SIu",
        "interview_episodes": "SIU",
        "interview_events": "SI",
        "interview_records": "SI",
        "interviews": "SIU",
        "messages": "Su",
        "outbox": "I",
        "placement_addresses": "S",
        "placements": "S",
        "promises": "SIu",
        "quality_audits": "S",
        "record_drafts": "SIUD",
        **LOCKED,
        "users": "S",
        "visit_invites": "S",
        "workers": "S",
    },
    Role.QUALITY_AUDITOR: {
        "alerts": "S",
        "audit_grades": "SI",
        "audit_readings": "S",
        "audit_schemes": "S",
        "audit_trail": "I",
        "children": "S",
        "episodes": "S",
        "escalations": "S",
        "interview_actions": "S",
        "interview_episodes": "S",
        "interview_events": "S",
        "interview_records": "S",
        **dict.fromkeys(LOCKED, "S"),
        "interviews": "S",
        "messages": "Su",
        "outbox": "I",
        "placements": "S",
        "quality_audits": "SI",
        "users": "S",
        "workers": "S",
    },
    Role.EXPLOITATION_LEAD: {
        "alerts": "S",
        "audit_trail": "I",
        "children": "S",
        "disclosures": "SI",
        "disruptions": "SIU",
        "episode_incidents": "S",
        "episodes": "S",
        "incidents": "S",
        "interview_actions": "S",
        "interview_episodes": "S",
        "interview_events": "S",
        "interview_records": "S",
        "record_entries": "S",
        "interviews": "S",
        "mentions": "S",
        "messages": "Su",
        "notices": "S",
        "outbox": "I",
        "pattern_children": "S",
        "patterns": "SU",
        "placements": "S",
        "strategy_decisions": "S",
        "users": "S",
    },
    Role.ADMINISTRATOR: {
        "alert_steps": "S",
        "alerts": "S",
        "api_keys": "sIU",
        "audit_trail": "SI",
        "contacts": "SIUD",
        "deliveries": "S",
        "intake_batches": "S",
        "ladders": "S",
        "outbox": "I",
        "proofs": "S",
        "rotas": "S",
        "sessions": "sD",
        "team_members": "SIUD",
        "user_secrets": "sIU",
        "users": "SIU",
        "workers": "S",
    },
    Role.SIGN_IN: {
        "api_keys": "S",
        "audit_trail": "I",
        "calendar_feeds": "S",
        "survey_answers": "I",
        "survey_links": "SD",
        "sessions": "SIUD",
        "user_secrets": "SU",
        "users": "S",
    },
    Role.SYSTEM: {**dict.fromkeys(metadata.tables, "SIUD"), **KEPT_FROM_THE_SYSTEM},
}
SEEN = "seen_at seen_by"
SUPPORT_ANSWERED = "assessment state outcome_on helped helped_why helped_on changed_by changed_at version"
RESOLVED = "resolved_at resolved_by resolution"
ANSWERED = "state confirm_by next_step next_step_at answered_by answered_at returned_at basis reason version"
TRANSFER_ANSWERED = "state answered_for answer answer_kept_by answered_at version"
PURCHASE_SETTLED = (
    "supplier state decided_by decided_at decision_reason outcome cost_pence closed_by closed_at version"
)
UNDONE = "undone_by undone_at undone_reason"
DISRUPTION_SEEN = "disruption_id pattern_id kind due_on state effect planned_at closed_at"
DISCLOSURE_SEEN = (
    "disclosure_id pattern_id organisation recipient gateway pieces held_back digest shared_by shared_at"
)
COLUMNS: dict[tuple[Role, str, str], str] = {
    **{(role, "messages", "u"): SEEN for role in PEOPLE_ROLES if role is not Role.ADMINISTRATOR},
    **{(role, "quarantine", "u"): RESOLVED for role in (Role.COORDINATOR, Role.MANAGER)},
    **{(role, "presumed_returns", "u"): ANSWERED for role in (Role.COORDINATOR, Role.MANAGER)},
    **{
        (role, "professional_alerts", "u"): "how who note closed_by closed_at"
        for role in (Role.COORDINATOR, Role.MANAGER)
    },
    **{(role, "disputes", "u"): "closed_at" for role in (Role.COORDINATOR, Role.MANAGER)},
    **{(role, "dispute_stages", "u"): "ended_on outcome" for role in (Role.COORDINATOR, Role.MANAGER)},
    **{(role, "match_decisions", "u"): UNDONE for role in (Role.COORDINATOR, Role.MANAGER)},
    **{
        (role, "escalations", "u"): "interview_id"
        for role in (Role.COORDINATOR, Role.MANAGER, Role.INTERVIEW_WORKER)
    },
    **{
        (role, "promises", "u"): "ended_at outcome"
        for role in (Role.COORDINATOR, Role.MANAGER, Role.INTERVIEW_WORKER)
    },
    **{
        (role, "interview_actions", "u"): "state outcome closed_by closed_at version"
        for role in (Role.COORDINATOR, Role.MANAGER, Role.INTERVIEW_WORKER)
    },
    **{(role, "interview_transfers", "u"): TRANSFER_ANSWERED for role in (Role.COORDINATOR, Role.MANAGER)},
    **{(role, "spot_purchases", "u"): PURCHASE_SETTLED for role in (Role.COORDINATOR, Role.MANAGER)},
    **{(role, "support_referrals", "u"): SUPPORT_ANSWERED for role in (Role.COORDINATOR, Role.MANAGER)},
    (Role.SYSTEM, "interview_records", "u"): "interview_id",
    (Role.MANAGER, "disclosures", "s"): DISCLOSURE_SEEN,
    (Role.MANAGER, "disruptions", "s"): DISRUPTION_SEEN,
    (Role.ADMINISTRATOR, "api_keys", "s"): "key_id source scopes created_at revoked_at",
    (Role.ADMINISTRATOR, "sessions", "s"): "user_id created_at last_seen_at expires_at",
    (Role.ADMINISTRATOR, "user_secrets", "s"): "user_id",
}

_EFFECTIVE = """
with roles as (select rolname, oid from pg_roles where rolname like 'mc\\_%'),
commands (letter, privilege) as (values ('S', 'SELECT'), ('I', 'INSERT'), ('U', 'UPDATE'), ('D', 'DELETE'))
select r.rolname, c.relname, k.letter,
       has_table_privilege(r.oid, c.oid, k.privilege) as whole,
       case when k.privilege = 'DELETE' then '{}' else
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                   and has_column_privilege(r.oid, c.oid, a.attnum, k.privilege) order by a.attnum) end as columns,
       exists (select from pg_policy p where p.polrelid = c.oid
               and p.polcmd::text in ('*', translate(k.letter, 'SIUD', 'rawd'))
               and (r.oid = any(p.polroles) or 0 = any(p.polroles))) as policy
from roles r cross join commands k
join pg_class c on c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace = 'public'::regnamespace
where c.relname <> 'alembic_version'
order by 1, 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One command that the database's catalogue lets a role run on a table."""

    role: str
    table: str
    letter: str
    columns: str
    policy: bool


@pytest.fixture
def rights(database: Database) -> list[Right]:
    """What is granted in a fresh database, with whether any row policy goes with it."""
    with psycopg.connect(plain(database.admin_url)) as admin:
        found = admin.execute(_EFFECTIVE).fetchall()
    return [
        Right(
            role=role.removeprefix("mc_"),
            table=table,
            letter=letter if whole else letter.lower(),
            columns="" if whole else " ".join(columns),
            policy=policy,
        )
        for role, table, letter, whole, columns, policy in found
        if whole or columns
    ]


def test_every_role_may_do_on_every_table_exactly_what_is_written_here(rights: list[Right]) -> None:
    found: dict[str, dict[str, str]] = {role.value: {} for role in Role}
    for right in rights:
        of_role = found[right.role]
        of_role[right.table] = of_role.get(right.table, "") + right.letter
    written = {
        role.value: {
            table: "".join(sorted(letters, key=_place)) for table, letters in of_role.items() if letters
        }
        for role, of_role in RIGHTS.items()
    }
    ordered = {
        role: {table: "".join(sorted(letters, key=_place)) for table, letters in of_role.items()}
        for role, of_role in found.items()
    }
    assert ordered == written


def test_rights_to_some_columns_cover_exactly_those_written_here(rights: list[Right]) -> None:
    found = {(r.role, r.table, r.letter): r.columns for r in rights if r.columns}
    assert found == {(role.value, table, letter): names for (role, table, letter), names in COLUMNS.items()}


def test_every_right_has_a_row_policy_and_none_is_dead(rights: list[Right]) -> None:
    assert [(r.role, r.table, r.letter) for r in rights if not r.policy] == []


def test_every_table_of_the_program_is_expected_here_and_the_database_has_no_other(
    rights: list[Right],
) -> None:
    named = {table for of_role in RIGHTS.values() for table in of_role}
    assert named == set(metadata.tables)
    assert {right.table for right in rights} == set(metadata.tables)


def test_row_level_security_is_on_for_every_table_and_the_database_has_no_view(database: Database) -> None:
    with psycopg.connect(plain(database.admin_url)) as admin:
        found = admin.execute(
            "select relname, relkind::text, relrowsecurity from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')"
            " and relname <> 'alembic_version'"
        ).fetchall()
    assert {name for name, kind, secured in found if kind == "r" and secured} == set(metadata.tables)
    assert [name for name, kind, _ in found if kind != "r"] == []


def test_no_role_may_truncate_refer_to_or_put_triggers_on_a_table(database: Database) -> None:
    with psycopg.connect(plain(database.admin_url)) as admin:
        found = admin.execute(
            "select r.rolname, c.relname, p.name from pg_roles r, pg_class c,"
            " unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) as p(name)"
            " where (r.rolname like 'mc\\_%' or r.rolname = 'missing_coord_app') and c.relkind = 'r'"
            " and c.relnamespace = 'public'::regnamespace and has_table_privilege(r.oid, c.oid, p.name)"
        ).fetchall()
    assert found == []


def test_the_application_itself_may_read_nothing_and_inherits_nothing(database: Database) -> None:
    with psycopg.connect(plain(database.app_url), autocommit=True) as app:
        for table in (*metadata.tables, "alembic_version"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"select count(*) from public.{table}")


@pytest.mark.parametrize("role", [*Role, None])
def test_no_role_can_become_the_owner_or_a_superuser(database: Database, role: Role | None) -> None:
    with psycopg.connect(plain(database.app_url), autocommit=True) as app:
        if role is not None:
            app.execute(f"set role mc_{role}")
        superuser = str(make_url(database.admin_url).username)
        for target in ("missing_coord_owner", superuser, "pg_read_all_data", "pg_read_server_files"):
            with pytest.raises(psycopg.Error):
                app.execute(f"set role {target}")
            with pytest.raises(psycopg.Error):
                app.execute(f"set session authorization {target}")


def _place(letter: str) -> int:
    return "SIUD".index(letter.upper())
