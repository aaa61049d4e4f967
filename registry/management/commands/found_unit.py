"""manage.py found_unit.

Found a unit and name its first administrator, who grants all other roles.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import User
from registry.rules.refusals import Refused
from registry.services import journal, units


class Command(BaseCommand):
    """An operator's act: nobody holds a role in a unit that is not there yet."""

    help = "Found a unit with its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the unit's short name and name, and the administrator's account."""
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("administrator")

    def handle(self, *args: Any, **options: Any) -> str:
        """Found the unit, or say what is wrong."""
        administrator = User.objects.filter(username=options["administrator"]).first()
        if administrator is None:
            raise CommandError(
                f"There is no account {options['administrator']}; add it with add_person."
            )
        try:
            with journal.came_in_by("command found_unit", "operating system"):
                unit = units.found(
                    slug=options["slug"], name=options["name"], administrator=administrator, by=None
                )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"Founded {unit}."
