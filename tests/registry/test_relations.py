"""What feeds what, who may say it, and the reviews that a change upstream opens."""

from __future__ import annotations

import pytest

from registry.models import ModelRelation, RegisteredModel, Review, User
from registry.rules.roles import Role
from registry.services import registered_models, relations, units
from tests.cast import Cast, a_model, a_statement, a_version
from tests.traces import journalled, only_the_entitled_may, refused


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
