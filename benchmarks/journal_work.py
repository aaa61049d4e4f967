"""What the lines about the journal do in a database of their own: write at once, fill and check."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, connections, transaction

from benchmarks.children import ROOT
from registry.models import (
    Checkpoint,
    Entry,
    Head,
    Installation,
    JournalTile,
    ModelHead,
    Unit,
)
from registry.rules import checkpoints as rules
from registry.rules.journal import COLUMNS, TILE, seal
from registry.rules.merkle import Frontier, leaf_hash, subtree
from registry.services import checkpoint_keys, journal, journal_checks, person_keys

MODELS = 500
AT = "2026-11-20T10:00:00.000000Z"
WAIT = 5.0


def written(writers: int, lasting: float) -> dict[str, float]:
    """Have so many processes write, without a journal and with it."""
    now = datetime.now(UTC)
    units = [
        Unit.objects.create(slug=f"u{place}", name=f"U{place}", founded_at=now)
        for place in range(writers)
    ]
    before = Head.objects.get().number
    # What is told outside is queued; here there is no queue, and nothing of it is timed.
    settings.CHECKPOINT_EVERY = 10**12
    plain = _at_once(_plainly, units, lasting)
    kept = _at_once(_journalled, units, lasting)
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (deadlocks,) = cursor.fetchone()
    checked = journal_checks.check()
    return {
        "without_journal": plain,
        "with_journal": kept,
        "told": checked.entries - before,
        "deadlocks": deadlocks,
        "whole": checked.whole and checked.entries - before == kept,
    }


def _plainly(unit: Unit, name: str) -> None:
    with transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(name=name)


@journal.verb
def _journalled(unit: Unit, name: str) -> None:
    Unit.objects.filter(pk=unit.pk).update(name=name)
    journal.record("unit.renamed", by=None, subject=unit, unit=unit, changes={"name": name})


def _at_once(act: Callable[[Unit, str], None], units: list[Unit], lasting: float) -> int:
    """Have a process for each unit act until the time is over; return how often they did."""
    connections.close_all()
    forking = multiprocessing.get_context("fork")
    begin = time.monotonic() + WAIT
    with forking.Pool(len(units)) as pool:
        asked = [(act, unit, begin, lasting) for unit in units]
        return sum(pool.starmap(_until, asked, chunksize=1))


def _until(act: Callable[[Unit, str], None], unit: Unit, begin: float, lasting: float) -> int:
    connection.ensure_connection()
    time.sleep(max(0.0, begin - time.monotonic()))
    done = 0
    while time.monotonic() < begin + lasting:
        act(unit, f"{unit.slug}, {done}")
        done += 1
    connections.close_all()
    return done


def checked(many: int) -> dict[str, float]:
    """Fill the journal up to so many entries, and check it in a process of its own."""
    _fill(many)
    # Of all who act in it, as the check asks for their keys.
    person_keys.to_seal_with(range(50))
    server = urlsplit(os.environ["DATABASE_URL"])
    address = server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    done = subprocess.run(  # noqa: S603 - this Python, on the project's own command
        [sys.executable, "-c", CHECK, "verify_journal", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise RuntimeError(f"The check failed:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[0])
    return {
        "check_seconds": said["seconds"],
        "check_whole": said["whole"],
        "check_peak": int(done.stdout.splitlines()[-1]),
        "entries": said["entries"],
        "models": MODELS,
        "checkpoints": Checkpoint.objects.count(),
    }


# The command as manage.py runs it, and then the most memory that it held.
CHECK = """
import sys
from django.core.management import execute_from_command_line
from benchmarks.children import peak_bytes
try:
    execute_from_command_line(["manage.py", *sys.argv[1:]])
finally:
    print(peak_bytes())
"""


def _fill(many: int) -> None:
    """Write entries as if they had all been told, with a checkpoint for every hundred."""
    key, pair = checkpoint_keys.present()
    installation = str(Installation.objects.get().uuid)
    last = Head.objects.get()
    edge, known, signed, by_model = Frontier(), {}, [], dict[str, int]()
    for number, old in enumerate(Entry.objects.order_by("number").values_list("seal", flat=True)):
        known[(number, number + 1)] = leaf_hash(old)
        edge.append(leaf_hash(old))
    columns = ", ".join(COLUMNS)
    tiles = []
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY registry_entry ({columns}) FROM STDIN") as table:
            for entry in _entries(last.number, last.seal, many, by_model):
                table.write_row([entry[name] for name in COLUMNS])
                number, hashed = entry["number"], leaf_hash(entry["seal"])
                edge.append(hashed)
                known[(number - 1, number)] = hashed
                if number % TILE == 0:
                    tiles.append(
                        JournalTile(
                            index=number // TILE - 1,
                            root=subtree(number - TILE, number, known).hex(),
                        )
                    )
                    known.clear()
                if number % 100 == 0:
                    facts = {"head": entry["seal"], "root": edge.root().hex(), "at": AT}
                    text = rules.statement(
                        installation=installation, size=number, key=key.fingerprint, **facts
                    )
                    signed.append(
                        Checkpoint(
                            size=number,
                            key=key,
                            statement=text,
                            signature=pair.sign(text),
                            frontier=edge.as_list(),
                            **facts,
                        )
                    )
        # Tiles that were laid while people wrote are there already.
        JournalTile.objects.bulk_create(tiles, ignore_conflicts=True, batch_size=1000)
        Checkpoint.objects.bulk_create(signed, batch_size=1000)
        ModelHead.objects.bulk_create(
            ModelHead(model=model, number=number) for model, number in by_model.items()
        )
        Head.objects.update(number=entry["number"], seal=entry["seal"])
        cursor.execute("ANALYZE")


def _entries(
    last: int, previous: str, many: int, by_model: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Yield entries behind the last one, of many models and of none."""
    for number in range(last + 1, last + many + 1):
        model = f"model-{number % MODELS}" if number % 10 else ""
        if model:
            by_model[model] = by_model.get(model, 0) + 1
        entry = {
            "number": number,
            "at": AT,
            "action": "card.saved",
            "actor_id": number % 50,
            # As long as a name is under its person's key.
            "actor": f"sealed:v1:{number % 50}:" + "A" * 22 + ":" + "B" * 22 + ":" + "C" * 40,
            "role": "data_scientist",
            "unit": "u0",
            "model": model,
            "model_number": by_model.get(model),
            "subject_kind": "cardrevision",
            "subject_id": number,
            "subject": f"Card of model {number}, revision “{number % 7}”",
            "changes": f'{{"revision":{number},"sections":["factors","purpose"]}}',
            "reason": "As it was found in the yearly review.",
            "door": "page",
            "method": "session",
            "previous": previous,
        }
        entry["seal"] = previous = seal(entry)
        yield entry
