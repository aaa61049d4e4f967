"""The journal in real PostgreSQL: one transaction with the change, gapless, and refusing to be rewritten."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, models, transaction

from registry.models import (
    CardRevision,
    CaseFile,
    DatasetVersion,
    Decision,
    Entry,
    Evidence,
    Hazard,
    Head,
    ModelHead,
    ModelRevision,
    ModelVersion,
    PolicyEdition,
    Release,
    RiskAssessment,
    RiskMatrix,
    Unit,
    User,
)
from registry.models.append_only import WrittenOnce
from registry.rules.journal import seal
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import cards, journal, releases, units
from tests.cast import (
    PASSWORD,
    Cast,
    a_model,
    a_person,
    a_release,
    a_version,
    an_approved_release,
    gather,
)
from tests.traces import journalled, nothing_written

written_once = importlib.import_module("registry.migrations.0002_written_once")
TABLES = (
    CardRevision,
    CaseFile,
    DatasetVersion,
    Decision,
    Entry,
    Evidence,
    Hazard,
    ModelRevision,
    ModelVersion,
    PolicyEdition,
    RiskAssessment,
    RiskMatrix,
)


def is_whole() -> bool:
    """Check the chain, the numbers and the heads, each in its own way."""
    found, count = journal.verify()
    entries = list(Entry.objects.order_by("number"))
    head = Head.objects.get()
    heads = dict(ModelHead.objects.values_list("model", "number"))
    of_model = {
        slug: [entry.model_number for entry in entries if entry.model == slug]
        for slug in {entry.model for entry in entries if entry.model}
    }
    assert [entry.number for entry in entries] == list(range(1, count + 1))
    assert (head.number, head.seal) == (entries[-1].number, entries[-1].seal)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in of_model.values())
    assert heads == {slug: len(numbers) for slug, numbers in of_model.items()}
    return found is None


# --- One transaction ------------------------------------------------------------------------------


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
    assert (told["actor"], told["subject"]) == ("Ada Brandt", "Mortgage approval 1.0")


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


# --- Refusing to be rewritten ---------------------------------------------------------------------


def test_every_table_that_is_written_once_has_its_triggers() -> None:
    assert {table._meta.db_table for table in TABLES} == set(written_once.WRITTEN_ONCE)


def refused_by_the_database(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="is written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def full(cast: Cast) -> Cast:
    """Every table that is written once has a row."""
    an_approved_release(cast)
    with connection.cursor() as cursor:
        # Checks put off to the commit would keep TRUNCATE out before the trigger can.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return cast


def test_raw_sql_changes_and_removes_nothing(full: Cast) -> None:
    for table in TABLES:
        name, key = table._meta.db_table, table._meta.pk.column
        assert table._default_manager.exists(), name
        refused_by_the_database(f"UPDATE {name} SET {key} = {key}")
        refused_by_the_database(f"DELETE FROM {name}")  # noqa: S608
        refused_by_the_database(f"TRUNCATE {name} CASCADE")


def test_truncating_a_table_below_reaches_none_that_is_written_once(full: Cast) -> None:
    refused_by_the_database("TRUNCATE registry_unit CASCADE")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_querysets_refuse_too(full: Cast, table: type[models.Model]) -> None:
    rows = table._default_manager.all()
    key = table._meta.pk.name
    with pytest.raises(WrittenOnce):
        rows.update(**{key: 1})
    with pytest.raises(WrittenOnce):
        rows.delete()
    with pytest.raises(WrittenOnce):
        rows.bulk_update(list(rows), [key])


def test_saving_or_deleting_one_row_is_refused_as_well(full: Cast) -> None:
    decision = Decision.objects.get()
    decision.reason = "I never said that."
    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
        decision.save()
    with pytest.raises(DatabaseError, match="is written once"), transaction.atomic():
        decision.delete()


# --- Finding what got past ------------------------------------------------------------------------


def tamper(statement: str) -> None:
    """Do what only the owner of the database can: put the triggers to sleep, and write."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_entry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE registry_entry ENABLE TRIGGER USER")


def test_an_untouched_journal_is_whole(
    full: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_journal")
    said = capsys.readouterr().out
    assert said.strip() == f"The journal is whole: {Entry.objects.count()} entries."


@pytest.mark.parametrize(
    ("statement", "number", "wrong"),
    [
        (
            "UPDATE registry_entry SET actor = 'Nobody' WHERE number = 7",
            7,
            "its content does not match its seal",
        ),
        ("DELETE FROM registry_entry WHERE number = 7", 7, "entry 7 is missing"),
        (
            "UPDATE registry_entry SET seal = repeat('a', 64) WHERE number = 7",
            7,
            "its content does not match its seal",
        ),
        (
            "DELETE FROM registry_entry WHERE number > 7",
            8,
            "the last one is 7",
        ),
        (
            "UPDATE registry_head SET number = number + 1",
            None,
            "the head names",
        ),
    ],
)
def test_tampering_is_found_at_its_entry(
    full: Cast,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    number: int | None,
    wrong: str,
) -> None:
    expected = number or Entry.objects.count() + 1
    tamper(statement)
    with pytest.raises(CommandError, match=f"broken at entry {expected}: .*{wrong}") as caught:
        call_command("verify_journal", "--json")
    assert caught.value.returncode == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["number"]) == (False, expected)


def test_a_forger_who_seals_anew_is_found_at_the_next_entry(full: Cast) -> None:
    entry = Entry.objects.get(number=7)
    entry.reason = "All was well."
    forged = seal(entry.facts)
    tamper(
        f"UPDATE registry_entry SET reason = 'All was well.', seal = '{forged}' WHERE number = 7"  # noqa: S608
    )
    found, _ = journal.verify()
    assert found is not None
    assert (found.number, found.wrong) == (
        8,
        "its previous seal is not the seal of the entry before it",
    )


# --- Many at once ---------------------------------------------------------------------------------


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
    """Tier 3 takes one signature: seven of eight managers are told that it is decided already."""
    cast = gather()
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
            password=PASSWORD,
            by=manager,
        )

    ended = at_once(*(sign(manager) for manager in managers))
    assert sum(isinstance(one, Decision) for one in ended) == 1
    late = [one for one in ended if isinstance(one, Refused)]
    assert {one.objections[0].code for one in late} == {"release.wrong_state"}
    assert Decision.objects.count() == 1
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
            password=PASSWORD,
            by=cast.manager,
        )

    ended = at_once(sign, sign)
    assert sum(isinstance(one, Decision) for one in ended) == 1
    assert Decision.objects.count() == 1


def test_a_person_submitting_twice_at_once_has_one_release(committed_db: str) -> None:
    cast = gather()
    release = a_release(cast)
    releases.withdraw(release=release, reason="Again.", password=PASSWORD, by=cast.scientist)

    def submit() -> object:
        return a_release(cast, release.version)

    ended = at_once(submit, submit)
    assert sum(isinstance(one, Release) for one in ended) == 1
    assert Release.objects.open().count() == 1
    assert is_whole()


def test_the_command_leaves_with_exit_code_1(committed_db: str) -> None:
    """As a script sees it: a process of its own."""
    gather()
    tamper("UPDATE registry_entry SET actor = 'Nobody' WHERE number = 3")
    ended = subprocess.run(
        [sys.executable, "manage.py", "verify_journal"],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"DATABASE_URL": committed_db},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "The journal is broken at entry 3" in ended.stderr
