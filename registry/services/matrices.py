"""Editions of the risk matrix: the one in force, a look ahead at another, and editing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from registry.models import ModelVersion, RiskAssessment, RiskFile, RiskMatrix, Unit, User
from registry.rules import casefile
from registry.rules import matrices as rules
from registry.rules.matrix_shapes import objections_to
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, reviews, rights


@journal.verb
def load(*, definition: Mapping[str, Any], by: User | None) -> RiskMatrix:
    """Load a matrix as a new edition, unless the last edition says the same.

    Nor over an edition that somebody edited: what an installation starts with does not come back
    with its next start.
    """
    objections = objections_to(definition)
    if objections:
        raise Refused(*objections)
    digest = _digest(definition)
    last = RiskMatrix.objects.filter(name=definition["name"]).first()
    if last and (last.digest == digest or last.edited_by_id):
        return last
    matrix = _write(definition, last, by=None, reason="")
    journal.record(
        "matrix.loaded", by=by, subject=matrix, role="system", changes={"digest": digest}
    )
    return matrix


def in_force() -> RiskMatrix:
    """Return the newest edition of the matrix. Raises Refused where none was loaded."""
    matrix = RiskMatrix.objects.order_by("-pk").first()
    if matrix is None:
        raise Refused.because(
            "matrix.none", gettext_noop("No risk matrix is loaded; run manage.py load_policies.")
        )
    return matrix


def in_force_at(instant: datetime) -> RiskMatrix | None:
    """Return the edition that was in force at an instant; None where none was loaded yet."""
    return RiskMatrix.objects.filter(loaded_at__lte=instant).order_by("-pk").first()


@dataclass(frozen=True)
class Move:
    """An assessment in effect that another matrix would judge otherwise.

    Each pair is before and after: the levels of the overall inherent and residual risk, and how
    the appetite takes the residual one.
    """

    version: ModelVersion
    inherent: tuple[str, str]
    residual: tuple[str, str]
    standing: tuple[str, str]


def moves(definition: Mapping[str, Any]) -> list[Move]:
    """Return every assessment in effect that a sound definition would judge otherwise."""
    current = in_force().definition
    files = (
        RiskFile.objects.filter(effective__isnull=False)
        .select_related("effective", "version__model__unit")
        .prefetch_related("effective__hazards")
        .order_by("version__model__name", "version__model", "version__number")
    )
    found = [_move(file, file.effective, definition, current) for file in files if file.effective]
    return [
        move
        for move in found
        if any(before != after for before, after in (move.inherent, move.residual, move.standing))
    ]


@dataclass(frozen=True)
class Preview:
    """What a definition would change: every cell's level, and the assessments in effect.

    ``moves`` are those that the person may see, ``others`` the number of those they may not.
    ``grid`` holds five rows, likelihood 1 to 5, of the levels by impact 1 to 5.
    """

    grid: list[list[str]]
    moves: list[Move]
    others: int


def preview(*, definition: Mapping[str, Any], user: User) -> Preview:
    """Look ahead at a definition before it is saved. Raises Refused for one that is not sound."""
    objections = objections_to(definition)
    if objections:
        raise Refused(*objections)
    found = moves(definition)
    units = set(Unit.objects.visible_to(user).values_list("pk", flat=True))
    seen = [move for move in found if move.version.model.unit_id in units]
    return Preview(
        grid=[
            [rules.level(definition, likelihood, impact) for impact in rules.STEPS]
            for likelihood in rules.STEPS
        ],
        moves=seen,
        others=len(found) - len(seen),
    )


def _move(
    file: RiskFile,
    assessment: RiskAssessment,
    definition: Mapping[str, Any],
    current: Mapping[str, Any],
) -> Move:
    hazards = [hazard.facts for hazard in assessment.hazards.all()]
    before = assessment.inherent["level"], assessment.residual["level"]
    after = (
        rules.level(definition, *rules.worst(definition, [one.inherent for one in hazards])),
        rules.level(definition, *rules.worst(definition, [one.residual for one in hazards])),
    )
    return Move(
        version=file.version,
        inherent=(before[0], after[0]),
        residual=(before[1], after[1]),
        standing=(
            rules.appetite_of(judging(assessment, current), before[1]),
            rules.appetite_of(definition, after[1]),
        ),
    )


def judging(assessment: RiskAssessment, current: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the definition whose appetite holds for an assessment.

    Its own, frozen into it; the current one for those made before a matrix had an appetite.
    """
    frozen: Mapping[str, Any] = assessment.definition
    return frozen if "appetite" in frozen else current


@journal.verb
def edit(
    *, definition: Mapping[str, Any], reason: str, based_on: int | None = None, by: User
) -> RiskMatrix:
    """Put another definition into force as a new edition, for the assessments from now on.

    ``based_on`` is the number of the edition the writer saw; writing over a newer one is refused.
    Models that it judges otherwise get a review; their assessments stay what they were.
    """
    # One edition after the other: everybody who edits waits at the first one.
    list(RiskMatrix.objects.select_for_update(of=("self",)).filter(edition=1))
    role = rights.require_anywhere(by=by, verb="matrix.edit")
    last = in_force()
    objections = objections_to(definition) or _against_replacing(definition, last)
    objections += _against_editing(reason, based_on, last)
    if objections:
        raise Refused(*objections)
    moved = moves(definition)
    matrix = _write(definition, last, by=by, reason=reason.strip())
    journal.record(
        "matrix.edited",
        by=by,
        subject=matrix,
        role=role,
        changes={
            "edition": [last.edition, matrix.edition],
            "digest": [last.digest, matrix.digest],
            "assessments_judged_otherwise": len(moved),
        },
        reason=matrix.reason,
    )
    _open_reviews(moved, matrix, by)
    return matrix


def _against_replacing(definition: Mapping[str, Any], last: RiskMatrix) -> list[Objection]:
    if definition["name"] != last.name:
        return [
            Objection(
                "matrix.other_name",
                gettext_noop("A new edition keeps the name %(name)s."),
                {"name": last.name},
            )
        ]
    if _digest(definition) == last.digest:
        return [
            Objection(
                "matrix.unchanged",
                gettext_noop("The matrix says this already; change something, or leave it."),
            )
        ]
    return []


def _against_editing(reason: str, based_on: int | None, last: RiskMatrix) -> list[Objection]:
    objections = []
    if based_on is not None and based_on != last.edition:
        objections.append(
            Objection(
                "matrix.edited_meanwhile",
                gettext_noop(
                    "Somebody put edition %(edition)s into force while you were writing. Reload the"
                    " page and put your changes in again."
                ),
                {"edition": last.edition},
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "matrix.no_reason", gettext_noop("Give the reason; it stands beside the edition.")
            )
        )
    return objections


def _write(
    definition: Mapping[str, Any], last: RiskMatrix | None, *, by: User | None, reason: str
) -> RiskMatrix:
    return RiskMatrix.objects.create(
        name=definition["name"],
        edition=(last.edition if last else 0) + 1,
        definition=dict(definition),
        digest=_digest(definition),
        loaded_at=timezone.now(),
        edited_by=by,
        reason=reason,
    )


def _open_reviews(moved: list[Move], matrix: RiskMatrix, by: User) -> None:
    """Have each model looked at once, by its newest version that is judged otherwise."""
    newest = {move.version.model_id: move for move in moved}
    for _model, move in sorted(newest.items()):
        reviews.open_for(
            model=move.version.model,
            version=move.version,
            cause="matrix_changed",
            details={
                "matrix": str(matrix),
                "inherent": list(move.inherent),
                "residual": list(move.residual),
                "appetite": list(move.standing),
            },
            by=by,
        )


def _digest(definition: Mapping[str, Any]) -> str:
    return casefile.digest(casefile.canonical(dict(definition)))
