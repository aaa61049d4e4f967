"""Find the versions of a model that are the same artefact under another label; reads only."""

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
    twinned = Prefetch(f"{prefix}model__versions", queryset=twins, to_attr="twinned")
    return rows.prefetch_related(twinned)


def twins_of(version: ModelVersion) -> list[ModelVersion]:
    """Return the other versions of the model that are the same artefact."""
    if version.artefact_id is None:
        return []
    found = getattr(version.model, "twinned", None)
    if found is None:
        found = version.model.versions.filter(artefact=version.artefact_id)
    return [one for one in found if rules.are_twins(version, one)]
