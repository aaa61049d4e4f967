"""Open the reviews that follow from what is registered and filed; inside the verb that does it."""

from __future__ import annotations

from registry.models import DataLink, DatasetVersion, Evidence, ModelVersion, Release, User
from registry.rules import schemas
from registry.services import reviews

# What a version was made from and is compared with: new data has to have the same columns.
MADE_FROM = ("train", "reference")
# What a failing exhibit of a version in use is a breach of, by its kind.
BREACHES = {"fairness": "fairness_breach", "drift": "drift_breach"}


def version_registered(version: ModelVersion, by: User) -> None:
    """Open a review of a model in use that has a new version, and one where it comes from."""
    standing = Release.objects.standing().filter(version__model=version.model_id)
    sources = set(standing.values_list("version__source", flat=True))
    if not standing.exists():
        return
    details = {"label": version.label}
    reviews.open_for(
        model=version.model, version=version, cause="new_version", details=details, by=by
    )
    if version.source not in sources:
        reviews.open_for(
            model=version.model,
            version=version,
            cause="source_changed",
            details={**details, "source": [" / ".join(sorted(sources)), version.source]},
            by=by,
        )


def data_registered(data: DatasetVersion, by: User) -> None:
    """Open a review of each version in use that rests on earlier data with other columns."""
    links = (
        DataLink.objects.attached()
        .filter(
            data__dataset=data.dataset_id,
            data__role__in=MADE_FROM,
            version__releases__in=Release.objects.standing(),
        )
        .exclude(data=data)
        .select_related("data", "version__model")
        .distinct()
    )
    told: set[int] = set()
    for link in links.order_by("version__model", "version", "-data__number"):
        changed = schemas.differences(link.data.columns, data.columns)
        if not changed or link.version_id in told:
            continue
        told.add(link.version_id)
        reviews.open_for(
            model=link.version.model,
            version=link.version,
            cause="schema_change",
            details={
                "dataset": data.dataset.slug,
                "data": [str(link.data), str(data)],
                **changed,
            },
            by=by,
        )


def exhibit_filed(exhibit: Evidence, by: User) -> None:
    """Open a review where a measurement of fairness or drift fails on what was approved before."""
    version, cause = exhibit.version, BREACHES.get(exhibit.kind)
    if cause is None or exhibit.verdict != "fail":
        return
    if version.releases.standing().exists():
        reviews.open_for(
            model=version.model,
            version=version,
            cause=cause,
            details={"exhibit": exhibit.pk, "title": exhibit.title, "summary": exhibit.summary},
            by=by,
        )
