"""Build a scene once with the real services, and set it again from its rows in later tests.

Most tests begin with the same people, the same complete version, the same release in review. The
first test of a process that asks for one has it built as ever; what that wrote is kept: rows, files
of the store, and what waits for the commit. A later test gets the same rows again, if it stands
exactly where the first one stood: same head of the journal, nothing else written since, same
settings, same arguments, a clock that nobody moved. Otherwise the scene is built anew. Even then,
the sandbox looks at the same bytes once a process, as far as builders ask: a child takes a second.
What a test is about, it does itself: builders set the stage, and nothing else is kept.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import inspect
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg.sql import SQL, Identifier

from registry.inspection import sandbox
from registry.models import StoredFile
from registry.services import entries

P = ParamSpec("P")
R = TypeVar("R")

Lines = dict[str, frozenset[bytes]]
# Differ from test to test, and say where files lie, never what is in them.
PLACES = {"STORAGES", "SCRATCH_DIR", "KEYS_FOLDER", "SEAL_FOLDER", "ERASURES_FILE"}
CLOCK, LOOK = timezone.now, sandbox.run

WRITES = """
SELECT pg_current_xact_id_if_assigned()::text, (SELECT seal FROM registry_head WHERE id = 1),
       json_object_agg(relname, written) FILTER (WHERE written > 0)
FROM (SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS written FROM pg_stat_xact_user_tables) t
"""
COLUMNS = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum),
       (SELECT k.attname FROM pg_index i JOIN pg_attribute k
          ON k.attrelid = i.indrelid AND k.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.oid, c.relname
"""


class NotKept(Exception):
    """Something cannot be told apart, or not be given again; the scene is built each time."""


@dataclass(frozen=True)
class Standing:
    """How far a test's transaction has come; two that are equal hold the same rows."""

    transaction: str | None
    head: str
    written: dict[str, int] = field(hash=False)


@dataclass(frozen=True)
class Scene:
    """What one builder did: rows by table, keys of rows that it changed, files, and its result."""

    rows: dict[str, list[bytes]]
    changed: dict[str, list[str]]
    files: dict[str, bytes]
    promised: list[tuple[Callable[[], Any], bool]]
    result: Any
    lines: Lines


@dataclass
class Stage:
    """Where this process stands: the place of the last scene, and all the rows up to it."""

    standing: Standing | None = None
    lines: Lines = field(default_factory=dict)


_scenes: dict[Any, Scene | None] = {}
_stage = Stage()
_answers: dict[str, dict[str, Any]] = {}
_building: ContextVar[bool] = ContextVar("building", default=False)


@pytest.fixture(scope="session", autouse=True)
def builders_look_once() -> Iterator[None]:
    """Have the sandbox's answers to builders remembered, and to nobody else."""
    sandbox.run = _look
    yield
    sandbox.run = LOOK


def kept(builder: Callable[P, R]) -> Callable[P, R]:
    """Let a builder of scenes build each of them once a process."""

    @functools.wraps(builder)
    def played(*args: P.args, **kwargs: P.kwargs) -> R:
        if _building.get():
            return builder(*args, **kwargs)
        if not _can_be_kept():
            return _build(builder, *args, **kwargs)
        before = _standing()
        try:
            lines = _lines_at(before)
            key = (builder.__qualname__, _packed([args, kwargs]), before.head, _surroundings())
        except NotKept:
            return _build(builder, *args, **kwargs)
        if (scene := _scenes.get(key)) is None:
            return _built(builder, key, before, lines, *args, **kwargs)
        _play(scene)
        _stage.standing, _stage.lines = _standing(), scene.lines
        return _unpacked(scene.result)

    return played


def _built(
    builder: Callable[P, R],
    key: Any,
    before: Standing,
    lines: Lines,
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    promised = len(connection.run_on_commit)
    result = _build(builder, *args, **kwargs)
    if key in _scenes or connection.needs_rollback:
        return result
    after = _standing()
    try:
        _scenes[key] = scene = _scene(before, after, lines, promised, result)
    except NotKept:
        _scenes[key] = None
    else:
        _stage.standing, _stage.lines = after, scene.lines
    return result


def _build(builder: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    token = _building.set(True)
    try:
        return builder(*args, **kwargs)
    finally:
        _building.reset(token)


def _look(module: str, request: dict[str, Any], **how: Any) -> dict[str, Any]:
    """Ask the sandbox, or tell what it answered about the same bytes before."""
    if not _building.get() or module != "registry.inspection.child":
        return LOOK(module, request, **how)
    content = hashlib.sha256(Path(request["path"]).read_bytes()).hexdigest()
    key = repr([{**request, "path": content}, how["limits"]])
    if key not in _answers:
        _answers[key] = LOOK(module, request, **how)
    return copy.deepcopy(_answers[key])


def _can_be_kept() -> bool:
    return (
        connection.in_atomic_block
        and not connection.needs_rollback
        and entries.pending_now.get() is None
        and timezone.now is CLOCK
    )


def _standing() -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(WRITES)
        number, head, written = cursor.fetchone()
    return Standing(number, head, written or {})


def _lines_at(here: Standing) -> Lines:
    """Return the rows written up to here. Raises NotKept where somebody else wrote as well."""
    if here.transaction is None:
        return {}
    if here != _stage.standing:
        raise NotKept
    return _stage.lines


def _scene(before: Standing, after: Standing, lines: Lines, promised: int, result: Any) -> Scene:
    tables = [
        name for name, number in after.written.items() if number != before.written.get(name, 0)
    ]
    now = {**lines, **{name: _written_rows(name, after) for name in tables}}
    rows, changed = {}, {}
    for name in tables:
        was = lines.get(name, frozenset())
        rows[name] = sorted(now[name] - was)
        if updated := _keys_of_others(name, was - now[name], rows[name]):
            changed[name] = updated
    return Scene(
        rows=rows,
        changed=changed,
        files=_files(rows.get(StoredFile._meta.db_table, [])),
        promised=[(act, robust) for _, act, robust in connection.run_on_commit[promised:]],
        result=_packed(result, at_hand=True),
        lines=now,
    )


def _written_rows(table: str, here: Standing) -> frozenset[bytes]:
    columns, _ = _shape()[table]
    statement = SQL("COPY (SELECT {} FROM {} WHERE xmin::text::bigint >= {}) TO STDOUT").format(
        SQL(", ").join(map(Identifier, columns)), Identifier(table), int(here.transaction)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copied:
        return frozenset(b"".join(map(bytes, copied)).splitlines(keepends=True))


def _keys_of_others(table: str, gone: Iterable[bytes], new: Iterable[bytes]) -> list[str]:
    """Return the keys of rows that have to go before the new ones come: they were changed."""
    columns, key = _shape()[table]
    place = columns.index(key)

    def keys(lines: Iterable[bytes]) -> set[str]:
        return {line.rstrip(b"\n").split(b"\t")[place].decode() for line in lines}

    # Of what every installation starts with, only the journal's head is ever changed.
    return sorted(keys(gone) | (keys(new) if table == "registry_head" else set()))


def _files(rows: Iterable[bytes]) -> dict[str, bytes]:
    columns, _ = _shape()[StoredFile._meta.db_table]
    place = columns.index("sha256")
    digests = [row.split(b"\t")[place].decode() for row in rows]
    held = {}
    for stored in StoredFile.objects.filter(sha256__in=digests, erased_at=None):
        with stored.open() as stream:
            held[stored.place] = stream.read()
    return held


def _play(scene: Scene) -> None:
    with connection.cursor() as cursor:
        for table, keys in scene.changed.items():
            _, key = _shape()[table]
            cursor.execute(
                SQL("DELETE FROM {} WHERE {}::text = ANY(%s)").format(
                    Identifier(table), Identifier(key)
                ),
                [keys],
            )
        for table, lines in scene.rows.items():
            columns, _ = _shape()[table]
            statement = SQL("COPY {} ({}) FROM STDIN").format(
                Identifier(table), SQL(", ").join(map(Identifier, columns))
            )
            with cursor.copy(statement) as copied:
                copied.write(b"".join(lines))
    for place, content in scene.files.items():
        if not default_storage.exists(place):
            default_storage.save(place, ContentFile(content))
    for act, robust in scene.promised:
        transaction.on_commit(act, robust=robust)


@functools.cache
def _shape() -> dict[str, tuple[list[str], str]]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return {table: (columns, key) for table, columns, key in cursor.fetchall()}


def _surroundings() -> str:
    """Return a fingerprint of what else may shape a scene: the settings, and the door."""
    own = str(Path(settings.SCRATCH_DIR).parent)
    told = {
        name: repr(getattr(settings, name))
        for name in dir(settings)
        if name.isupper() and name not in PLACES
    }
    text = json.dumps([told, repr(entries._origin.get())], sort_keys=True).replace(own, "<own>")
    return hashlib.sha256(text.encode()).hexdigest()


def _at_hand(row: models.Model) -> tuple[str, ...]:
    """Return the relations that were loaded with a row, so that reading them takes no query."""
    loaded = row._state.fields_cache
    return tuple(one.name for one in row._meta.concrete_fields if loaded.get(one.name))


def _packed(value: Any, at_hand: bool = False) -> Any:
    """Return a value without rows in it, to be compared and given again."""
    match value:
        case None | bool() | int() | float() | str() | bytes() | date():
            return value
        case models.Model():
            return ("row", type(value), value.pk, at_hand and _at_hand(value))
        case Path() if value.is_file():
            return ("file", value.name, hashlib.sha256(value.read_bytes()).hexdigest())
        case dict():
            return ("dict", tuple((name, _packed(part, at_hand)) for name, part in value.items()))
        case list() | tuple() | frozenset():
            return (type(value).__name__, tuple(_packed(part, at_hand) for part in value))
    if inspect.isfunction(value) and "<" not in value.__qualname__:
        return ("function", value.__module__, value.__qualname__)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: getattr(value, one.name) for one in fields(value)}
        return ("dataclass", type(value), _packed(parts, at_hand))
    raise NotKept


def _unpacked(packed: Any) -> Any:
    wanted: defaultdict[type[models.Model], set[Any]] = defaultdict(set)
    rows = list(_rows_in(packed))
    for table, pk, _ in rows:
        wanted[table].add(pk)
    found = {table: table._base_manager.in_bulk(keys) for table, keys in wanted.items()}
    for table, pk, at_hand in rows:
        for name in at_hand:
            getattr(found[table][pk], name)
    return _filled(packed, found)


def _rows_in(packed: Any) -> Iterator[tuple[type[models.Model], Any, tuple[str, ...]]]:
    match packed:
        case ("row", table, pk, at_hand):
            yield table, pk, at_hand
        case tuple():
            for part in packed:
                yield from _rows_in(part)


def _filled(packed: Any, found: dict[type[models.Model], dict[Any, models.Model]]) -> Any:
    match packed:
        case ("row", table, pk, _):
            return found[table][pk]
        case ("dataclass", kind, parts):
            return kind(**_filled(parts, found))
        case ("dict", parts):
            return {name: _filled(part, found) for name, part in parts}
        case ("list" | "tuple" | "frozenset" as kind, parts):
            made = [_filled(part, found) for part in parts]
            return {"list": list, "tuple": tuple, "frozenset": frozenset}[kind](made)
    return packed
