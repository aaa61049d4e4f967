"""What runs, as tests report it: approved versions with an artefact, and where they are live."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from registry.models import Deployment, Finding, ModelVersion, RegisteredModel, Release
from registry.rules.deployments import Report
from registry.services import deployments
from tests import scenes
from tests.cast import Cast, a_complete_version, a_trained_artefact, an_approved_release

OTHER = "b" * 64
IMAGE, REBUILT = f"sha256:{'c' * 64}", f"sha256:{'d' * 64}"


@scenes.kept
def with_artefact(
    cast: Cast, folder: Path, model: RegisteredModel | None = None, label: str = "1.0"
) -> ModelVersion:
    """Register a version with an artefact of its own, ready to be submitted."""
    number = ModelVersion.objects.count() + 1
    path = a_trained_artefact(folder / f"model-{number}.json")
    path.write_text(path.read_text(encoding="utf-8") + "\n" * number, encoding="utf-8")
    return a_complete_version(cast, model, label, artefact=path)


@scenes.kept
def an_approval(
    cast: Cast, folder: Path, model: RegisteredModel | None = None, label: str = "1.0"
) -> Release:
    """Have a version with an artefact approved for production."""
    return an_approved_release(cast, with_artefact(cast, folder, model, label))


def said_of(version: ModelVersion, **changed: Any) -> Report:
    """Return a report of this very version in production."""
    said: dict[str, Any] = {
        "environment": "production",
        "label": version.label,
        "artefact_sha256": version.artefact.sha256 if version.artefact else "",
        "image_digest": IMAGE,
        "cluster": "eu-1",
        "namespace": "scores",
        "endpoint": "https://scores.example/v1",
    }
    return Report(**said | changed)


def a_deployment(cast: Cast, version: ModelVersion, **changed: Any) -> Deployment:
    """Have the deployer report it."""
    return deployments.report(
        model=version.model, said=said_of(version, **changed), by=cast.deployer
    )


def ago(**units: float) -> datetime:
    """Return an instant so long before now."""
    return timezone.now() - timedelta(**units)


def found_live() -> list[tuple[str, str, list[str]]]:
    """Return the findings that deployments opened: version, severity, shortcomings."""
    return [
        (
            one.version.label,
            one.severity,
            [code.removeprefix("deployment.") for code in one.details["shortcomings"]],
        )
        for one in Finding.objects.filter(source="deployment").order_by("pk")
    ]
