"""Claims: one worker at a time has a row, and knows when it lost it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connections

from audits.models import Run
from audits.services.claims import Claim, ClaimLost, claim
from registry.models import DataLink
from tests.audits.running import asked, held, silent
from tests.cast import (
    Cast,
    a_version,
    attached,
    gather,
)


def test_a_waiting_run_is_claimed_once(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    taken = held(run)
    assert taken.attempt == 1
    assert claim(Run, run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.attempt, run.percent) == ("running", 1, 0)


def test_what_is_not_there_cannot_be_claimed(cast: Cast) -> None:
    assert claim(Run, 4_000_000) is None


def test_a_claim_tells_how_far_it_is(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    held(run).tell("scoring", 40)
    run.refresh_from_db()
    assert (run.stage, run.percent) == ("scoring", 40)


@pytest.mark.parametrize(("told", "shown"), [(-5, 0), (101, 100)])
def test_percent_stays_within_its_bounds(cast: Cast, link: DataLink, told: int, shown: int) -> None:
    run = asked(cast, link)
    held(run).tell("scoring", told)
    run.refresh_from_db()
    assert run.percent == shown


def test_a_worker_that_speaks_keeps_its_run(cast: Cast, link: DataLink) -> None:
    run = asked(cast, link)
    taken = held(run)
    silent(run, 119)
    assert claim(Run, run.pk) is None
    taken.tell("scoring", 10)


def test_a_silent_workers_run_is_claimed_again_and_the_first_claim_is_lost(
    cast: Cast, link: DataLink
) -> None:
    run = asked(cast, link)
    first = held(run)
    silent(run)
    second = held(run)
    assert second.attempt == 2
    with pytest.raises(ClaimLost):
        first.tell("measuring", 75)
    second.tell("scoring", 10)
    run.refresh_from_db()
    assert (run.stage, run.attempt) == ("scoring", 2)


def test_of_four_claims_at_once_one_wins(committed_db: str, trained: Path) -> None:
    cast = gather()
    run = asked(cast, attached(cast, a_version(cast, artefact=trained)))
    together = Barrier(4)

    def take(_: int) -> Claim | None:
        try:
            together.wait(10)
            return claim(Run, run.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take, range(4)))
    assert [one.attempt for one in taken if one] == [1]
