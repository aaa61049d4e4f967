"""Lines (h) and (i): a journal checked from end to end, and sixteen writers beside none.

It takes a PostgreSQL to make a database in and drop it again: DATABASE_URL names the server.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from benchmarks import children
from benchmarks.lines import Line, seconds, times
from benchmarks.sizes import FULL, Sizes

WRITERS, LONGEST = 16, 30.0
SECONDS, MEGABYTES = 20, 200
CHECK_TARGET = f"under {SECONDS} s and {MEGABYTES} MB"
WRITE_TARGET = "no gap, no fork, no deadlock"
NO_DATABASE = (
    "Not measured: DATABASE_URL did not name a PostgreSQL in which a database could be made."
)


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Fill a journal and check it, then have sixteen people write at once."""
    check = f"A journal of {sizes.rows:,} entries checked, every seal and checkpoint"
    write = f"{WRITERS} writers at once, each change with its entry in the journal"
    if not os.environ.get("DATABASE_URL"):
        return [
            Line("h", check, "–", "–", "–", CHECK_TARGET, None, NO_DATABASE),
            Line("i", write, "–", "–", "–", WRITE_TARGET, None, NO_DATABASE),
        ]
    var = folder / "journal"
    settings = {
        "DJANGO_SETTINGS_MODULE": "mlops_gov.settings",
        "VAR_DIR": str(var),
        "CHECKPOINT_SINKS": (var / "checkpoints.jsonl").absolute().as_uri(),
    }
    lasting = max(0.5, LONGEST * min(1.0, sizes.rows / FULL))
    found = children.run("benchmarks.journal", sizes.rows, lasting, extra=settings)
    return [_checked(found, check), _written(found, write, lasting)]


def _checked(found: dict[str, float], name: str) -> Line:
    took, peak = found["check_seconds"], found["check_peak"] / 1e6
    return Line(
        "h",
        name,
        f"{seconds(took)}, {peak:,.0f} MB",
        "–",
        "–",
        CHECK_TARGET,
        took < SECONDS and peak < MEGABYTES and bool(found["check_whole"]),
        f"`manage.py verify_journal` in a process of its own, over {found['entries']:,.0f} entries"
        f" of {found['models']:,.0f} models and {found['checkpoints']:,.0f} checkpoints: what it"
        " says it took, and the most memory it held. The server of the database has a process of"
        " its own.",
    )


def _written(found: dict[str, float], name: str, lasting: float) -> Line:
    kept, plain = found["with_journal"] / lasting, found["without_journal"] / lasting
    return Line(
        "i",
        name,
        f"{kept:,.0f} a second",
        f"{plain:,.0f} a second (the same changes without a journal)",
        times(plain / kept, of="the peer's time"),
        WRITE_TARGET,
        bool(found["whole"]) and not found["deadlocks"],
        f"{WRITERS} processes for {lasting:g} s each way, one small change to a row of one's own"
        f" a transaction, fsync on; {found['told']:,.0f} entries. Afterwards the journal is checked"
        " whole, and the server is asked how many deadlocks it has seen. The head of the journal"
        " is one row, so with it the commits come one after another.",
    )


def main(many: int, lasting: float) -> None:
    """Make a database, do both in it, and drop it."""
    import django

    django.setup()
    from django.db import connection

    name = f"bench_journal_{os.getpid()}"
    connection.settings_dict["TEST"]["NAME"] = name
    kept = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        # Its imports need the settings, so it is only now that they can be made.
        work = importlib.import_module("benchmarks.journal_work")
        children.tell(**work.written(WRITERS, lasting), **work.checked(many))
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
