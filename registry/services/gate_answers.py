"""Answer whether a version may run: one read of what was settled, compared with now; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from registry.models import GateRow, ModelVersion, Unit, User
from registry.rules import gate_answers as rules
from registry.rules.gate_answers import Answer, Settled
from registry.rules.refusals import Objection

COLUMNS = (
    "state",
    "reasons",
    "valid_until",
    "condition_due",
    "artefact_sha256",
    "settled_at",
    "release_id",
    "case_file_digest",
)


def ask(
    *, model: str, version: str, environment: str, digest: str | None = None, by: User | None
) -> Answer | None:
    """Answer for a version by its model's short name and its label; in one query.

    None where there is no such version, or the person may not ask about it: nobody learns which.
    With nobody asking (``by`` is None, the operator's shell) every version can be asked about.
    """
    versions = ModelVersion.objects.filter(model__slug=model, label=version)
    if by is not None:
        versions = versions.filter(model__unit__in=Unit.objects.where(by, "gate.ask"))
    gate = FilteredRelation("gates", condition=Q(gates__environment=environment))
    found = (
        versions.annotate(gate=gate)
        .annotate(**{f"its_{name}": F(f"gate__{name}") for name in COLUMNS})
        .values(*(f"its_{name}" for name in COLUMNS))
        .order_by()[:1]
    )
    for row in found:
        settled = _settled({name: row[f"its_{name}"] for name in COLUMNS})
        return rules.answer(settled, digest=digest, now=timezone.now())
    return None


def of_versions(versions: Iterable[int | None]) -> dict[tuple[int | None, str], Answer]:
    """Answer for all these versions in every environment, by version and environment; one query."""
    now = timezone.now()
    rows = GateRow.objects.filter(version__in=list(versions)).values(
        "version_id", "environment", *COLUMNS
    )
    return {
        (row["version_id"], row["environment"]): rules.answer(_settled(row), digest=None, now=now)
        for row in rows
    }


def _settled(row: Mapping[str, Any]) -> Settled | None:
    if row["state"] is None:
        return None
    return Settled(
        state=row["state"],
        reasons=[Objection(**one) for one in row["reasons"]],
        valid_until=row["valid_until"],
        condition_due=row["condition_due"],
        artefact_sha256=row["artefact_sha256"],
        settled_at=row["settled_at"],
        release=row["release_id"],
        case_file=row["case_file_digest"],
    )
