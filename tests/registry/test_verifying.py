"""Tampering that got past the triggers is found at its entry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from registry.models import Checkpoint, Entry, ModelVersion
from registry.rules.journal import seal
from registry.services import checkpoints, journal, journal_checks
from tests.cast import (
    Cast,
    a_card,
    an_approved_release,
    gather,
)
from tests.registry.bending import Bent, bend, cut_to, found, rebuild, tell, undone


@pytest.fixture
def full(cast: Cast) -> Cast:
    """Every table that is written once has a row."""
    an_approved_release(cast)
    with connection.cursor() as cursor:
        # Checks put off to the commit would keep TRUNCATE out before the trigger can.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return cast


def tamper(statement: str) -> None:
    """Do what only the owner of the database can: put the triggers to sleep, and write."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_entry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE registry_entry ENABLE TRIGGER USER")


def test_an_untouched_journal_is_whole(full: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_journal")
    said = capsys.readouterr().out
    count = Entry.objects.count()
    assert said.strip() == (
        f"The journal is whole: {count} entries. A checkpoint covers all of them."
    )
    tell(full.unit, 2)
    call_command("verify_journal")
    assert capsys.readouterr().out.strip() == (
        f"The journal is whole: {count + 2} entries. No checkpoint covers the entries {count + 1}"
        f" to {count + 2} yet; if those were cut off, this could not show it."
    )


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


def test_a_change_of_any_column_of_an_entry_is_found(full: Cast) -> None:
    """Of an entry that is first, one of a model, and the last one."""
    last = Entry.objects.count()
    of_a_model = Entry.objects.exclude(model="").values_list("number", flat=True)[3]
    for field in Entry._meta.fields:
        for number in (1, of_a_model, last):
            with undone():
                value = getattr(Entry.objects.get(number=number), field.name)
                other = f"{value}x"[:3] if isinstance(value, str) else (value or 0) + 1000
                column = field.column
                bend(
                    (
                        f"UPDATE registry_entry SET {column} = %s WHERE number = %s",  # noqa: S608
                        [other, number],
                    )
                )
                broken = found()
                assert broken, (column, number)
                assert broken[0] == number, (column, number, broken)
    assert found() is None


def move(one: int, to: int) -> str:
    return f"UPDATE registry_entry SET number = {to} WHERE number = {one}"  # noqa: S608


def fork(number: int) -> None:
    """Have a second entry follow on the same one before; its seal is right as well.

    The key of the table has to be dropped for it.
    """
    other = {**Entry.objects.get(number=number).facts, "reason": "All was well."}
    other["seal"] = seal(other)
    columns = ", ".join(other)
    places = ", ".join(["%s"] * len(other))
    bend(
        "ALTER TABLE registry_entry DROP CONSTRAINT registry_entry_pkey",
        "DROP INDEX entries_of_a_model_are_numbered",
        (
            f"INSERT INTO registry_entry ({columns}) VALUES ({places})",  # noqa: S608
            [*other.values()],
        ),
    )


BENT = {
    "two are swapped": (
        [move(7, -1), move(8, 7), move(-1, 8)],
        7,
        "its previous seal is not the seal of the entry before it",
    ),
    "one is deleted": (
        ["DELETE FROM registry_entry WHERE number = 7"],
        7,
        "entry 7 is missing; the next one is 8",
    ),
    "one is deleted and the gap closed": (
        [
            "DELETE FROM registry_entry WHERE number = 7",
            # In two steps, or two have the same number for a moment.
            "UPDATE registry_entry SET number = 1 - number WHERE number > 7",
            "UPDATE registry_entry SET number = -number WHERE number < 0",
            "UPDATE registry_head SET number = number - 1",
        ],
        7,
        "its previous seal is not the seal of the entry before it",
    ),
    "a model's head names more": (
        ["UPDATE registry_modelhead SET number = number + 1"],
        None,
        "the head of the model mortgage-approval names",
    ),
    "a model has no head": (
        ["DELETE FROM registry_modelhead"],
        None,
        "the head of the model mortgage-approval names no entries",
    ),
    "the head has another seal": (
        ["UPDATE registry_head SET seal = repeat('a', 64)"],
        None,
        "the head names another seal than the last entry has",
    ),
}


def test_what_a_superuser_does_to_the_chain_is_found(full: Cast) -> None:
    last = Entry.objects.count()
    for how, (statements, number, wrong) in BENT.items():
        with undone():
            bend(*statements)
            broken = found()
            assert broken, how
            assert broken[0] == (number or last), (how, broken)
            assert wrong in broken[1], (how, broken)
    with undone():
        fork(7)
        assert found() == (8, "entry 7 stands in the journal a second time")
    assert found() is None


def forget(chain: list[Bent]) -> None:
    chain[6]["reason"] = "All was well."


def slip_in(chain: list[Bent]) -> None:
    chain.insert(6, {**chain[6], "reason": "It was agreed on long ago."})


def take_out(chain: list[Bent]) -> None:
    del chain[6]


def test_a_journal_that_was_rebuilt_with_every_seal_right_is_found_by_its_checkpoint(
    full: Cast,
) -> None:
    """Every seal follows on the one before, every head and every number is right."""
    signed = Checkpoint.objects.earliest("size").size
    # Or one that was taken out would be missing at the end.
    a_card(full, ModelVersion.objects.get(), factors="More.")
    for change in (forget, slip_in, take_out):
        with undone():
            rebuild(change)
            assert found() == (
                signed,
                f"it or an entry before it is not the one that the checkpoint over {signed}"
                " entries was signed for; the journal was rebuilt",
            ), change
    assert found() is None


def test_a_cut_behind_the_last_checkpoint_is_the_one_thing_that_is_stated_and_not_found(
    full: Cast,
) -> None:
    signed = Entry.objects.count()
    tell(full.unit, 3)
    checked = journal_checks.check()
    assert (checked.whole, checked.uncovered) == (True, (signed + 1, signed + 3))
    with undone():
        cut_to(signed)
        assert found() is None
        assert journal_checks.check().uncovered is None
    checkpoints.make()
    cut_to(signed)
    assert found() == (
        signed + 1,
        f"a checkpoint was signed over {signed + 3} entries, the journal has {signed}; it was cut",
    )


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
