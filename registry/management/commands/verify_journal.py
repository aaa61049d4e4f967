"""manage.py verify_journal: check the whole chain.

Exit code 1 and the first break where it does not hold.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.services import journal


class Command(BaseCommand):
    """Reads everything and writes nothing."""

    help = "Check that the journal is whole: every number there, every seal right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json for scripts."""
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")

    def handle(self, *args: Any, **options: Any) -> str:
        """Say that it is whole, or name the first break."""
        found, count = journal.verify()
        if options["json"]:
            result: dict[str, object] = {"whole": found is None, "entries": count}
            if found:
                result |= {"number": found.number, "wrong": found.wrong}
            self.stdout.write(json.dumps(result))
        if found:
            raise CommandError(f"The journal is broken at entry {found.number}: {found.wrong}.")
        return "" if options["json"] else f"The journal is whole: {count} entries."
