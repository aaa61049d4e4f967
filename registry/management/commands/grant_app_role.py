"""manage.py grant_app_role: let the application run under a role that owns nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from registry.rules.refusals import Refused
from registry.services import app_roles


class Command(BaseCommand):
    """Run by whoever owns the tables, once the role is there, and again after each migration."""

    help = (
        "Grant a role what the application needs and nothing else: it adds to tables that are"
        " written once, and can neither change them nor take their triggers away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the role's name."""
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> str:
        """Grant, or say what is wrong."""
        role = options["role"]
        try:
            granted = app_roles.grant(role=role)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except ProgrammingError as error:
            raise CommandError(
                f"The database refused: {error}. Run this as the role that owns the tables."
            ) from error
        return (
            f"{role} reads and writes {granted.ordinary} tables, and only adds to"
            f" {granted.written_once} that are written once. Run this again after each migration."
        )
