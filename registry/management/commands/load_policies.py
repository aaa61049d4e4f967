"""manage.py load_policies: take in changed policy files and the default matrix as new editions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.rules.refusals import Refused
from registry.rules.risk import DEFAULT_MATRIX
from registry.services import journal, policies, risk


class Command(BaseCommand):
    """Idempotent: an unchanged file makes no new edition."""

    help = (
        "Load the policies under registry/policies and the default risk matrix, as new"
        " editions where changed."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        """Load each file; name the file that cannot be used."""
        with journal.came_in_by("command load_policies", "operating system"):
            matrix = risk.load_matrix(definition=DEFAULT_MATRIX, by=None)
            told = [f"Matrix {matrix}."]
            for file in sorted(policies.FOLDER.glob("*.yaml")):
                try:
                    told.append(f"Policy {policies.load(definition=policies.read(file), by=None)}.")
                except Refused as refusal:
                    raise CommandError(f"{file.name}: {refusal}") from refusal
        return " ".join(told)
