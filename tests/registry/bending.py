"""Bending the journal as the database's superuser would, with every trigger asleep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from registry.models import Checkpoint, Entry, Unit
from registry.rules import checkpoints as rules
from registry.rules.journal import GENESIS, SEALED_FIELDS, TILE, seal
from registry.rules.merkle import Frontier, leaf_hash, root
from registry.services import checkpoint_keys, journal, journal_checks

Bent = dict[str, Any]


def bend(*statements: str | tuple[str, list[Any]]) -> None:
    """Carry out what no trigger and no foreign key may keep back."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            text, values = (statement, None) if isinstance(statement, str) else statement
            cursor.execute(text, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def undone() -> Iterator[None]:
    """Have everything inside never have happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found() -> tuple[int, str] | None:
    """Return the first break that a check of everything names."""
    broken = journal_checks.check().found
    return (broken.number, broken.wrong) if broken else None


@journal.verb
def tell(unit: Unit, times: int = 1) -> None:
    """Have something told that no decision is."""
    for number in range(times):
        journal.record("unit.renamed", by=None, subject=unit, unit=unit, reason=f"Time {number}.")


def rebuild(change: Callable[[list[Bent]], None]) -> list[Bent]:
    """Change entries, seal all of them anew as if nothing had been, and set every head right."""
    chain = [dict(entry.facts) for entry in Entry.objects.order_by("number")]
    change(chain)
    previous, by_model = GENESIS, dict[str, int]()
    for number, entry in enumerate(chain, start=1):
        model = entry["model"]
        if model:
            by_model[model] = by_model.get(model, 0) + 1
        entry |= {"number": number, "previous": previous, "model_number": by_model.get(model)}
        entry["seal"] = previous = seal(entry)
    columns = (*SEALED_FIELDS, "seal")
    places = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO registry_entry ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    bend(
        "DELETE FROM registry_entry",
        *((insert, [entry[name] for name in columns]) for entry in chain),
        ("UPDATE registry_head SET number = %s, seal = %s", [len(chain), previous]),
        "DELETE FROM registry_modelhead",
        *(
            ("INSERT INTO registry_modelhead (model, number) VALUES (%s, %s)", [model, number])
            for model, number in by_model.items()
        ),
        "DELETE FROM registry_journaltile",
    )
    leaves = [leaf_hash(entry["seal"]) for entry in chain]
    for index in range(len(chain) // TILE):
        tile = root(leaves[index * TILE : (index + 1) * TILE]).hex()
        bend(("INSERT INTO registry_journaltile VALUES (%s, %s)", [index, tile]))
    return chain


def sign_anew(chain: list[Bent], private: bytes, *, installation: str) -> None:
    """Sign every checkpoint anew over a rebuilt journal, with a key of the forger's own."""
    pair = checkpoint_keys.pair_of(private)
    edge, sizes = Frontier(), {one.size: one for one in Checkpoint.objects.all()}
    statements: list[str | tuple[str, list[Any]]] = [
        (
            "UPDATE registry_checkpointkey SET fingerprint = %s, public_key = %s",
            [pair.fingerprint, pair.public_key.hex()],
        )
    ]
    for number, entry in enumerate(chain, start=1):
        edge.append(leaf_hash(entry["seal"]))
        if number in sizes:
            stated = {"head": entry["seal"], "root": edge.root().hex(), "at": sizes[number].at}
            text = rules.statement(
                installation=installation, size=number, key=pair.fingerprint, **stated
            )
            statements.append(
                (
                    "UPDATE registry_checkpoint SET head = %s, root = %s, key_id = %s,"
                    " statement = %s, signature = %s, frontier = to_jsonb(%s::text[])"
                    " WHERE size = %s",
                    [
                        stated["head"],
                        stated["root"],
                        pair.fingerprint,
                        text,
                        pair.sign(text),
                        edge.as_list(),
                        number,
                    ],
                )
            )
    bend(*statements)


def cut_to(number: int) -> None:
    """Delete every entry behind this one, and set every head back to it."""
    last = Entry.objects.get(number=number)
    bend(
        ("DELETE FROM registry_entry WHERE number > %s", [number]),
        ("UPDATE registry_head SET number = %s, seal = %s", [number, last.seal]),
        "DELETE FROM registry_modelhead",
        "INSERT INTO registry_modelhead (model, number) SELECT model, max(model_number)"
        " FROM registry_entry WHERE model <> '' GROUP BY model",
    )
