"""manage.py erase_person: erase a person for good, as the law may ask."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import User
from registry.rules.refusals import Refused
from registry.services import journal, people


class Command(BaseCommand):
    """An operator's act, for whom no administrator of a unit can reach."""

    help = (
        "Destroy the key under which the journal names a person, and empty their account. What they"
        " signed keeps their printed name. This cannot be undone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's name and the reason."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="Kept; without naming the person.")

    def handle(self, *args: Any, **options: Any) -> str:
        """Erase, or say everything that stands against it."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account {options['username']}.")
        try:
            with journal.came_in_by("command erase_person", "operating system"):
                erased = people.erase(person=person, reason=options["reason"], by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"The person is erased; what is left is the account {erased.username}."
