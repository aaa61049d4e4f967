"""Relations and overrides by several people at one instant, each with a connection of their own."""

from __future__ import annotations

from collections.abc import Callable

from registry.models import ModelRelation, ModelRevision, RegisteredModel
from registry.rules.refusals import Refused
from registry.services import relations
from tests.cast import a_model, gather
from tests.registry.chains import is_whole
from tests.registry.scoring import confirmed, filled, proposed, tier_now
from tests.registry.test_at_once import at_once


def test_four_relations_at_once_close_no_circle(committed_db: str) -> None:
    """Each alone is allowed, and no two share a model's lock; all four together are a circle."""
    cast = gather()
    models = [a_model(cast, f"Model {number}") for number in range(4)]

    def feed(number: int) -> Callable[[], object]:
        return lambda: relations.relate(
            upstream=models[number],
            downstream=models[(number + 1) % 4],
            what="Its score.",
            by=cast.scientist,
        )

    answers = at_once(*(feed(number) for number in range(4)))
    refusals = [one for one in answers if isinstance(one, Refused)]
    assert [one.objections[0].code for one in refusals] == ["relation.cycle"]
    assert ModelRelation.objects.count() == 3
    assert is_whole()


def test_of_two_second_people_one_confirms(committed_db: str) -> None:
    cast = gather()
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    override = proposed(cast, model)
    answers = at_once(
        *(
            lambda by=by: confirmed(override, by)
            for by in (cast.manager, cast.manager2, cast.manager3)
        )
    )
    refusals = [one for one in answers if isinstance(one, Refused)]
    assert [one.objections[0].code for one in refusals] == ["override.not_open"] * 2
    assert tier_now(model) == 4
    assert ModelRevision.objects.filter(model=model, tier=4).count() == 1
    assert RegisteredModel.objects.get().tier_overrides.in_force().count() == 1


def test_of_three_who_read_an_empty_card_one_fills_it(committed_db: str) -> None:
    cast = gather()
    model = a_model(cast)
    people = (cast.scientist, cast.validator, cast.owner)
    answers = at_once(*(lambda by=by: filled(model, by, based_on=0) for by in people))
    assert sum(isinstance(one, Refused) for one in answers) == 2
    assert list(model.scorecards.values_list("number", flat=True)) == [1]
