"""manage.py rotate_checkpoint_key: have another key sign the journal's checkpoints from now on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry.management.operators import acting_by
from registry.services import checkpoint_rotation


class Command(BaseCommand):
    """The public half of every earlier key stays, so that what it signed can still be checked."""

    help = (
        "Replace the key that signs checkpoints. The old key signs once more, over the entry that"
        " names the new one. Where CHECKPOINT_KEY is set, set it to the new key first, and name the"
        " old one in CHECKPOINT_OLD_KEYS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --lost for a key that is gone."""
        parser.add_argument(
            "--lost",
            action="store_true",
            help="Begin a new key though the present one is gone and can sign nothing any more.",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Say which key signs now."""
        with acting_by("rotate_checkpoint_key"):
            key = checkpoint_rotation.rotate(lost=options["lost"])
        return (
            f"Checkpoints are signed by the key {key.fingerprint} now. Publish this fingerprint"
            " beside those of the earlier keys."
        )
