"""manage.py backup: write the database and the store into one archive, the keys into another.

Exit code 1 where a file of the store could not be saved, since it is lost or was changed there.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.backups import FILES
from registry.rules.refusals import Refused
from registry.services import backups, journal


class Command(BaseCommand):
    help = (
        "Write a backup of the database and the files, while everybody goes on working. Keys and"
        " people's names are not in it; they go into the archive named by --keys-file, which has to"
        " be kept elsewhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take both archives."""
        parser.add_argument("archive", type=Path, help="The archive to write.")
        parser.add_argument("--keys-file", type=Path, help="The archive of keys to write.")
        parser.add_argument(
            "--together",
            action="store_true",
            help="Let both lie in one folder, from which they are taken to different places.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Say what was written, and up to where."""
        try:
            with journal.came_in_by("shell", "operating system"):
                manifest = backups.make(
                    archive=options["archive"],
                    keys=options["keys_file"],
                    together=options["together"],
                    by=None,
                )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if manifest.lost:
            raise CommandError(
                "The backup was written without these files, which the store has lost or which were"
                f" changed there: {', '.join(manifest.lost)}."
            )
        files = sum(name.startswith(f"{FILES}/") for name in manifest.members)
        return (
            f"Backed up {sum(manifest.tables.values())} rows and {files} files, up to entry"
            f" {manifest.head} of the journal, whose seal is {manifest.seal}."
        )
