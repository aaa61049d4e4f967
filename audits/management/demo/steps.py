"""Steps of the demo; each looks first whether it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audits.management.demo.people import PASSWORD, Cast
from audits.models import Monitor, Run
from audits.rules.runs import State
from audits.services import monitors, performing, runs, watching
from registry.models import DatasetVersion, ModelVersion, RegisteredModel, Release
from registry.rules.events import REVIEW_DUE
from registry.rules.risk import HazardFacts
from registry.services import (
    cards,
    datasets,
    registered_models,
    releases,
    risk,
    versions,
)
from registry.services.signatures import Proof

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Stage:
    """Where the steps are taken: who acts, and a folder for files on their way in."""

    cast: Cast
    folder: Path


def data(
    stage: Stage,
    unit: str,
    name: str,
    rows: Mapping[str, pd.DataFrame],
    sensitive: list[str],
    source: str,
) -> dict[str, DatasetVersion]:
    """Register a dataset with one version for each role."""
    scientist = stage.cast["scientist"]
    where = stage.cast.units[unit]
    dataset = where.datasets.filter(name=name).first() or datasets.register(
        unit=where, name=name, description=source, by=scientist
    )
    registered = {version.role: version for version in dataset.versions.all()}
    for role, table in rows.items():
        if role not in registered:
            path = stage.folder / f"{dataset.slug}-{role}.parquet"
            table.to_parquet(path, index=False)
            registered[role] = datasets.register_version(
                dataset=dataset,
                table=path,
                role=role,
                sensitive_columns=sensitive,
                provenance=source,
                by=scientist,
            )
    return registered


def model(
    stage: Stage, unit: str, name: str, tier: int, purpose: str, intended_use: str
) -> RegisteredModel:
    """Register a binary model owned by the business owner, with the scientist as deputy."""
    known: RegisteredModel | None = RegisteredModel.objects.filter(name=name).first()
    return known or registered_models.register(
        unit=stage.cast.units[unit],
        name=name,
        task="binary",
        statement=registered_models.Statement(
            purpose=purpose,
            intended_use=intended_use,
            tier=tier,
            owner=stage.cast["owner"],
            deputy=stage.cast["scientist"],
            maintainers=[stage.cast["scientist"]],
        ),
        by=stage.cast["scientist"],
    )


def version(
    stage: Stage, model: RegisteredModel, build: versions.Build, attach: Sequence[DatasetVersion]
) -> ModelVersion:
    """Register a version and attach its data."""
    scientist = stage.cast["scientist"]
    found: ModelVersion | None = model.versions.filter(label=build.label).first()
    found = found or versions.register(model=model, build=build, by=scientist)
    attached = set(found.data_links.attached().values_list("data_id", flat=True))
    for one in attach:
        if one.pk not in attached:
            versions.attach_data(version=found, data=one, by=scientist)
    return found


def documented(
    stage: Stage, version: ModelVersion, card: Mapping[str, str], hazards: Sequence[HazardFacts]
) -> None:
    """Write the card and assess the risk."""
    scientist = stage.cast["scientist"]
    if not version.card.revisions.exists():
        cards.save(version=version, sections=card, by=scientist)
    if hazards and not version.risk.assessments.exists():
        risk.assess(version=version, hazards=hazards, by=scientist)


def examined(
    stage: Stage,
    version: ModelVersion,
    data: DatasetVersion,
    kinds: Sequence[str],
    predictions: Path | None = None,
) -> None:
    """Carry out runs in this very process; a worker that gets the message later finds them done."""
    for kind in kinds:
        known = Run.objects.filter(version=version, data=data, kind=kind)
        if known.filter(state=State.DONE).exists():
            continue
        waiting = known.filter(state=State.QUEUED).first() or runs.request(
            version=version,
            data=data,
            kind=kind,
            predictions=predictions,
            by=stage.cast["scientist"],
        )
        _carry_out(waiting)


def _carry_out(run: Run) -> None:
    performing.perform(run_id=run.pk)
    run.refresh_from_db()
    if run.state != State.DONE:
        raise RuntimeError(f"{run}: {run.state} {run.reason}")


def watched(
    stage: Stage, version: ModelVersion, batch: DatasetVersion, reference: DatasetVersion
) -> Monitor:
    """Watch a version on the dataset of this batch, and let the monitor look once."""
    monitor: Monitor | None = Monitor.objects.filter(version=version, batches=batch.dataset).first()
    monitor = monitor or monitors.start(
        version=version,
        batches=batch.dataset,
        reference=reference,
        every_days=30,
        announces=REVIEW_DUE,
        owner=stage.cast["scientist"],
        by=stage.cast["scientist"],
    )
    watching.look(monitor=monitor)
    for run in monitor.runs.exclude(state=State.DONE):
        _carry_out(run)
    return monitor


def submitted(
    stage: Stage, version: ModelVersion, environment: str, signers: Sequence[tuple[str, str]]
) -> Release:
    """Submit a version and have these people sign for it, with their reasons."""
    release: Release | None = Release.objects.filter(
        version=version, environment=environment
    ).first()
    release = release or releases.submit(
        version=version, environment=environment, by=stage.cast["scientist"]
    )
    signed = set(release.decisions.values_list("signer__username", flat=True))
    for username, reason in signers:
        if username not in signed:
            releases.approve(
                release=release,
                digest=release.case_file.digest,
                reason=reason,
                proof=Proof(password=PASSWORD),
                by=stage.cast[username],
            )
    release.refresh_from_db()
    return release
