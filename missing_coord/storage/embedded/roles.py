"""The database and the two roles that a private PostgreSQL offers, made afresh or brought up to date."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import URL

from missing_coord.storage.embedded.places import Cluster
from missing_coord.storage.embedded.server import ADMIN

DATABASE = "missing_coord"
OWNER = "missing_coord_owner"
APPLICATION = "missing_coord_app"


def database_url(cluster: Cluster, *, role: str, database: str = DATABASE) -> str:
    """Return the SQLAlchemy URL by which one role reaches one database over the private socket."""
    passwords = {
        ADMIN: cluster.admin_password,
        OWNER: cluster.owner_password,
        APPLICATION: cluster.app_password,
    }
    url = URL.create(
        "postgresql+psycopg",
        username=role,
        password=passwords[role],
        database=database,
        query={"host": cluster.socket, "port": "5432"},
    )
    return url.render_as_string(hide_password=False)


def admin_connection(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    """Connect as the server's superuser, each statement its own transaction."""
    return psycopg.connect(
        host=cluster.socket,
        port=5432,
        user=ADMIN,
        password=cluster.admin_password,
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
    )


def ensure_roles_and_database(cluster: Cluster) -> None:
    """Make the owner, the application's role and the database if missing; set passwords as recorded."""
    with admin_connection(cluster) as connection:
        _ensure_role(connection, role=OWNER, rights="LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE CREATEDB")
        # Made by the owner, so that migrations may manage it.
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(OWNER)))
        _ensure_role(connection, role=APPLICATION, rights="LOGIN")
        connection.execute("RESET ROLE")
        _set_password(connection, role=OWNER, password=cluster.owner_password)
        _set_password(connection, role=APPLICATION, password=cluster.app_password)
        _ensure_database(connection)


def _ensure_role(connection: psycopg.Connection[tuple[object, ...]], *, role: str, rights: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        statement = sql.SQL("CREATE ROLE {} ").format(sql.Identifier(role)) + sql.SQL(rights)
        connection.execute(statement)


def _set_password(connection: psycopg.Connection[tuple[object, ...]], *, role: str, password: str) -> None:
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.execute(statement)


def _ensure_database(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
        )
    connection.execute(
        sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE))
    )
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(DATABASE), sql.Identifier(APPLICATION)
        )
    )
