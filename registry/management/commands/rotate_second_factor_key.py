"""manage.py rotate_second_factor_key: encrypt second factors anew under SECOND_FACTOR_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from registry.management.operators import acting_by
from registry.services import factor_keys


class Command(BaseCommand):
    """An operator's act; may be killed and run again."""

    help = "Encrypt what one-time codes are made from under the present SECOND_FACTOR_KEY."

    def handle(self, *args: Any, **options: Any) -> str:
        """Rotate, or say which key is missing."""
        with acting_by("rotate_second_factor_key"):
            count = factor_keys.rotate()
        return f"Encrypted the second factors of {count} people anew."
