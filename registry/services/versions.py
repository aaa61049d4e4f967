"""Register model versions, and attach and detach the data they rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registry.inspection import artefacts
from registry.models import (
    DataLink,
    DatasetVersion,
    ModelCard,
    ModelVersion,
    RegisteredModel,
    RiskFile,
    User,
)
from registry.rules import row_digests
from registry.rules.casefile import canonical
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import (
    files,
    journal,
    registered_models,
    relations,
    review_events,
    rights,
)

COMMIT = re.compile(r"^[0-9a-f]{7,64}$")


@dataclass(frozen=True)
class Upload:
    """A file that somebody handed in: where it lies for now, and what they called it."""

    path: Path
    name: str


@dataclass(frozen=True)
class Build:
    """What identifies a version: its files, its origin, and how it is fed and read."""

    label: str
    features: Sequence[str]
    label_column: str
    artefact: Upload | None = None
    environment: Upload | None = None
    source: str = ""
    code_commit: str = ""
    parameters: Mapping[str, Any] | None = None
    positive_label: str = ""
    threshold: float | None = None


@journal.verb
def register(*, model: RegisteredModel, build: Build, by: User) -> ModelVersion:
    """Take a build: recognise and try its artefact, keep its files, and number it."""
    role = rights.require(by=by, verb="version.register", unit=model.unit)
    objections = _objections_to(build, model)
    if objections:
        raise Refused(*objections)
    artefact_format = ""
    if build.artefact:
        artefact_format = artefacts.recognise(build.artefact.path)
        artefacts.check(build.artefact.path, artefact_format)
    model = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=model.pk)
    )
    if retired := registered_models.objections_to_retired(model):
        raise Refused(*retired)
    if model.versions.filter(label=build.label).exists():
        raise Refused.because(
            "version.exists",
            gettext_noop(
                "There is a version %(label)s already; a version never changes, so give a new one."
            ),
            label=build.label,
        )
    version = ModelVersion.objects.create(
        model=model,
        number=model.versions.count() + 1,
        label=build.label,
        artefact=files.keep(build.artefact.path) if build.artefact else None,
        artefact_format=artefact_format,
        artefact_name=build.artefact.name[:255] if build.artefact else "",
        source=build.source,
        code_commit=build.code_commit,
        environment=files.keep(build.environment.path) if build.environment else None,
        environment_name=build.environment.name[:255] if build.environment else "",
        parameters=dict(build.parameters or {}),
        features=list(build.features),
        label_column=build.label_column,
        positive_label=build.positive_label,
        threshold=build.threshold,
        registered_at=timezone.now(),
        registered_by=by,
    )
    ModelCard.objects.create(version=version)
    RiskFile.objects.create(version=version)
    journal.record(
        "version.registered",
        by=by,
        subject=version,
        role=role,
        model=model,
        changes={
            "artefact": version.artefact.sha256 if version.artefact else None,
            "format": artefact_format or None,
            "code_commit": build.code_commit,
            "environment": version.environment.sha256 if version.environment else None,
            "threshold": build.threshold,
            # As the database gives it back: it may write a number in another way.
            "facts": row_digests.digest_of(
                ModelVersion.objects.get(pk=version.pk), row_digests.VERSION
            ),
        },
    )
    relations.open_downstream(model, {"change": "new_version", "version_label": version.label}, by)
    review_events.version_registered(version, by)
    return version


def _objections_to(build: Build, model: RegisteredModel) -> list[Objection]:
    objections = []
    if not build.label.strip() or "/" in build.label:
        objections.append(
            Objection(
                "version.label",
                gettext_noop("The version needs a name without a slash, such as 2.1."),
            )
        )
    if build.artefact and not build.features:
        objections.append(
            Objection(
                "version.features",
                gettext_noop("Name the feature columns in the order the artefact takes them."),
            )
        )
    if not build.label_column.strip():
        objections.append(
            Objection(
                "version.label_column", gettext_noop("Name the column that holds the true outcome.")
            )
        )
    if build.label_column in build.features:
        objections.append(
            Objection(
                "version.label_among_features",
                gettext_noop("The label column %(column)s is among the features; take it out."),
                {"column": build.label_column},
            )
        )
    if model.task == "binary" and not build.positive_label.strip():
        objections.append(
            Objection(
                "version.positive_label",
                gettext_noop(
                    "Say which label counts as positive, as it stands in the data (1, say)."
                ),
            )
        )
    if build.threshold is None:
        threshold_fits = model.task != "binary"
    else:
        threshold_fits = 0 <= build.threshold <= 1
    if not threshold_fits:
        objections.append(
            Objection(
                "version.threshold",
                gettext_noop(
                    "Give the threshold from which a score counts as positive, from 0 to 1."
                ),
            )
        )
    if build.code_commit and not COMMIT.match(build.code_commit):
        objections.append(
            Objection(
                "version.code_commit",
                gettext_noop("A code commit is 7 to 64 hexadecimal digits; copy it from git."),
            )
        )
    for upload, limit in (
        (build.artefact, settings.ARTEFACT_LIMIT),
        (build.environment, settings.DOCUMENT_LIMIT),
    ):
        if upload and upload.path.stat().st_size > limit:
            objections.append(
                Objection(
                    "file.too_large",
                    gettext_noop("%(name)s has %(size)s MiB; %(limit)s MiB is the limit."),
                    {
                        "name": upload.name,
                        "size": upload.path.stat().st_size // 2**20,
                        "limit": limit // 2**20,
                    },
                )
            )
    try:
        canonical(dict(build.parameters or {}))
    except (TypeError, ValueError):
        objections.append(
            Objection(
                "version.parameters",
                gettext_noop(
                    "The parameters have to be a JSON object of plain values, without NaN."
                ),
            )
        )
    return objections


@journal.verb
def attach_data(*, version: ModelVersion, data: DatasetVersion, by: User) -> DataLink:
    """Say that the version rests on this dataset version, in the role it has."""
    version = _locked(version)
    role = rights.require(by=by, verb="version.attach_data", unit=version.model.unit)
    if data.dataset.unit_id != version.model.unit_id:
        raise Refused.because(
            "data.other_unit",
            gettext_noop("This data belongs to another unit; register it in this one."),
        )
    if version.data_links.attached().filter(data=data).exists():
        raise Refused.because("data.attached", gettext_noop("This data is attached already."))
    opposite = {"train": "test", "test": "train"}.get(data.role)
    if version.data_links.filter(data__file=data.file_id, data__role=opposite).exists():
        raise Refused.because(
            "data.other_role",
            gettext_noop(
                "The very same rows were attached as %(role)s data; a model is not judged on what"
                " it was trained on."
            ),
            role=opposite,
        )
    link = DataLink.objects.create(
        version=version, data=data, attached_at=timezone.now(), attached_by=by
    )
    _journal_link("version.data_attached", link, role, by)
    return link


@journal.verb
def detach_data(*, link: DataLink, reason: str, by: User) -> DataLink:
    """Say that the version no longer rests on this data. An approval given on it becomes void."""
    version = _locked(link.version)
    role = rights.require(by=by, verb="version.attach_data", unit=version.model.unit)
    link = (
        DataLink.objects.select_for_update(of=("self",))
        .select_related("data__dataset", "data__file")
        .get(pk=link.pk)
    )
    if link.detached_at:
        raise Refused.because("data.detached", gettext_noop("This data is detached already."))
    link.version = version
    link.detached_at, link.detached_by = timezone.now(), by
    link.save(update_fields=["detached_at", "detached_by"])
    _journal_link("version.data_detached", link, role, by, reason)
    return link


def _locked(version: ModelVersion) -> ModelVersion:
    locked: ModelVersion = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit")
        .get(pk=version.pk)
    )
    return locked


def _journal_link(action: str, link: DataLink, role: str, by: User, reason: str = "") -> None:
    journal.record(
        action,
        by=by,
        subject=link.version,
        role=role,
        model=link.version.model,
        changes={"data": str(link.data), "role": link.data.role, "sha256": link.data.file.sha256},
        reason=reason,
    )
