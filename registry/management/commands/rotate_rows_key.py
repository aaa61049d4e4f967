"""manage.py rotate_rows_key: wrap the key of every file of rows under the present ROWS_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from registry.management.operators import acting_by
from registry.services import row_keys


class Command(BaseCommand):
    """Touches no rows, only their keys; can be killed anywhere and run again."""

    help = (
        "Wrap the key of every file of rows under the present ROWS_KEY. Name the previous key in"
        " ROWS_OLD_KEYS until this is done."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        """Say how many files' keys were wrapped anew."""
        with acting_by("rotate_rows_key"):
            done = row_keys.rotate()
        return f"{done} files are under the present key now; no file is under another."
