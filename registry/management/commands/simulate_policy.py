"""manage.py simulate_policy FILE: which releases in force would fail under a draft, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.rules.refusals import Refused
from registry.services import policies, policy_proposals
from registry.services.policy_simulations import Outcome, simulate


class Command(BaseCommand):
    """Changes nothing. Exit code 0: all would stand; 1: some would fail; 2: no usable policy."""

    help = "Tell which approved or live releases would fail under a draft of the policy, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="The draft, in YAML.")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Print a table, one line for each reason."""
        try:
            definition = policies.read(file)
            objections = policy_proposals.objections_to(definition)
            if objections:
                raise Refused(*objections)
            outcomes = simulate(definition)
        except Refused as refusal:
            raise CommandError(f"{file.name}: {refusal}", returncode=2) from refusal
        for row in aligned(table(outcomes)):
            self.stdout.write(row)
        failing = sum(1 for outcome in outcomes if outcome.objections)
        self.stdout.write(f"{failing} of {len(outcomes)} releases in force would fail.")
        if failing:
            sys.exit(1)


def table(outcomes: list[Outcome]) -> list[tuple[str, ...]]:
    """Return the rows, the heading first; nothing where nothing is in force."""
    rows: list[tuple[str, ...]] = [("RELEASE", "ENVIRONMENT", "STATE", "TIER", "WHY IT WOULD FAIL")]
    for outcome in outcomes:
        release = outcome.release
        version = release.version
        stands = (
            str(version),
            release.environment,
            release.state,
            str(outcome.tier),
        )
        reasons = [str(objection) for objection in outcome.objections] or ["-"]
        rows += [(*stands, reasons[0]), *(("", "", "", "", reason) for reason in reasons[1:])]
    return rows if outcomes else []


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the rows as lines, each column as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
