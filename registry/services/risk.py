"""Assess the risk of a version on the matrix in force, and hold it against the appetite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation

from registry.models import (
    Evidence,
    Hazard,
    ModelVersion,
    RiskAssessment,
    RiskFile,
    RiskMatrix,
    User,
)
from registry.rules import assessments as rules
from registry.rules.casefile import Difference, differences
from registry.rules.matrices import appetite_of, place, worst
from registry.rules.refusals import Objection, Refused
from registry.rules.risk import MAINTAINERS_GONE, TEXTS, Control, HazardFacts
from registry.rules.wording import gettext_noop
from registry.services import journal, matrices, rights
from registry.services.cards import is_held
from registry.services.registered_models import maintainers_of


@journal.verb
def assess(
    *,
    version: ModelVersion,
    hazards: Sequence[HazardFacts],
    knowledge: str = "",
    knowledge_ground: str = "",
    by: User,
) -> RiskAssessment:
    """Assess the hazards as a new revision.

    In effect at once unless a release holds the version. ``knowledge`` says how strong the
    knowledge behind it is: weak, moderate, strong, or nothing.
    """
    file = _locked(version)
    role = rights.require(by=by, verb="risk.assess", unit=file.version.model.unit)
    matrix = matrices.in_force()
    objections = [
        *rules.objections_to(hazards, matrix.definition),
        *rules.objections_to_knowledge(knowledge),
        *_against_few_maintainers(file.version, hazards),
        *_against_foreign_evidence(file.version, hazards),
    ]
    if objections:
        raise Refused(*objections)
    assessment = _write(
        file, matrix, hazards, knowledge=knowledge, ground=knowledge_ground.strip(), by=by
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


def _against_few_maintainers(
    version: ModelVersion, hazards: Sequence[HazardFacts]
) -> list[Objection]:
    return rules.objections_to_few_maintainers(
        hazards, maintainers_of(version.model), _in_every_language(MAINTAINERS_GONE)
    )


def _in_every_language(text: str) -> set[str]:
    """Return a text as it may stand in an assessment: a form offers it in its reader's language."""
    said = {text}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said.add(translation.gettext(text))
    return said


def _against_foreign_evidence(
    version: ModelVersion, hazards: Sequence[HazardFacts]
) -> list[Objection]:
    named = {
        number
        for hazard in hazards
        for control in hazard.assessed_controls
        for number in control.evidence
    }
    own = set(Evidence.objects.filter(version=version).values_list("pk", flat=True))
    return [
        Objection(
            "risk.foreign_evidence",
            gettext_noop("This version has no exhibit %(exhibit)s; name one of its own."),
            {"exhibit": number},
        )
        for number in sorted(named - own)
    ]


def _write(
    file: RiskFile,
    matrix: RiskMatrix,
    hazards: Sequence[HazardFacts],
    *,
    knowledge: str,
    ground: str,
    by: User,
) -> RiskAssessment:
    drawn = matrix.definition
    assessment = RiskAssessment.objects.create(
        file=file,
        number=file.assessments.count() + 1,
        matrix=matrix,
        definition=drawn,
        inherent=place(drawn, *worst(drawn, [hazard.inherent for hazard in hazards])),
        residual=place(drawn, *worst(drawn, [hazard.residual for hazard in hazards])),
        knowledge=knowledge,
        knowledge_ground=ground,
        assessed_at=timezone.now(),
        assessed_by=by,
    )
    Hazard.objects.bulk_create(
        _row(assessment, number, hazard) for number, hazard in enumerate(hazards, start=1)
    )
    return assessment


def _row(assessment: RiskAssessment, number: int, hazard: HazardFacts) -> Hazard:
    return Hazard(
        assessment=assessment,
        place=number,
        title=hazard.title.strip(),
        likelihood=hazard.likelihood,
        impact=hazard.impact,
        controls=hazard.controls.strip(),
        residual_likelihood=hazard.residual_likelihood,
        residual_impact=hazard.residual_impact,
        assessed_controls=[_kept(control) for control in hazard.assessed_controls],
        **{name: getattr(hazard, name).strip() for name in TEXTS},
    )


def _kept(control: Control) -> dict[str, object]:
    evidence = tuple(sorted(set(control.evidence)))
    return replace(control, text=control.text.strip(), evidence=evidence).as_dict()


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
        .select_related("version__model__unit", "version__model__revision", "effective")
        .get(version=version)
    )


def appetite_objections(version: ModelVersion) -> list[Objection]:
    """Say whether the residual risk in effect is above what may be released at all."""
    assessment = _in_effect(version)
    if assessment is None or _standing(assessment) != "blocks":
        return []
    code = assessment.residual["level"]
    names = {one["code"]: one["name"] for one in assessment.definition["levels"]}
    return [
        Objection(
            "risk.above_appetite",
            gettext_noop(
                "The residual risk is %(level)s, which is above the risk appetite; lower it by"
                " controls that work and assess it again."
            ),
            {"level": said if isinstance(said := names.get(code, code), dict) else [said]},
            (code,),
        )
    ]


def needs_exception(version: ModelVersion) -> bool:
    """Say whether the residual risk in effect is approved by exception only, with conditions."""
    assessment = _in_effect(version)
    return assessment is not None and _standing(assessment) == "exception"


def lacking(version: ModelVersion) -> list[Objection]:
    """Say what the assessment in effect leaves unsaid; nothing where there is none."""
    assessment = _in_effect(version)
    if assessment is None:
        return []
    return rules.lacking([one.facts for one in assessment.hazards.all()], assessment.knowledge)


def changes_of(assessment: RiskAssessment, others: Iterable[RiskAssessment]) -> list[Difference]:
    """Return, field by field, what an assessment says otherwise than the one before it.

    ``others`` are the version's assessments; the first one of a version changes nothing.
    """
    before = next((one for one in others if one.number == assessment.number - 1), None)
    if before is None:
        return []
    found = differences(_comparable(before), _comparable(assessment))
    return [part for one in found for part in _parts(one)]


def _comparable(assessment: RiskAssessment) -> dict[str, Any]:
    """Return what people state in an assessment, without what follows from it by the matrix."""
    said = assessment.stated
    derived = {f"{prefix}{name}" for prefix in ("", "residual_") for name in ("score", "level")}
    return {
        "matrix": {name: said["matrix"][name] for name in ("name", "edition")},
        "hazards": [
            {name: value for name, value in hazard.items() if name not in derived}
            for hazard in said["hazards"]
        ],
        **{name: {"level": said[name]["level"]} for name in ("inherent", "residual")},
        "knowledge": said.get("knowledge", {}),
    }


def _parts(change: Difference) -> list[Difference]:
    """Take what came or went as a whole apart, field by field; blanks say nothing."""
    if isinstance(change.before or change.after, dict):
        inner = differences(change.before or {}, change.after or {}, change.fact)
    elif change.fact.endswith(".assessed_controls"):
        inner = differences(change.before or [], change.after or [], change.fact)
    else:
        return [change] if change.before or change.after else []
    return [part for one in inner for part in _parts(one)]


def _in_effect(version: ModelVersion) -> RiskAssessment | None:
    # As the database has it now: what the caller holds may be older.
    return (
        RiskAssessment.objects.filter(file__version=version, file__effective=F("pk"))
        .prefetch_related("hazards")
        .first()
    )


def _standing(assessment: RiskAssessment) -> str:
    current = matrices.in_force().definition
    return appetite_of(matrices.judging(assessment, current), assessment.residual["level"])
