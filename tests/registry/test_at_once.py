"""Many people at the same instant, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from registry.models import (
    Decision,
    Entry,
    Release,
    User,
)
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import cards, releases, units
from registry.services.signatures import Proof
from tests.cast import (
    PASSWORD,
    a_model,
    a_person,
    a_release,
    a_version,
    gather,
)
from tests.registry.chains import is_whole
from tests.registry.signing import where_two_sign


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of this at the same instant, each in a thread with a connection of its own."""
    together = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        try:
            together.wait(10)
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def test_eight_writers_at_once_leave_no_gap(committed_db: str) -> None:
    cast = gather()
    drawn = [a_version(cast, a_model(cast, f"Model {number}")) for number in range(4)]
    before = Entry.objects.count()

    def write(number: int) -> Callable[[], object]:
        def save_five_times() -> None:
            for time in range(5):
                cards.save(
                    version=drawn[number % 4],
                    sections={"factors": f"{number}, {time}"},
                    by=cast.scientist,
                )

        return save_five_times

    assert at_once(*(write(number) for number in range(8))) == [None] * 8
    # Each save tells two things: that it was saved, and that it is in effect.
    assert Entry.objects.count() == before + 8 * 5 * 2
    assert is_whole()
    for version in drawn:
        assert sorted(version.card.revisions.values_list("number", flat=True)) == list(range(1, 11))


def test_of_eight_approvals_at_once_just_those_needed_are_taken(committed_db: str) -> None:
    """Two signatures are needed: six of eight managers are told that it is decided already."""
    cast = gather()
    where_two_sign()
    release = a_release(cast)
    managers: list[User] = []
    for number in range(8):
        manager = a_person(f"manager_{number}", f"Manager {number}")
        units.grant(unit=cast.unit, user=manager, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
        managers.append(manager)

    def sign(manager: User) -> Callable[[], object]:
        return lambda: releases.approve(
            release=Release.objects.get(pk=release.pk),
            digest=release.case_file.digest,
            reason="Read in full.",
            proof=Proof(password=PASSWORD),
            by=manager,
        )

    ended = at_once(*(sign(manager) for manager in managers))
    assert sum(isinstance(one, Decision) for one in ended) == 2
    late = [one for one in ended if isinstance(one, Refused)]
    assert {one.objections[0].code for one in late} == {"release.wrong_state"}
    assert Decision.objects.count() == 2
    assert Entry.objects.filter(action="release.approved").count() == 1
    assert is_whole()


def test_one_person_in_two_windows_signs_once(committed_db: str) -> None:
    cast = gather()
    release = a_release(cast)

    def sign() -> object:
        return releases.approve(
            release=Release.objects.get(pk=release.pk),
            digest=release.case_file.digest,
            reason="Read in full.",
            proof=Proof(password=PASSWORD),
            by=cast.manager,
        )

    ended = at_once(sign, sign)
    assert sum(isinstance(one, Decision) for one in ended) == 1
    assert Decision.objects.count() == 1


def test_a_person_submitting_twice_at_once_has_one_release(committed_db: str) -> None:
    cast = gather()
    release = a_release(cast)
    releases.withdraw(
        release=release, reason="Again.", proof=Proof(password=PASSWORD), by=cast.scientist
    )

    def submit() -> object:
        return a_release(cast, release.version)

    ended = at_once(submit, submit)
    assert sum(isinstance(one, Release) for one in ended) == 1
    assert Release.objects.open().count() == 1
    assert is_whole()
