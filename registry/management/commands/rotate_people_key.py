"""manage.py rotate_people_key: wrap every person's key under the present PEOPLE_KEY."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry.management.operators import acting_by
from registry.services import person_key_rotation


class Command(BaseCommand):
    """Touches no name, only the keys they lie under; can be killed anywhere and run again."""

    help = (
        "Wrap every person's key under the present PEOPLE_KEY. Name the previous key in"
        " PEOPLE_OLD_KEYS until this is done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the word that gives up what cannot be opened any more."""
        parser.add_argument(
            "--replace-lost",
            action="store_true",
            help="Give people whose key is lost for good a new one; the journal's entries until"
            " then name them to nobody any more.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Say how many keys were wrapped anew, or which key is missing."""
        with acting_by("rotate_people_key"):
            done = person_key_rotation.rotate(replace_lost=options["replace_lost"])
        return f"{done} people's keys are under the present key now; none is under another."
