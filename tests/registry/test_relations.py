"""What feeds what, who may say it, and the reviews that a change upstream opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.models import ModelRelation, RegisteredModel, Release, Review, User
from registry.rules.roles import Role
from registry.services import (
    announcements,
    cards,
    deployments,
    registered_models,
    relations,
    releases,
    settling,
    units,
)
from tests.cast import (
    Cast,
    a_card,
    a_model,
    a_release,
    a_statement,
    a_version,
    an_approved_release,
)
from tests.registry.flow import PROOF, a_condition, act
from tests.registry.live import a_deployment, ago, an_approval
from tests.registry.signing import revoke
from tests.traces import journalled, only_the_entitled_may, refused, time_passes


def fed(upstream: RegisteredModel, downstream: RegisteredModel, by: User) -> ModelRelation:
    return relations.relate(
        upstream=upstream, downstream=downstream, what="Its score is the column pd.", by=by
    )


@pytest.fixture
def chain(cast: Cast) -> list[RegisteredModel]:
    """Three models, each of which feeds the next."""
    models = [a_model(cast, name) for name in ("Scores", "Limits", "Prices")]
    fed(models[0], models[1], cast.scientist)
    fed(models[1], models[2], cast.scientist)
    return models


def test_a_relation_is_told_in_both_journals(cast: Cast) -> None:
    upstream, downstream = a_model(cast, "Scores"), a_model(cast, "Limits")
    with journalled() as entries:
        relation = fed(upstream, downstream, cast.scientist)
    assert relation.until is None
    assert [(entry.action, entry.model) for entry in entries] == [
        ("relation.made", "scores"),
        ("relation.made", "limits"),
    ]


def test_both_units_read_it(cast: Cast) -> None:
    units.grant(
        unit=cast.other_unit,
        user=cast.scientist,
        role=Role.DATA_SCIENTIST,
        by=User.objects.get(username="other_admin"),
    )
    other = registered_models.register(
        unit=cast.other_unit,
        name="Rates",
        task="regression",
        statement=a_statement(cast, owner=cast.outsider, deputy=None, maintainers=(cast.outsider,)),
        by=cast.outsider,
    )
    with journalled() as entries:
        fed(other, a_model(cast), cast.scientist)
    assert [entry.unit for entry in entries[-2:]] == ["treasury", "retail-credit"]
    # Whoever sees but one of the two units is not told of the other model.
    assert not ModelRelation.objects.visible_to(cast.outsider).exists()
    assert ModelRelation.objects.visible_to(cast.scientist).exists()


def test_only_those_entitled_in_the_fed_models_unit_relate(cast: Cast) -> None:
    upstream, downstream = a_model(cast, "Scores"), a_model(cast, "Limits")
    only_the_entitled_may(cast, "model.relate", lambda by: fed(upstream, downstream, by))


def test_no_circle_and_none_with_itself(cast: Cast, chain: list[RegisteredModel]) -> None:
    first, second, third = chain
    with refused("relation.itself"):
        fed(first, first, cast.scientist)
    with refused("relation.exists"):
        fed(first, second, cast.scientist)
    with refused("relation.cycle") as caught:
        fed(third, first, cast.scientist)
    assert "Scores → Limits → Prices → Scores" in str(caught.value)


def test_ended_it_may_be_made_again_and_the_other_way(
    cast: Cast, chain: list[RegisteredModel]
) -> None:
    first, second, _third = chain
    relation = ModelRelation.objects.get(upstream=first)
    with refused("relation.no_reason"):
        relations.end(relation=relation, reason=" ", by=cast.scientist)
    relations.end(relation=relation, reason="It computes its own score now.", by=cast.manager)
    with refused("relation.ended"):
        relations.end(relation=relation, reason="Again.", by=cast.scientist)
    fed(second, first, cast.scientist)
    assert ModelRelation.objects.count() == 3


def test_nobody_else_ends_a_relation(cast: Cast, chain: list[RegisteredModel]) -> None:
    relation = ModelRelation.objects.get(upstream=chain[0])
    only_the_entitled_may(
        cast, "model.relate", lambda by: relations.end(relation=relation, reason="Over.", by=by)
    )


def test_a_new_version_opens_a_review_of_everything_downstream(
    cast: Cast, chain: list[RegisteredModel]
) -> None:
    first, second, third = chain
    a_version(cast, first, "2.0")
    found = {
        review.model_id: review.details
        for review in Review.objects.filter(cause="upstream_changed")
    }
    assert set(found) == {second.pk, third.pk}
    assert found[third.pk] == {
        "change": "new_version",
        "version_label": "2.0",
        "upstream": "scores",
        "path": ["scores", "limits", "prices"],
    }


def test_a_repeated_change_piles_up_no_reviews(cast: Cast, chain: list[RegisteredModel]) -> None:
    a_version(cast, chain[0], "2.0")
    a_version(cast, chain[0], "2.1")
    assert Review.objects.filter(cause="upstream_changed").count() == 2


def test_what_is_retired_or_ended_is_not_asked(cast: Cast, chain: list[RegisteredModel]) -> None:
    first, second, third = chain
    registered_models.retire(model=third, reason="Prices come from outside.", by=cast.manager)
    a_version(cast, first)
    assert [one.model for one in Review.objects.filter(cause="upstream_changed")] == [second]
    with refused("relation.retired"):
        fed(first, RegisteredModel.objects.get(pk=third.pk), cast.scientist)


def changes_told_to(model: RegisteredModel) -> list[str]:
    """Return what of its upstream a model was told of, in its order."""
    return [
        details["change"]
        for review in Review.objects.filter(model=model, cause="upstream_changed")
        for details in [review.details, *review.events.values_list("details", flat=True)]
    ]


def test_all_that_happens_to_what_is_live_is_told_downstream(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    version, downstream = release.version, a_model(cast, "Limits")
    fed(version.model, downstream, cast.scientist)
    first = a_deployment(cast, version)
    second = a_deployment(cast, version, cluster="us-1")
    deployments.end(deployment=first, reason="One cluster is enough.", by=cast.deployer)
    told = ["went_live"]
    assert changes_told_to(downstream) == told
    deployments.end(deployment=second, reason="Not needed at night.", by=cast.deployer)
    told.append("taken_down")
    assert changes_told_to(downstream) == told
    revoke(release, cast.manager2)
    third = a_deployment(cast, version)
    deployments.end(deployment=third, reason="Nobody approved it.", by=cast.deployer)
    registered_models.retire(model=version.model, reason="It drifts.", by=cast.manager)
    told += ["revoked", "runs_unreleased", "taken_down", "retired"]
    assert changes_told_to(downstream) == told


def test_what_ran_in_the_past_is_no_change_now(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version)
    fed(release.version.model, downstream := a_model(cast, "Limits"), cast.scientist)
    a_deployment(cast, release.version, label="0.9", live_from=ago(days=400))
    assert changes_told_to(downstream) == []


# How an approval stops holding, and what the models downstream are told.
def voided(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> str:
    draft = a_card(cast, release.version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)
    return "void"


def expired(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> str:
    time_passes(patch, days=1000)
    return "expired"


def retired(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> str:
    releases.retire(release=release, reason="Replaced.", proof=PROOF, by=cast.manager)
    return "release_retired"


@pytest.mark.parametrize("ends", [voided, expired, retired])
def test_an_approval_that_ends_is_told_downstream_once(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    ends: Callable[[Cast, Release, pytest.MonkeyPatch], str],
) -> None:
    release = an_approved_release(cast)
    fed(release.version.model, downstream := a_model(cast, "Limits"), cast.scientist)
    told = ends(cast, release, monkeypatch)
    for _ in range(2):
        settling.settle_due()
        announcements.of_what_followed()
        assert changes_told_to(downstream) == [told]
    review = Review.objects.get(model=downstream)
    assert review.details["release"] == release.pk


def test_a_missed_condition_is_told_downstream(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    release = a_release(cast)
    fed(release.version.model, downstream := a_model(cast, "Limits"), cast.scientist)
    act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])
    time_passes(monkeypatch, days=32)
    settling.settle_due()
    announcements.of_what_followed()
    assert changes_told_to(downstream) == ["condition_breached"]
