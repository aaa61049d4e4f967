"""Assess the risk of a version on the matrix in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from registry.models import Hazard, ModelVersion, RiskAssessment, RiskFile, RiskMatrix, User
from registry.rules import casefile
from registry.rules import risk as rules
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights
from registry.services.cards import is_held


@journal.verb
def load_matrix(*, definition: Mapping[str, Any], by: User | None) -> RiskMatrix:
    """Load a matrix as a new edition, unless the last edition says the same."""
    text = casefile.canonical(dict(definition))
    last = RiskMatrix.objects.filter(name=definition["name"]).first()
    if last and last.digest == casefile.digest(text):
        return last
    matrix = RiskMatrix.objects.create(
        name=definition["name"],
        edition=(last.edition if last else 0) + 1,
        definition=dict(definition),
        digest=casefile.digest(text),
        loaded_at=timezone.now(),
    )
    journal.record(
        "matrix.loaded", by=by, subject=matrix, role="system", changes={"digest": matrix.digest}
    )
    return matrix


def matrix_in_force() -> RiskMatrix:
    """Return the newest edition of the matrix. Raises Refused where none was loaded."""
    matrix = RiskMatrix.objects.order_by("-pk").first()
    if matrix is None:
        raise Refused.because(
            "matrix.none", gettext_noop("No risk matrix is loaded; run manage.py load_policies.")
        )
    return matrix


@journal.verb
def assess(
    *, version: ModelVersion, hazards: Sequence[rules.HazardFacts], by: User
) -> RiskAssessment:
    """Assess the hazards as a new revision.

    In effect at once unless a release holds the version.
    """
    file = _locked(version)
    role = rights.require(by=by, verb="risk.assess", unit=file.version.model.unit)
    objections = rules.objections_to(hazards)
    if objections:
        raise Refused(*objections)
    matrix = matrix_in_force()
    inherent = rules.worst([(hazard.likelihood, hazard.impact) for hazard in hazards])
    residual = rules.worst(
        [(hazard.residual_likelihood, hazard.residual_impact) for hazard in hazards]
    )
    assessment = RiskAssessment.objects.create(
        file=file,
        number=file.assessments.count() + 1,
        matrix=matrix,
        definition=matrix.definition,
        inherent=rules.place(matrix.definition, *inherent),
        residual=rules.place(matrix.definition, *residual),
        assessed_at=timezone.now(),
        assessed_by=by,
    )
    Hazard.objects.bulk_create(
        Hazard(
            assessment=assessment,
            place=place,
            title=hazard.title.strip(),
            likelihood=hazard.likelihood,
            impact=hazard.impact,
            controls=hazard.controls.strip(),
            residual_likelihood=hazard.residual_likelihood,
            residual_impact=hazard.residual_impact,
        )
        for place, hazard in enumerate(hazards, start=1)
    )
    journal.record(
        "risk.assessed",
        by=by,
        subject=assessment,
        role=role,
        model=file.version.model,
        changes={
            "inherent": assessment.inherent,
            "residual": assessment.residual,
            "hazards": len(hazards),
        },
    )
    if not is_held(version):
        _put_into_effect(file, assessment, role, by)
    return assessment


@journal.verb
def make_effective(*, assessment: RiskAssessment, by: User) -> RiskAssessment:
    """Put a draft assessment into effect.

    An approval given on the earlier one becomes void by it.
    """
    file = _locked(assessment.file.version)
    role = rights.require(by=by, verb="risk.make_effective", unit=file.version.model.unit)
    if file.effective_id == assessment.pk:
        raise Refused.because(
            "risk.in_effect", gettext_noop("This assessment is in effect already.")
        )
    _put_into_effect(file, assessment, role, by)
    return assessment


def _put_into_effect(file: RiskFile, assessment: RiskAssessment, role: str, by: User) -> None:
    before = file.effective.number if file.effective else None
    file.effective = assessment
    file.save(update_fields=["effective"])
    journal.record(
        "risk.made_effective",
        by=by,
        subject=assessment,
        role=role,
        model=file.version.model,
        changes={"revision": [before, assessment.number]},
    )


def _locked(version: ModelVersion) -> RiskFile:
    return (
        RiskFile.objects.select_for_update(of=("self",))
        .select_related("version__model__unit", "effective")
        .get(version=version)
    )
