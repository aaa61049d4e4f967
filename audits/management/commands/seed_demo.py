"""manage.py seed_demo: load the demo; safe to run again, and to interrupt."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from audits.management.demo import people, story
from registry.rules.refusals import Refused
from registry.services import journal


class Command(BaseCommand):
    """Trains real models on real rows and takes every step as the person whose step it is."""

    help = (
        "Load the demo: units, people, data, models and releases; does nothing that is"
        " done already."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        """Load what is missing and say who can sign in."""
        call_command("load_policies", stdout=self.stdout)
        try:
            with journal.came_in_by("command seed_demo", "operating system"):
                story.tell(people.gather())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        names = ", ".join(name for name in people.PEOPLE)
        return f"The demo is loaded. Sign in as one of {names}; the password is {people.PASSWORD}."
