"""What a database role may do that the application runs under and that owns nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from psycopg import sql

from registry.models import AttestationRound, ModelVersion, RiskMatrix
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

# Written once, and locked by the verbs that go on from a row of it: PostgreSQL asks for the right
# to update a column before it locks a row. The trigger refuses the update itself all the same.
LOCKED = (AttestationRound, ModelVersion, RiskMatrix)
# What Django keeps of itself; only whoever migrates writes there.
READ_ONLY = frozenset({"django_migrations"})

# Bits of a trigger's type: it fires on DELETE, on UPDATE.
TABLES = """
SELECT c.relname,
       coalesce(bool_or(t.tgtype & 16 > 0), false) AS never_updated,
       coalesce(bool_or(t.tgtype & 8 > 0), false) AS never_deleted
FROM pg_class c
LEFT JOIN pg_trigger t
    ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 1 > 0
    AND t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0
    AND t.tgfoid = to_regproc('registry_written_once')
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
GROUP BY c.relname ORDER BY c.relname
"""
# A role that owns a table, or can become its owner, can take the table's triggers away.
ROLE = """
SELECT r.rolsuper OR r.rolcreaterole,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
               AND c.relkind IN ('r', 'p', 'S') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
       OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
                  AND pg_has_role(r.oid, p.proowner, 'MEMBER'))
       OR EXISTS (SELECT FROM pg_namespace n WHERE n.oid = current_schema()::regnamespace
                  AND pg_has_role(r.oid, n.nspowner, 'MEMBER'))
       OR pg_has_role(r.oid, d.datdba, 'MEMBER'),
       pg_has_role(r.oid, 'pg_write_all_data', 'MEMBER')
FROM pg_roles r, pg_database d WHERE r.rolname = %s AND d.datname = current_database()
"""


@dataclass(frozen=True)
class Granted:
    """How many tables the role may write to freely, and how many it may only add to."""

    ordinary: int
    written_once: int


def grant(*, role: str) -> Granted:
    """Give the role what the application needs, and take away whatever else it had.

    Run by whoever owns the tables, and again after each migration. Raises Refused where the role
    could give itself more.
    """
    with transaction.atomic():
        _refuse(role)
        name = sql.Identifier(role)
        _do("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", role=name)
        _do("REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}", role=name)
        _do("REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC", role=name)
        _do("GRANT CONNECT ON DATABASE {database} TO {role}", role=name)
        _do("GRANT USAGE ON SCHEMA {schema} TO {role}", role=name)
        _do("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", role=name)
        tables = _tables()
        for table, rights in tables.items():
            granted = "GRANT " + ", ".join(rights) + " ON {table} TO {role}"
            _do(granted, role=name, table=sql.Identifier(table))
        for model in LOCKED:
            _do(
                "GRANT UPDATE ({column}) ON {table} TO {role}",
                role=name,
                table=sql.Identifier(model._meta.db_table),
                column=sql.Identifier(str(model._meta.pk.column)),
            )
    once = [rights for rights in tables.values() if rights == ["SELECT", "INSERT"]]
    return Granted(ordinary=len(tables) - len(once), written_once=len(once))


def _tables() -> dict[str, list[str]]:
    """Return every table with the rights to it: what its triggers always refuse is not among them.

    So a table that comes to be written once is one here as well, without being named.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = cursor.fetchall()
    rights = {}
    for table, never_updated, never_deleted in found:
        writes = ["INSERT"] + ([] if never_updated else ["UPDATE"])
        writes += [] if never_deleted else ["DELETE"]
        rights[table] = ["SELECT"] + ([] if table in READ_ONLY else writes)
    return rights


def _refuse(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ROLE, [role])
        found = cursor.fetchone()
    if found is None:
        raise Refused.because(
            "role.missing",
            gettext_noop("There is no role %(role)s; make it with CREATE ROLE %(role)s LOGIN."),
            role=role,
        )
    is_mighty, is_owner, writes_all = found
    objections = []
    if is_mighty:
        objections.append(
            Objection(
                "role.mighty",
                gettext_noop(
                    "%(role)s is a superuser or makes roles; no right can be kept from it."
                ),
                {"role": role},
            )
        )
    elif is_owner:
        objections.append(
            Objection(
                "role.owner",
                gettext_noop(
                    "%(role)s owns tables here, or can become who does, and could take their"
                    " triggers away; name a role that owns nothing."
                ),
                {"role": role},
            )
        )
    if writes_all and not is_mighty:
        objections.append(
            Objection(
                "role.writes_all",
                gettext_noop("%(role)s is in pg_write_all_data; take it out of there first."),
                {"role": role},
            )
        )
    if objections:
        raise Refused(*objections)


def _do(statement: str, **parts: sql.Composable) -> None:
    """Run a statement with its names quoted; a grant takes no parameters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        cursor.execute(
            sql.SQL(statement).format(
                schema=sql.Identifier(schema), database=sql.Identifier(database), **parts
            )
        )
