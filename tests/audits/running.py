"""Runs as a worker holds them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from audits.models import Run
from audits.services import runs
from audits.services.claims import Claim, claim
from registry.models import DataLink
from tests.cast import (
    Cast,
)


def asked(cast: Cast, link: DataLink, kind: str = "performance") -> Run:
    return runs.request(version=link.version, data=link.data, kind=kind, by=cast.scientist)


def held(run: Run) -> Claim:
    taken = claim(Run, run.pk)
    assert taken is not None
    return taken


def silent(run: Run, seconds: int = 121) -> None:
    """Let a run's worker have been silent for so long."""
    Run.objects.filter(pk=run.pk).update(heard_at=timezone.now() - timedelta(seconds=seconds))
