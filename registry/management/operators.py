"""What the commands of an operator share: the door they come in by, and how a refusal ends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from registry.rules.refusals import Refused
from registry.services import journal


@contextmanager
def acting_by(command: str) -> Iterator[None]:
    """Journal everything inside as done by this command; a refusal ends it with its sentence."""
    try:
        with journal.came_in_by(f"command {command}", "operating system"):
            yield
    except Refused as refusal:
        raise CommandError(str(refusal)) from refusal
