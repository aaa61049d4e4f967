"""manage.py restore: put a backup into an empty database, check all of it, and say what was found.

Exit code 1, and nothing restored, where anything does not match.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.refusals import Refused
from registry.services import journal, key_files, restores


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty, migrated database and an empty store, and check it."
        " Who was erased, and which rows were deleted, since then, is so afterwards too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take both archives; leaving the keys out has to be said."""
        parser.add_argument("archive", type=Path, help="The archive that `backup` wrote.")
        keys = parser.add_mutually_exclusive_group(required=True)
        keys.add_argument("--keys-file", type=Path, help="The newest archive of keys there is.")
        keys.add_argument(
            "--without-keys",
            action="store_true",
            help="Restore what can be read without: no names, no sign-ins, no people's rows.",
        )
        parser.add_argument(
            "--signed-by",
            action="append",
            default=[],
            metavar="FINGERPRINT",
            help="The key that signed, where neither this installation nor --keys-file knows it.",
        )
        parser.add_argument(
            "--unsigned",
            action="store_true",
            help="Take an archive that no known key signed. Anybody may have written it.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Check, put the keys in place, put everything else back."""
        keys = options["keys_file"]
        try:
            backup = restores.read(
                archive=options["archive"],
                keys=keys,
                signed_by=options["signed_by"],
                unsigned=options["unsigned"],
            )
            manifest = backup.keys_manifest
            if keys and manifest and (changed := key_files.put_back(keys, manifest)):
                self.stdout.write(f"Put in place under var/keys: {', '.join(changed)}.")
                self.stdout.flush()
                start_over()
            with journal.came_in_by("shell", "operating system"):
                found = restores.restore(backup, by=None)
        except Refused as refusal:
            raise CommandError(f"{refusal} Nothing was restored.") from refusal
        return _said(found, backup.signer)


def start_over() -> None:
    """Begin again in a new process, which reads the keys that lie there now."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # our own call


def _said(found: restores.Restored, signer: str | None) -> str:
    lines = [
        f"The backup is signed by the key {signer}."
        if signer
        else "The backup is not signed: nothing shows who wrote it.",
        f"The journal is whole: {found.entries} entries, up to where the backup was made.",
        f"{found.rows} rows are back, in every table as many as there were.",
        f"{found.files} files are back and match their digests.",
    ]
    if found.unopened:
        lines.append(f"{found.unopened} files of people's rows cannot be opened without keys.")
    if found.lost:
        lines.append(f"The backup was made without these files: {', '.join(found.lost)}.")
    if found.erased_again:
        lines.append(f"{found.erased_again} people who were erased since are erased again.")
    if found.deleted_again:
        lines.append(f"{found.deleted_again} sets of rows that were deleted since are gone again.")
    return "\n".join(lines)
