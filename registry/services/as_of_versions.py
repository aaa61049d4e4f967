"""Models and versions as they stood at a past instant: set back in memory, never to be saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone

from registry.models import (
    CardRevision,
    Entry,
    Hazard,
    ModelRevision,
    ModelVersion,
    RegisteredModel,
    RiskAssessment,
)
from registry.rules.as_of import not_yet, objections_to_instant
from registry.rules.refusals import Refused
from registry.services import case_files
from registry.services.case_files import instant


def refuse_the_future(at: datetime) -> None:
    """Raise Refused for an instant of which nothing is known yet."""
    objections = objections_to_instant(at, timezone.now())
    if objections:
        raise Refused(*objections)


def versions_at(versions: QuerySet[ModelVersion], at: datetime) -> list[ModelVersion]:
    """Return those registered by then, with all that ``case_files.subject`` reads as it was."""
    found = case_files.with_facts(versions.filter(registered_at__lte=at), at=at)
    rewound = list(found)
    rewind(rewound, at)
    return rewound


def version_at(version: ModelVersion, at: datetime) -> ModelVersion:
    """Return one version as it was. Raises NotYet for one that was registered later."""
    found = versions_at(ModelVersion.objects.filter(pk=version.pk), at)
    if not found:
        raise not_yet(str(version), instant(at))
    return found[0]


def models_at(models: QuerySet[RegisteredModel], at: datetime) -> list[RegisteredModel]:
    """Return those registered by then, each with what was said of it then."""
    found = list(models.filter(registered_at__lte=at).select_related("unit", "retired_by"))
    rewind_models(found, at)
    return found


def model_at(model: RegisteredModel, at: datetime) -> RegisteredModel:
    """Return one model as it was. Raises NotYet for one that was registered later."""
    found = models_at(RegisteredModel.objects.filter(pk=model.pk), at)
    if not found:
        raise not_yet(str(model), instant(at))
    return found[0]


def rewind(versions: Sequence[ModelVersion], at: datetime) -> None:
    """Set what these versions point at back to an instant, in a fixed number of queries.

    The model's revision, and the card and the assessment in effect. Whose list of data, plans and
    exhibits is read takes them from ``with_facts`` and ``for_gate``, given the same instant.
    """
    rewind_models([one.model for one in versions], at)
    slugs = {one.model.slug for one in versions}
    revisions = CardRevision.objects.all()
    hazards = Prefetch("hazards", queryset=Hazard.objects.order_by("place"))
    assessments = RiskAssessment.objects.select_related("matrix").prefetch_related(hazards)
    cards = _in_effect(revisions, "card", slugs, at)
    risks = _in_effect(assessments, "risk", slugs, at)
    for version in versions:
        version.card.effective = cards.get(version.card.pk)
        version.risk.effective = risks.get(version.risk.pk)


def rewind_models(models: Iterable[RegisteredModel], at: datetime) -> None:
    """Set models back to what was said of them at an instant; a later retirement is undone."""
    models = list(models)
    said = revisions_at([one.pk for one in models], at)
    for model in models:
        model.revision = said.get(model.pk)
        if model.retired_at is not None and model.retired_at > at:
            model.retired_at, model.retired_by, model.retirement_reason = None, None, ""


def revisions_at(models: Iterable[int], at: datetime) -> dict[int, ModelRevision]:
    """Return, by model, the revision that was in force at an instant."""
    found = (
        ModelRevision.objects.filter(model__in=list(models), revised_at__lte=at)
        .select_related("owner", "deputy", "revised_by", "confirmed_by")
        .order_by("model_id", "-number")
        .distinct("model_id")
    )
    return {one.model_id: one for one in found}


def residuals_at(models: Iterable[RegisteredModel], at: datetime) -> dict[int, dict[str, Any]]:
    """Return, by model, the residual risk of the newest version that was assessed by then."""
    models = list(models)
    known = ModelVersion.objects.filter(model__in=models, registered_at__lte=at)
    files = known.order_by("number").values_list("model_id", "risk__pk")
    found = RiskAssessment.objects.defer("definition")
    risks = _in_effect(found, "risk", {one.slug for one in models}, at)
    return {model: risks[file].residual for model, file in files if file in risks}


# What the journal calls the revisions that were put into effect, and what holds them.
IN_EFFECT = {"card": ("card.made_effective", "card_id"), "risk": ("risk.made_effective", "file_id")}


def _in_effect(
    revisions: QuerySet[Any], noun: str, slugs: Iterable[str], at: datetime
) -> dict[int, Any]:
    """Return, by card or risk file, the revision in effect at an instant.

    The rows point at the one of today; when which was put into effect is in the journal.
    """
    action, holder = IN_EFFECT[noun]
    put = Entry.objects.filter(action=action, model__in=sorted(slugs), at__lte=instant(at))
    last: dict[int, Model] = {}
    numbers = list(put.order_by("number").values_list("subject_id", flat=True))
    known = {one.pk: one for one in revisions.filter(pk__in=set(numbers))}
    for number in numbers:
        if number in known:
            last[getattr(known[number], holder)] = known[number]
    return last
