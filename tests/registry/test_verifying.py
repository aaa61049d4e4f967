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

from registry.models import (
    Entry,
)
from registry.rules.journal import seal
from registry.services import journal
from tests.cast import (
    Cast,
    an_approved_release,
    gather,
)


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
