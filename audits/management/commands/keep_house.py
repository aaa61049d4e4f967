"""manage.py keep_house: delete what is past its time, or say beforehand what that would be."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.services import retention
from registry.services import housekeeping, journal, keeping


class Command(BaseCommand):
    """The hourly task from a shell; may be killed anywhere and run again."""

    help = "Delete what is past its time and remove what was left behind, as the task does hourly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to look only, and for which day."""
        parser.add_argument("--preview", action="store_true", help="only say what would go")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="for another day; with --preview")

    def handle(self, *args: Any, **options: Any) -> None:
        """Keep house, or tell each thing with its digest, since when, and under which rule."""
        if options["on"] and not options["preview"]:
            raise CommandError("A day is looked ahead to; give --preview as well.")
        if options["preview"]:
            self._foresee(options["on"])
            return
        with journal.came_in_by("shell", "operating system"):
            retention.keep_house()
            housekeeping.keep_house()

    def _foresee(self, asked: str | None) -> None:
        found = keeping.foreseen(sources=retention.FORESEEN, on=_day(asked) if asked else None)
        for one in found.going:
            thing = one.thing
            happens = (
                f"held by {', '.join(f'hold {hold.pk}' for hold in one.holds)}"
                if one.holds
                else f"needed by {one.needed_by} more"
                if one.needed_by
                else "goes"
            )
            self.stdout.write(
                f"{happens}: {thing.kind}, {thing.title}, {thing.file.sha256},"
                f" since {thing.since.date()}, until {thing.until} ({thing.rule})"
            )
        for rows in found.expired:
            self.stdout.write(
                f"goes: {rows.count} of {rows.kind}, since {rows.since.date()} ({rows.rule})"
            )
        if not found.going and not found.expired:
            self.stdout.write(f"Nothing is past its time on {found.on}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no day; write it as 2027-01-31.") from None
