"""Many people at the same instant, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from registry.models import (
    Decision,
    Deployment,
    Entry,
    GateRow,
    ModelRevision,
    PersonKey,
    Release,
    User,
)
from registry.rules.deployments import Report
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import (
    cards,
    conditions,
    coverage,
    deployments,
    erasures,
    journal,
    registered_models,
    releases,
    units,
)
from registry.services.names import Named
from registry.services.openings import opened
from registry.services.signatures import Proof
from tests.cast import (
    PASSWORD,
    a_model,
    a_person,
    a_release,
    a_statement,
    a_version,
    an_approved_release,
    gather,
)
from tests.registry.chains import is_whole
from tests.registry.flow import a_condition, act
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


def test_of_fifty_approvals_at_once_just_those_needed_are_taken(committed_db: str) -> None:
    """Two signatures are needed: forty-eight managers are told that it is decided already."""
    cast = gather()
    where_two_sign()
    release = a_release(cast)
    managers: list[User] = []
    for number in range(50):
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
    assert len(late) == 48
    assert {one.objections[0].code for one in late} == {"release.wrong_state"}
    assert Decision.objects.count() == 2
    assert Entry.objects.filter(action="release.approved").count() == 1
    assert is_whole()


def test_what_is_revoked_while_it_goes_live_is_not_live_and_its_gate_is_closed(
    committed_db: str,
) -> None:
    cast = gather()
    release = an_approved_release(cast)

    def revoke() -> object:
        return releases.revoke(
            release=Release.objects.get(pk=release.pk),
            reason="It drifts.",
            proof=Proof(password=PASSWORD),
            by=cast.manager2,
        )

    def go_live() -> object:
        said = Report("production", release.version.label, cluster="eu-1")
        return deployments.report(model=release.version.model, said=said, by=cast.deployer)

    ended = at_once(revoke, go_live)
    assert isinstance(ended[0], Decision), ended
    assert Release.objects.get(pk=release.pk).state == "revoked"
    gate = GateRow.objects.get(version=release.version, environment="production")
    assert (gate.state, bool(gate.reasons)) == ("revoked", True)
    coverage.watch()
    assert Deployment.objects.exclude(uncovered_since=None).count() == 1
    assert is_whole()


def test_what_changes_while_it_is_approved_is_never_open_as_it_is_now(committed_db: str) -> None:
    cast = gather()
    release = a_release(cast)

    def approve() -> object:
        return releases.approve(
            release=Release.objects.get(pk=release.pk),
            digest=release.case_file.digest,
            reason="Read in full.",
            proof=Proof(password=PASSWORD),
            by=cast.manager,
        )

    def revise() -> object:
        return registered_models.revise(
            model=release.version.model,
            statement=a_statement(cast, purpose="Decide alone."),
            reason="Cheaper.",
            by=cast.scientist,
        )

    ended = at_once(approve, revise)
    assert isinstance(ended[1], ModelRevision), ended
    gate = GateRow.objects.get(version=release.version, environment="production")
    # Approved first and void since, or refused because it had changed.
    assert gate.state in ("void", "submitted")
    assert gate.state == Release.objects.get(pk=release.pk).state
    assert gate.reasons
    assert is_whole()


def test_of_two_acceptances_at_once_one_is_kept(committed_db: str) -> None:
    cast = gather()
    release = a_release(cast)
    act(
        releases.approve_with_conditions,
        release,
        cast.manager,
        conditions=[a_condition(cast)],
    )
    condition = release.conditions.get()
    conditions.offer(condition=condition, text="Trained.", evidence=None, by=cast.owner)

    def accept(person: User) -> Callable[[], object]:
        return lambda: conditions.accept(condition=condition, reason="Seen.", by=person)

    ended = at_once(accept(cast.manager), accept(cast.manager2))
    assert sorted(type(one).__name__ for one in ended) == ["Condition", "Refused"]
    assert Release.objects.get(pk=release.pk).state == "approved"
    assert Entry.objects.filter(action="condition.accepted").count() == 1
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


def test_a_key_is_made_once_by_those_who_need_it_first_and_none_after_an_erasure(
    committed_db: str,
) -> None:
    cast = gather()
    # Accounts from before names were sealed have no key yet.
    people = [
        User.objects.create(username=f"newcomer{number}", first_name="Nora", last_name="Keller")
        for number in range(4)
    ]

    def needs(people: list[User]) -> Callable[[], object]:
        @journal.verb
        def name_all() -> None:
            told = {"people": [Named(person) for person in people]}
            journal.record("people.named", by=None, subject=cast.unit, changes=told)

        return name_all

    asked = [needs(people if number % 2 else people[::-1]) for number in range(6)]
    assert at_once(*asked) == [None] * 6
    named_by = opened(Entry.objects.filter(action="people.named"))
    assert "does not open" not in str([one.changes for one in named_by])
    first = people[0]
    at_once(lambda: erasures.erase(person=first, reason="Asked for.", by=None), *asked)
    read = opened(Entry.objects.filter(action="people.named"))
    named = [one for line in read for one in line.changes["people"] if one["person"] == first.pk]
    assert {one["name"] for one in named} <= {
        f"an erased person ({first.pk})",
        f"erased-{first.pk}",
    }
    assert PersonKey.objects.get(pk=first.pk).wrapped_key is None
    assert is_whole()
