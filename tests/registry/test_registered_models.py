"""Registering models, and revising what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import RegisteredModel
from registry.services import registered_models, scorecards
from tests.cast import Cast, a_model, a_release, a_statement, a_version
from tests.traces import journalled, named, only_the_entitled_may, refused, told_in


def registered(cast: Cast, by: Any = None, **changed: Any) -> RegisteredModel:
    given: dict[str, Any] = {
        "unit": cast.unit,
        "name": "Mortgage approval",
        "task": "binary",
        "statement": a_statement(cast),
        "by": by or cast.scientist,
    }
    return registered_models.register(**given | changed)


def test_a_model_is_registered_with_its_first_revision(cast: Cast) -> None:
    with journalled() as entries:
        model = registered(cast, name=" Mortgage approval ")
    assert (model.name, model.slug, model.registered_by) == (
        "Mortgage approval",
        "mortgage-approval",
        cast.scientist,
    )
    assert model.revision is not None
    assert (model.revision.number, model.revision.tier) == (1, 3)
    assert set(model.revision.maintainers.all()) == {cast.scientist, cast.manager2}
    assert [(entry.action, entry.role, entry.model_number) for entry in entries] == [
        ("model.registered", "data_scientist", 1),
        ("model.revised", "data_scientist", 2),
    ]
    assert told_in(entries[1])["owner"] == [None, named(cast.owner)]


def test_nobody_else_registers_a_model(cast: Cast) -> None:
    only_the_entitled_may(cast, "model.register", lambda by: registered(cast, by=by))


@pytest.mark.parametrize("name", ["Mortgage approval", "mortgage  APPROVAL!"])
def test_a_name_is_given_once(cast: Cast, name: str) -> None:
    a_model(cast)
    with refused("model.exists"):
        registered(cast, name=name)


@pytest.mark.parametrize("name", ["", "  ", "!?"])
def test_a_model_needs_a_name(cast: Cast, name: str) -> None:
    with refused("model.name"):
        registered(cast, name=name)


def test_a_task_nobody_knows_is_refused(cast: Cast) -> None:
    with refused("model.task"):
        registered(cast, task="clustering")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"purpose": " "}, "model.purpose"),
        ({"intended_use": ""}, "model.purpose"),
        ({"tier": 0}, "model.tier"),
        ({"tier": 5}, "model.tier"),
    ],
)
def test_an_empty_statement_is_refused(cast: Cast, changed: dict[str, Any], code: str) -> None:
    with refused(code):
        registered(cast, statement=a_statement(cast, **changed))


def test_the_deputy_is_another_person(cast: Cast) -> None:
    with refused("model.deputy"):
        registered(cast, statement=a_statement(cast, deputy=cast.owner))


@pytest.mark.parametrize("part", ["owner", "deputy"])
def test_only_people_of_the_unit_are_named(cast: Cast, part: str) -> None:
    with refused("model.outsider"):
        registered(cast, statement=a_statement(cast, **{part: cast.outsider}))


def test_every_reason_is_given_at_once(cast: Cast) -> None:
    statement = a_statement(cast, purpose="", tier=7, maintainers=(cast.outsider,))
    with refused("model.purpose", "model.tier", "model.outsider", "model.name", "model.task"):
        registered(cast, name="", task="x", statement=statement)


def test_a_revision_follows_and_the_earlier_one_stays(cast: Cast) -> None:
    model = a_model(cast)
    with journalled() as entries:
        registered_models.revise(
            model=model,
            statement=a_statement(cast, tier=2, deputy=None),
            reason=" Used for larger loans now. ",
            by=cast.manager,
        )
    model.refresh_from_db()
    assert [revision.tier for revision in model.revisions.order_by("number")] == [3, 2]
    assert model.revision is not None
    assert model.revision.number == 2
    (entry,) = entries
    assert (entry.action, entry.role, entry.reason) == (
        "model.revised",
        "model_risk_manager",
        "Used for larger loans now.",
    )
    assert told_in(entry) == {"tier": [3, 2], "deputy": [named(cast.manager2), None]}


def test_a_revision_needs_a_reason(cast: Cast) -> None:
    model = a_model(cast)
    with refused("model.no_reason"):
        registered_models.revise(
            model=model, statement=a_statement(cast), reason=" ", by=cast.scientist
        )


def test_nobody_else_revises_a_model(cast: Cast) -> None:
    model = a_model(cast)
    only_the_entitled_may(
        cast,
        "model.revise",
        lambda by: registered_models.revise(
            model=model, statement=a_statement(cast), reason="Why not.", by=by
        ),
    )


def test_a_stranger_sees_no_model(cast: Cast) -> None:
    model = a_model(cast)
    assert RegisteredModel.objects.visible_to(cast.auditor).contains(model)
    assert not RegisteredModel.objects.visible_to(cast.outsider).exists()


def test_what_is_said_for_the_business_is_kept_and_journalled(cast: Cast) -> None:
    model = a_model(cast)
    with journalled() as entries:
        registered_models.revise(
            model=model,
            statement=a_statement(
                cast,
                business_goal=" Faster answers. ",
                goal_kpi="Two days to an answer",
                use_case="credit",
                maintainer_deputies=(cast.validator,),
            ),
            reason="Agreed with the business.",
            by=cast.scientist,
        )
    assert told_in(entries[0]) == {
        "business_goal": ["", "Faster answers."],
        "goal_kpi": ["", "Two days to an answer"],
        "use_case": ["", "credit"],
        "maintainer_deputies": [[], [named(cast.validator)]],
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"use_case": "war"}, "model.use_case"),
        ({"ai_act_class": "harmless", "ai_act_ground": "x"}, "ai_act.class"),
        ({"ai_act_class": "minimal"}, "ai_act.no_ground"),
        ({"operator_role": "user"}, "ai_act.role"),
    ],
)
def test_what_nobody_knows_is_not_said(cast: Cast, changed: dict[str, Any], code: str) -> None:
    with refused(code):
        registered(cast, statement=a_statement(cast, **changed))


def test_a_maintainers_deputy_is_of_the_unit_too(cast: Cast) -> None:
    with refused("model.outsider"):
        registered(cast, statement=a_statement(cast, maintainer_deputies=(cast.outsider,)))


@pytest.mark.parametrize(
    ("maintainers", "deputies", "people"),
    [
        ((), (), 0),
        (("scientist",), (), 1),
        (("scientist",), ("scientist",), 1),
        (("scientist",), ("validator",), 2),
    ],
)
def test_each_person_who_can_maintain_it_counts_once(
    cast: Cast, maintainers: tuple[str, ...], deputies: tuple[str, ...], people: int
) -> None:
    model = a_model(
        cast,
        maintainers=[getattr(cast, name) for name in maintainers],
        maintainer_deputies=[getattr(cast, name) for name in deputies],
    )
    assert registered_models.maintainers_of(model) == people


def test_a_retired_model_takes_nothing_new(cast: Cast) -> None:
    model = a_model(cast)
    with journalled() as entries:
        registered_models.retire(model=model, reason=" Replaced by another. ", by=cast.manager)
    (entry,) = entries
    assert (entry.action, entry.reason) == ("model.retired", "Replaced by another.")
    with refused("model.retired"):
        a_version(cast, model)
    model.refresh_from_db()
    assert [one.code for one in scorecards.objections_to_submitting(model)] == ["model.retired"]
    with refused("model.retired", "model.no_reason"):
        registered_models.retire(model=model, reason=" ", by=cast.manager)


def test_what_is_released_is_not_retired(cast: Cast) -> None:
    release = a_release(cast)
    model = release.version.model
    with refused("model.released") as caught:
        registered_models.retire(model=model, reason="Replaced.", by=cast.manager)
    assert "Mortgage approval 1.0 to production" in str(caught.value)


def test_nobody_else_retires_a_model(cast: Cast) -> None:
    model = a_model(cast)
    only_the_entitled_may(
        cast,
        "model.retire",
        lambda by: registered_models.retire(model=model, reason="Replaced.", by=by),
    )
