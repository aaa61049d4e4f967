"""Editing the risk matrix: a look ahead, a new edition, and reviews of what it judges otherwise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from registry.models import Release, Review, RiskMatrix
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.risk import HazardFacts
from registry.services import case_files, matrices, risk
from tests.cast import Cast, a_model, a_version, an_approved_release, assessed_risk
from tests.traces import denied, journalled, nothing_written, refused

HARSHER = {**DEFAULT_MATRIX, "floor": {"impact": 3, "level": "high"}}


def edited(cast: Cast, definition: dict[str, Any] = HARSHER, **said: Any) -> RiskMatrix:
    by = said.pop("by", cast.admin)
    return matrices.edit(definition=definition, **{"reason": "Impact counts more.", **said}, by=by)


def test_an_administrator_puts_a_new_edition_into_force(cast: Cast) -> None:
    with journalled() as entries:
        matrix = edited(cast, based_on=1)
    assert (matrix.edition, matrix.definition, matrix.edited_by) == (2, HARSHER, cast.admin)
    assert matrices.in_force() == matrix
    (entry,) = entries
    assert (entry.action, entry.role, entry.reason) == (
        "matrix.edited",
        "administrator",
        "Impact counts more.",
    )
    changes = json.loads(entry.changes)
    assert (changes["edition"], changes["assessments_judged_otherwise"]) == ([1, 2], 0)


@pytest.mark.parametrize(
    ("changed", "said", "codes"),
    [
        ({}, {"reason": " "}, ["matrix.no_reason"]),
        ({}, {"based_on": 7}, ["matrix.edited_meanwhile"]),
        ({"floor": None}, {"reason": ""}, ["matrix.no_reason"]),
        ({"name": "ours"}, {}, ["matrix.other_name"]),
        ({"floor": 5, "name": ""}, {"reason": ""}, ["matrix.name", "matrix.no_reason"]),
    ],
)
def test_every_reason_against_an_edition_is_given_at_once(
    cast: Cast, changed: dict[str, Any], said: dict[str, Any], codes: list[str]
) -> None:
    with refused(*codes):
        edited(cast, {**HARSHER, **changed}, **said)


def test_an_edition_that_says_the_same_is_refused(cast: Cast) -> None:
    with refused("matrix.unchanged"):
        edited(cast, DEFAULT_MATRIX)


def test_nobody_else_edits_the_matrix(cast: Cast) -> None:
    for person in (cast.scientist, cast.validator, cast.manager, cast.auditor, cast.outsider):
        with denied():
            edited(cast, by=person)


def test_what_an_installation_starts_with_does_not_come_back_over_an_edition(cast: Cast) -> None:
    matrix = edited(cast)
    with nothing_written():
        assert matrices.load(definition=DEFAULT_MATRIX, by=None) == matrix


def test_an_unsound_definition_is_not_loaded(cast: Cast) -> None:
    with refused("matrix.levels"):
        matrices.load(definition={**DEFAULT_MATRIX, "levels": []}, by=None)


def test_the_look_ahead_tells_what_would_change_and_writes_nothing(cast: Cast) -> None:
    version = a_version(cast)
    assessed_risk(cast, version)
    with nothing_written():
        preview = matrices.preview(definition=HARSHER, user=cast.admin)
    (move,) = preview.moves
    assert move.version == version
    assert (move.inherent, move.residual) == (("medium", "high"), ("low", "high"))
    assert move.standing == ("within", "exception")
    assert preview.others == 0
    assert preview.grid[0] == ["low", "low", "high", "high", "high"]


def test_the_look_ahead_leaves_out_what_stays_as_it_is(cast: Cast) -> None:
    fire = HazardFacts("Fire", 4, 2, "Sprinklers", 2, 2)
    risk.assess(version=a_version(cast), hazards=[fire], by=cast.scientist)
    assert matrices.preview(definition=HARSHER, user=cast.admin).moves == []


def test_the_look_ahead_only_counts_what_the_person_may_not_see(cast: Cast) -> None:
    assessed_risk(cast, a_version(cast))
    preview = matrices.preview(definition=HARSHER, user=cast.outsider)
    assert (preview.moves, preview.others) == ([], 1)


def test_another_appetite_alone_is_a_change_as_well(cast: Cast) -> None:
    assessed_risk(cast, a_version(cast))
    strict = {**DEFAULT_MATRIX, "appetite": {"blocks": "low"}}
    (move,) = matrices.preview(definition=strict, user=cast.admin).moves
    assert (move.residual, move.standing) == (("low", "low"), ("within", "blocks"))


def test_an_unsound_definition_has_no_preview(cast: Cast) -> None:
    with refused("matrix.floor"):
        matrices.preview(definition={**HARSHER, "floor": "high"}, user=cast.admin)


def test_a_new_edition_changes_no_assessment_and_opens_one_review_a_model(cast: Cast) -> None:
    release = an_approved_release(cast)
    later = a_version(cast, release.version.model, "2.0")
    assessed_risk(cast, later)
    before = list(release.version.risk.assessments.values())
    a_version(cast, a_model(cast, "Not assessed"))
    edited(cast)
    assert list(release.version.risk.assessments.values()) == before
    review = Review.objects.get(cause="matrix_changed")
    assert (review.model, review.version) == (release.version.model, later)
    assert review.details["residual"] == ["low", "high"]
    assert review.details["appetite"] == ["within", "exception"]


def test_a_new_edition_changes_nothing_that_was_frozen(cast: Cast) -> None:
    plain = {name: part for name, part in DEFAULT_MATRIX.items() if name != "appetite"}
    matrices.load(definition=plain, by=None)
    release = an_approved_release(cast)
    edited(cast)
    release = case_files.with_facts(Release.objects.all(), "version__").get(pk=release.pk)
    assert case_files.changes_since_frozen(release) == []


def test_the_next_assessment_is_made_on_the_new_edition(cast: Cast) -> None:
    version = a_version(cast)
    matrix = edited(cast)
    assessment = assessed_risk(cast, version)
    assert (assessment.matrix, assessment.residual["level"]) == (matrix, "high")
    assert assessment.definition == HARSHER


def test_without_a_matrix_nothing_is_in_force(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = RiskMatrix.objects.none()
    monkeypatch.setattr(matrices.RiskMatrix.objects, "order_by", lambda *names: nothing)
    with refused("matrix.none"):
        matrices.in_force()


def test_an_account_that_was_closed_edits_nothing(cast: Cast) -> None:
    cast.admin.is_active = False
    with pytest.raises(PermissionDenied):
        edited(cast)
