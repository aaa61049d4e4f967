"""Sixteen writers at once, in every way that a verb writes: no gap, no fork, no deadlock."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from pytest_django import Settings

from registry.models import Checkpoint, Entry, Unit
from registry.services import cards, checkpoint_sinks, checkpoints, journal
from tests.cast import Cast, a_model, a_version, gather
from tests.registry.bending import found, tell
from tests.registry.chains import is_whole
from tests.registry.test_at_once import at_once

WRITERS, ROUNDS, A_BULK = 16, 4, 50


@journal.verb
def within(unit: Unit) -> None:
    """A verb that calls others, and signs what is there in between."""
    tell(unit, 2)
    checkpoints.make()
    journal.record("unit.renamed", by=None, subject=unit, unit=unit)
    tell(unit)


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    return int(count)


def test_sixteen_writers_leave_no_gap_no_fork_and_no_deadlock(
    committed_db: str, settings: Settings
) -> None:
    settings.CHECKPOINT_EVERY = 7
    cast = gather()
    drawn = [a_version(cast, a_model(cast, f"Model {number}")) for number in range(4)]
    # The first key is there before anybody writes at once.
    checkpoints.make()
    before = Entry.objects.count()
    ended = at_once(*(writer(cast, number, drawn) for number in range(WRITERS)))
    assert ended == [None] * WRITERS
    # A saved card tells two things; a verb within others four.
    of_a_round = {0: 2, 1: 4, 2: A_BULK, 3: 1}
    told = sum(ROUNDS * of_a_round[number % 4] for number in range(WRITERS))
    assert Entry.objects.count() == before + told
    assert is_whole()
    assert deadlocks() == 0
    checkpoints.make()
    assert checkpoint_sinks.deliver() == Checkpoint.objects.count()
    assert found() is None


def writer(cast: Cast, number: int, drawn: list[object]) -> Callable[[], object]:
    def write() -> None:
        for time in range(ROUNDS):
            if number % 4 == 0:
                cards.save(
                    version=drawn[number // 4],  # type: ignore[arg-type]
                    sections={"factors": f"{number}, {time}"},
                    by=cast.scientist,
                )
            elif number % 4 == 1:
                within(cast.unit)
            else:
                tell(cast.unit, A_BULK if number % 4 == 2 else 1)

    return write
