"""manage.py rotate_second_factor_key: encrypt second factors anew under SECOND_FACTOR_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.refusals import Refused
from registry.services import factor_keys, journal


class Command(BaseCommand):
    """An operator's act; may be killed and run again."""

    help = "Encrypt what one-time codes are made from under the present SECOND_FACTOR_KEY."

    def handle(self, *args: Any, **options: Any) -> str:
        """Rotate, or say which key is missing."""
        try:
            with journal.came_in_by("command rotate_second_factor_key", "operating system"):
                count = factor_keys.rotate()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        return f"Encrypted the second factors of {count} people anew."
