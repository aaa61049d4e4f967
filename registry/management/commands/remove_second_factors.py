"""manage.py remove_second_factors: let a person who lost app, keys and codes sign in again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import User
from registry.rules.refusals import Refused
from registry.services import journal, second_factors


class Command(BaseCommand):
    """An operator's act, journalled with its reason; the person is told."""

    help = "Take every second factor away from a person who lost them all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's name and the reason."""
        parser.add_argument("username")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> str:
        """Remove them, or say what is wrong."""
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError(f"There is no account {options['username']}.")
        try:
            with journal.came_in_by("command remove_second_factors", "operating system"):
                count = second_factors.remove_all(person=person, reason=options["reason"], by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"Removed {count} second factors of {person.printed_name}."
