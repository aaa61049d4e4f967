"""Find the versions of a unit that are the same artefact under another name; reads only."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet

from registry.models import ModelVersion
from registry.rules import twins as rules

Rows = TypeVar("Rows", bound=QuerySet[Any])


def with_twins(rows: Rows, twins: QuerySet[ModelVersion], prefix: str = "") -> Rows:
    """Fetch what ``twins_of`` reads, in one query; ``twins`` are from ``twinned``.

    ``prefix`` is the path to the version ("version__") when the rows are something else.
    """
    twinned = Prefetch(
        f"{prefix}artefact__versions", queryset=twins.select_related("model"), to_attr="twinned"
    )
    return rows.select_related(f"{prefix}artefact").prefetch_related(twinned)


def twins_of(version: ModelVersion) -> list[ModelVersion]:
    """Return the other versions of the unit that are the same artefact."""
    if version.artefact is None:
        return []
    found = getattr(version.artefact, "twinned", None)
    if found is None:
        found = version.artefact.versions.select_related("model")
    return [one for one in found if rules.are_twins(version, one)]


def label_beside(version: ModelVersion, twin: ModelVersion) -> str:
    """Return what a twin is called beside the version: by its model too, where that is another."""
    return twin.label if twin.model_id == version.model_id else str(twin)
