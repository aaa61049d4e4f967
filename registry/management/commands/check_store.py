"""manage.py check_store: read every file of the store against its digest, and find orphans."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry.models import StoreCheck
from registry.rules.store import WRONGS, Wrong
from registry.services import journal, store

BROKEN = 1


class Command(BaseCommand):
    """The whole store in one go, unlike the nightly passes; ends with 1 where anything is wrong."""

    help = "Read every file of the store against its digest, and report what no record names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the form of the answer, and whether orphans are removed."""
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")
        parser.add_argument(
            "--remove-orphans",
            action="store_true",
            help="remove what no record names and has lain there for a day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is wrong; what is printed is whole, whatever it is."""
        with journal.came_in_by("shell", "operating system"):
            removed = store.remove_orphans() if options["remove_orphans"] else 0
            found = store.check(most_bytes=sys.maxsize)
        if options["json"]:
            self.stdout.write(json.dumps(_told(found, removed), indent=2))
        else:
            self._say(found, removed)
        if found.broken_count or found.orphans_count:
            sys.exit(BROKEN)

    def _say(self, found: StoreCheck, removed: int) -> None:
        self.stdout.write(f"{found.files} files read, {found.bytes} bytes.")
        for one in found.broken:
            self.stdout.write(f"{one['sha256']} {WRONGS[Wrong(one['wrong'])]}")
        for orphan in found.orphans:
            self.stdout.write(f"{orphan['place']} Named by no record since {orphan['since']}.")
        if removed:
            self.stdout.write(f"{removed} files of no record were removed.")


def _told(found: StoreCheck, removed: int) -> dict[str, Any]:
    return {
        "files": found.files,
        "bytes": found.bytes,
        "broken": found.broken,
        "broken_count": found.broken_count,
        "orphans": found.orphans,
        "orphans_count": found.orphans_count,
        "orphans_removed": removed,
    }
