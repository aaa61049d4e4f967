"""manage.py verify_journal: check the whole journal.

Exit code 1 and the first break where it does not hold; 3 where it holds, but a place outside could
not be read, so that it was not compared with what lies there.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.services import journal_checks
from registry.services.journal_checks import Checked

NOT_COMPARED = 3


class Command(BaseCommand):
    """Reads everything and writes nothing."""

    help = (
        "Check that the journal is whole: every number there, every seal right, under every"
        " checkpoint what was signed, and in the database what the entries tell."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json for scripts, and what to leave out."""
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument(
            "--from-checkpoint",
            action="store_true",
            help="Begin behind the last checkpoint that the last whole nightly check covered.",
        )
        parser.add_argument(
            "--without-sinks",
            action="store_true",
            help="Leave out what was written outside the database, where none of it is here.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Say that it is whole, or name the first break; and which entries nothing covers yet."""
        checked = journal_checks.check(
            from_checkpoint=options["from_checkpoint"], outside=not options["without_sinks"]
        )
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(checked)))
        for look in checked.unread:
            self.stderr.write(f"{look.failure}.")
        if checked.found:
            number, wrong = checked.found.number, checked.found.wrong
            raise CommandError(f"The journal is broken at entry {number}: {wrong}.")
        if checked.unread:
            raise CommandError(_in_words(checked), returncode=NOT_COMPARED)
        return "" if options["json"] else _in_words(checked)


def _as_json(checked: Checked) -> dict[str, object]:
    result: dict[str, object] = {
        "whole": checked.whole,
        "entries": checked.entries,
        "began_at": checked.began_at,
        "checkpoint": checked.checkpoint,
        "uncovered": list(checked.uncovered) if checked.uncovered else None,
        "unread": [look.failure for look in checked.unread],
        "seconds": round(checked.seconds, 3),
    }
    if checked.found:
        result |= {"number": checked.found.number, "wrong": checked.found.wrong}
    return result


def _in_words(checked: Checked) -> str:
    began = f" Checked from entry {checked.began_at + 1} on." if checked.began_at else ""
    whole = f"The journal is whole: {checked.entries} entries.{began}"
    if checked.unread:
        places = ", ".join(look.sink for look in checked.unread)
        whole = f"{whole} But it was not compared with what lies in {places}."
    if checked.uncovered is None:
        return f"{whole} A checkpoint covers all of them."
    first, last = checked.uncovered
    return (
        f"{whole} No checkpoint covers the entries {first} to {last} yet; if those were cut off,"
        " this could not show it."
    )
