"""manage.py add_person: add an account; the password is asked for, or read from PERSON_PASSWORD."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.refusals import Refused
from registry.services import journal, people


class Command(BaseCommand):
    """An operator's act; the account holds no role until an administrator grants one."""

    help = "Add an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's name and the printed name."""
        parser.add_argument("username")
        parser.add_argument("first_name")
        parser.add_argument("last_name")

    def handle(self, *args: Any, **options: Any) -> str:
        """Add the account, or say what is wrong."""
        password = os.environ.get("PERSON_PASSWORD") or getpass("Password: ")
        try:
            with journal.came_in_by("command add_person", "operating system"):
                person = people.add(
                    username=options["username"],
                    first_name=options["first_name"],
                    last_name=options["last_name"],
                    password=password,
                    by=None,
                )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"Added {person.printed_name} ({person.username})."
