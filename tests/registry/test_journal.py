"""The journal: in one transaction with the change it tells, and without gaps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError

from registry.models import (
    Entry,
    ModelHead,
    Unit,
)
from registry.rules.refusals import Refused
from registry.services import journal
from tests.cast import (
    Cast,
    a_model,
    a_person,
    a_version,
)
from tests.registry.chains import is_whole
from tests.traces import journalled, nothing_written, who


@journal.verb
def rename(unit: Unit, name: str, *, then: Callable[[], object] = lambda: None) -> None:
    unit.name = name
    unit.save()
    journal.record("unit.renamed", by=None, subject=unit, unit=unit)
    then()


def refuse() -> None:
    raise Refused.because("later", "Too late.")


def test_a_change_and_its_entry_are_written_together(cast: Cast) -> None:
    with journalled() as entries:
        rename(cast.unit, "Retail")
    assert Unit.objects.get(pk=cast.unit.pk).name == "Retail"
    assert [entry.action for entry in entries] == ["unit.renamed"]
    assert is_whole()


@pytest.mark.parametrize("error", [Refused, ZeroDivisionError, KeyboardInterrupt])
def test_a_verb_that_fails_after_recording_leaves_neither(
    cast: Cast, error: type[BaseException]
) -> None:
    def fail() -> None:
        if error is Refused:
            refuse()
        raise error

    with nothing_written(), pytest.raises(error):
        rename(cast.unit, "Retail", then=fail)


def test_an_entry_that_cannot_be_written_takes_the_change_with_it(cast: Cast) -> None:
    @journal.verb
    def unsayable() -> None:
        cast.unit.name = "Retail"
        cast.unit.save()
        journal.record("x" * 61, by=None, subject=cast.unit)

    with nothing_written(), pytest.raises(DatabaseError):
        unsayable()


def test_an_entry_outside_a_verb_is_an_error(cast: Cast) -> None:
    with nothing_written(), pytest.raises(RuntimeError, match="outside a verb"):
        journal.record("unit.renamed", by=None, subject=cast.unit)


def test_verbs_within_verbs_write_in_the_order_they_were_told(cast: Cast) -> None:
    @journal.verb
    def both() -> None:
        journal.record("first", by=None, subject=cast.unit)
        rename(cast.unit, "Retail")
        journal.record("last", by=None, subject=cast.unit)
        assert not Entry.objects.filter(action="first").exists()

    with journalled() as entries:
        both()
    assert [entry.action for entry in entries] == ["first", "unit.renamed", "last"]
    assert is_whole()


def test_an_inner_verb_falls_with_the_outer_one(cast: Cast) -> None:
    @journal.verb
    def both() -> None:
        rename(cast.unit, "Retail")
        refuse()

    with nothing_written(), pytest.raises(Refused):
        both()


def test_a_refused_inner_verb_takes_its_own_part_back_alone(cast: Cast) -> None:
    @journal.verb
    def goes_on() -> None:
        with pytest.raises(Refused):
            rename(cast.unit, "Retail", then=refuse)
        rename(cast.other_unit, "Treasury and trade")

    with journalled() as entries:
        goes_on()
    assert [(entry.action, entry.unit) for entry in entries] == [("unit.renamed", "treasury")]
    assert Unit.objects.get(pk=cast.unit.pk).name == "Retail credit"
    assert is_whole()


def test_an_entry_says_by_which_door_it_came_in(cast: Cast) -> None:
    with journalled() as entries, journal.came_in_by("page", "session"):
        rename(cast.unit, "Retail")
    (entry,) = entries
    assert (entry.door, entry.method, entry.actor) == ("page", "session", "system")


def test_an_entry_still_says_what_it_said_when_people_and_things_have_new_names(
    cast: Cast,
) -> None:
    with journalled() as entries:
        version = a_version(cast)
    told = entries[-1].facts
    cast.scientist.last_name = "Meyer"
    cast.scientist.save()
    version.model.name = "Another"
    version.model.save()
    assert Entry.objects.get(number=told["number"]).facts == told
    assert (who(entries[-1]), told["subject"]) == ("Ada Brandt", "Mortgage approval 1.0")


def test_the_numbers_within_a_model_have_no_gap(cast: Cast) -> None:
    one, other = a_model(cast, "One"), a_model(cast, "Other")
    for label in ("1.0", "1.1"):
        a_version(cast, one, label)
        a_version(cast, other, label)
    assert is_whole()
    assert ModelHead.objects.get(model="one").number == 4


def test_only_people_with_a_role_read_the_journal(cast: Cast) -> None:
    a_model(cast)
    mine = Entry.objects.visible_to(cast.auditor)
    assert mine.filter(action="model.registered").exists()
    assert mine.filter(action="policy.loaded").exists()
    assert not Entry.objects.visible_to(cast.outsider).filter(model="mortgage-approval").exists()
    assert not Entry.objects.visible_to(a_person("iris", "Iris Kahn")).exists()
