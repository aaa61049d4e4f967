"""Copy the rows of whole tables out of the database and into it, as text, without models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg.sql import SQL, Composable, Composed, Identifier

from registry.rules.backups import HAVE_IT, KEPT_APART, KEY_TABLES, LEFT_OUT
from registry.services import archives

COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY attname
"""
SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""


def state() -> tuple[str, ...]:
    """Return the names of the migrations that this database has been through."""
    applied = MigrationRecorder(connection).applied_migrations()
    return tuple(sorted(f"{app}.{name}" for app, name in applied))


def tables() -> list[str]:
    """Return the tables that a backup is made of, those of keys left out."""
    return [name for name in _all_tables() if name not in LEFT_OUT and name not in KEY_TABLES]


def counted(names: Iterable[str]) -> dict[str, int]:
    """Return how many rows each table has."""
    counts = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(name)))
            counts[name] = cursor.fetchone()[0]
    return counts


def sequences() -> dict[str, int]:
    """Return the last number that each sequence gave out."""
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES)
        return dict(cursor.fetchall())


def set_sequences(numbers: Mapping[str, int]) -> None:
    """Let each sequence go on behind its last number, so that no number is given twice.

    What an account that may not look at sequences could not save goes on behind the last row.
    """
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        for name, number in numbers.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [name, number])


def rows_of(table: str) -> Iterator[bytes]:
    """Yield a table's rows in parts, with something else in the columns that are kept apart."""
    instead = KEPT_APART.get(table, {})
    chosen = [
        SQL(instead[name]) if name in instead else Identifier(name) for name in _columns(table)
    ]
    return _copied_out(table, chosen)


def rows_apart(table: str) -> Iterator[bytes]:
    """Yield a table's numbers with the columns that are kept apart, or a table of keys whole."""
    return _copied_out(table, _identifiers(_columns_apart(table)), only=HAVE_IT.get(table, "true"))


def take_in(table: str, parts: Iterable[bytes]) -> None:
    """Put rows into a table."""
    _copied_in(Identifier(table), _columns(table), parts)


def take_in_apart(table: str, parts: Iterable[bytes]) -> None:
    """Put what was kept apart back into the rows that are there.

    What belongs to rows that came after the archive of the rest is passed over.
    """
    draft, columns = Identifier("kept_apart"), _columns_apart(table)
    names = SQL(", ").join(_identifiers(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
            .format(draft, names, Identifier(table))
        )  # fmt: skip
        _copied_in(draft, columns, parts)
        cursor.execute(_from_draft(table, columns))
        cursor.execute(SQL("DROP TABLE {}").format(draft))


@contextmanager
def emptied() -> Iterator[None]:
    """Empty every table, and let rows in that the triggers would refuse to change afterwards.

    For the owner of the tables, inside a transaction: nobody else sees them before it is over.
    """
    names = [Identifier(name) for name in _all_tables() if name != "django_migrations"]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
        cursor.execute(SQL("TRUNCATE {}").format(SQL(", ").join(names)))
        yield
        # What waits for the commit has to be checked before triggers may be woken.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            cursor.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _from_draft(table: str, columns: Sequence[str]) -> Composed:
    if table in KEY_TABLES:
        # An account that came later has no row here, and its number will be given again.
        return SQL(
            "INSERT INTO {0} ({1}) SELECT {1} FROM kept_apart"
            " WHERE person IN (SELECT id FROM registry_user)"
        ).format(Identifier(table), SQL(", ").join(_identifiers(columns)))
    changed = [SQL("{0} = kept_apart.{0}").format(Identifier(name)) for name in KEPT_APART[table]]
    # The condition is asked of the row that is there: what came in since is not its business.
    return SQL(
        "UPDATE {0} SET {1} FROM kept_apart"
        " WHERE {0}.id = kept_apart.id AND {0}.id IN (SELECT id FROM {0} WHERE {2})"
    ).format(
        Identifier(table),
        SQL(", ").join(changed),
        SQL(HAVE_IT.get(table, "true")),
    )


def _copied_out(table: str, chosen: Sequence[Composable], *, only: str = "true") -> Iterator[bytes]:
    statement = SQL("COPY (SELECT {} FROM {} WHERE {}) TO STDOUT").format(
        SQL(", ").join(chosen),
        Identifier(table),
        SQL(only),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        yield from archives.in_parts(rows)


def _copied_in(table: Identifier, columns: Sequence[str], parts: Iterable[bytes]) -> None:
    names = SQL(", ").join(_identifiers(columns))
    statement = SQL("COPY {} ({}) FROM STDIN").format(table, names)
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for part in parts:
            rows.write(part)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [connection.ops.quote_name(table)])
        return [name for (name,) in cursor.fetchall()]


def _columns_apart(table: str) -> list[str]:
    return _columns(table) if table in KEY_TABLES else ["id", *KEPT_APART[table]]


def _identifiers(names: Iterable[str]) -> list[Identifier]:
    return [Identifier(name) for name in names]


def _all_tables() -> list[str]:
    names: Callable[..., list[str]] = connection.introspection.django_table_names
    return sorted({*names(only_existing=True, include_views=False), *LEFT_OUT})
