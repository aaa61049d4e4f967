"""manage.py load_policies: take in the policy files and the default matrix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.models import PolicyEdition
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.policy_editions import NEEDED, Standing
from registry.rules.refusals import Refused
from registry.services import journal, matrices, policies, policy_proposals


class Command(BaseCommand):
    """Idempotent: an unchanged file makes no new edition, and a changed one only a proposal."""

    help = (
        "Load the policies under registry/policies and the default risk matrix. Where a policy is"
        " in force already, a changed file is proposed as a new edition: people approve it."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        """Load each file; name the file that cannot be used."""
        with journal.came_in_by("command load_policies", "operating system"):
            matrix = matrices.load(definition=DEFAULT_MATRIX, by=None)
            told = [f"Matrix {matrix}."]
            for file in sorted(policies.FOLDER.glob("*.yaml")):
                try:
                    told.append(_brought_in(file))
                except Refused as refusal:
                    raise CommandError(f"{file.name}: {refusal}") from refusal
        return " ".join(told)


def _brought_in(file: Path) -> str:
    """Bring a file in, and say what became of it."""
    text = policies.text_of(file)
    edition = policy_proposals.bring_in(text=text, source=file.name, by=None)
    return f"Policy {edition}{_standing(edition)}."


def _standing(edition: PolicyEdition) -> str:
    current = policies.adopted(edition.name)
    if current is None or current == edition:
        return ""
    if policy_proposals.standing_of(edition, current) is Standing.PROPOSED:
        return (
            f", is proposed: {NEEDED} model risk managers have to approve it on its page; until"
            f" then edition {current.edition} is in force"
        )
    return f", is what the file says; edition {current.edition} is in force"
