"""A name that a row prints is compared with its entry; a key that is gone needs an entry, too."""

from __future__ import annotations

import json

from django.core.management import call_command
from pytest_django import Settings

from registry.models import Decision, Entry
from registry.rules import row_digests
from registry.rules.casefile import canonical
from registry.services import people, personal, releases, units
from tests.cast import Cast, a_model, a_release, an_approved_release
from tests.registry.bending import Bent, bend, found, rebuild, undone
from tests.registry.flow import a_condition, act


def last_of(person: int) -> int:
    return (
        Entry.objects.filter(actor_id=person, actor__startswith="sealed:").latest("number").number
    )


def test_nobody_is_made_nameless_without_an_entry_that_tells_so(
    cast: Cast, settings: Settings
) -> None:
    an_approved_release(cast)
    mine = cast.manager.pk
    name = "UPDATE registry_decision SET printed_name = 'Nobody'"
    gone = f"the key of the account {mine} is gone, and no entry tells that it was erased"
    for statement in (
        f"DELETE FROM registry_personkey WHERE person = {mine}",  # noqa: S608
        "UPDATE registry_personkey SET wrapped_key = NULL, wrapped_by = '', erased_at = now()"  # noqa: S608
        f" WHERE person = {mine}",
    ):
        with undone():
            bend(statement, name)
            assert found() == (last_of(mine), gone)
    for change in ("wrapped_by = 'another'", "wrapped_key = 'x'"):
        with undone():
            bend(f"UPDATE registry_personkey SET {change} WHERE person = {mine}", name)  # noqa: S608
            broken = found()
            assert broken is not None
            assert broken[0] == last_of(mine)
            assert f"the key of the account {mine} does not open" in broken[1]
    with undone():
        wrapped = personal.wrap(b"n" * 32, under=settings.PEOPLE_KEY, person=mine)
        bend(
            ("UPDATE registry_personkey SET wrapped_key = %s WHERE person = %s", [wrapped, mine]),
            name,
        )
        signed = Entry.objects.get(action="release.signed").number
        wrong = f"the name in it does not open, and no entry tells that {mine} has a new key"
        assert found() == (signed, wrong)
    assert found() is None


def test_whoever_was_erased_or_lost_their_key_by_the_book_breaks_nothing(
    cast: Cast, settings: Settings
) -> None:
    an_approved_release(cast)
    with undone():
        for membership in cast.manager.memberships.all():
            units.end(membership=membership, reason="Left.", by=None)
        people.erase(person=cast.manager, reason="They asked for it.", by=None)
        assert found() is None
    settings.PEOPLE_KEY = b"n" * 32
    # No key opens, so no name can be compared; the journal is whole all the same.
    assert found() is None
    call_command("rotate_people_key", "--replace-lost")
    assert found() is None
    a_model(cast, "Another")
    assert found() is None


def test_a_condition_is_laid_upon_whom_the_entry_tells(cast: Cast) -> None:
    release = a_release(cast)
    act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])
    decision = Decision.objects.get()
    number = Entry.objects.get(action="release.signed_with_conditions").number
    wrong = (number, f"decision {decision.pk} is not the one of which it tells")
    lay = "UPDATE registry_decision SET asked = jsonb_set(asked, %s, to_jsonb(%s::{}))"
    with undone():
        bend((lay.format("bigint"), ["{0,owner_id}", cast.scientist.pk]))
        assert found() == wrong
    # As earlier decisions have it: the name of the account.
    bend(
        "UPDATE registry_decision SET asked = asked #- '{0,owner_id}'",
        (lay.format("text"), ["{0,owner}", cast.owner.username]),
    )
    decision.refresh_from_db()

    def as_before(chain: list[Bent]) -> None:
        told = json.loads(chain[number - 1]["changes"])
        told["facts"] = row_digests.digest_of(decision, row_digests.DECISION)
        chain[number - 1]["changes"] = canonical(told)

    rebuild(as_before)
    bend("DELETE FROM registry_checkpoint")
    assert found() is None
    bend((lay.format("text"), ["{0,owner}", cast.scientist.username]))
    assert found() == wrong
