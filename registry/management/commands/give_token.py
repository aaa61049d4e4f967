"""manage.py give_token: give a service's account a token that lasts, and print it this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.refusals import Refused
from registry.services import journal, tokens


class Command(BaseCommand):
    """An operator's act; the journal keeps that it was given, and how it begins."""

    help = "Give an account with the role service a token for its pipeline; printed this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account and how long the token is good."""
        parser.add_argument("--user", required=True, help="The account's name.")
        parser.add_argument("--days", type=int, default=90, help="1 to 366; 90 unless told.")

    def handle(self, *args: Any, **options: Any) -> str:
        """Print the token alone, so that it can be written to a file; say the rest beside it."""
        try:
            with journal.came_in_by("command give_token", "operating system"):
                token, until = tokens.give(username=options["user"], days=options["days"], by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stderr.write(f"Good until {until:%Y-%m-%d %H:%M} UTC; it is not shown again.")
        return token
