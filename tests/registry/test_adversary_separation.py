"""Attempts to sign for one's own work by a detour: another round, a returned draft, another hat."""

from __future__ import annotations

import pytest

from registry.models import Release, User
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import conditions, releases, units
from tests.cast import Cast, a_complete_version, a_release, an_exhibit
from tests.registry.flow import FOUR_STAGES, a_condition, act, days_ahead, policy_with


def also(cast: Cast, person: User, role: Role) -> User:
    """Give a person of the cast a second role in the unit."""
    units.grant(unit=cast.unit, user=person, role=role, by=cast.admin)
    return person


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.objections]


def test_who_validated_an_earlier_case_file_does_not_approve_the_later_one(cast: Cast) -> None:
    policy_with(stages=FOUR_STAGES)
    first = also(cast, cast.validator, Role.MODEL_RISK_MANAGER)
    second = also(cast, cast.ethics, Role.VALIDATOR)
    ethics = also(cast, cast.owner, Role.ETHICS_REVIEWER)
    release = a_release(cast)
    act(releases.approve, release, first)
    an_exhibit(cast, release.version)  # another case file: nobody has signed it
    act(releases.approve, release, second)
    act(releases.approve, release, ethics)
    with pytest.raises(Refused) as refused:
        act(releases.approve, release, first)
    assert codes(refused) == ["release.own_work.validated"]


def test_who_validated_for_one_environment_does_not_approve_for_another(cast: Cast) -> None:
    policy_with(stages=FOUR_STAGES[:1] + FOUR_STAGES[2:3])
    first = also(cast, cast.validator, Role.MODEL_RISK_MANAGER)
    second = also(cast, cast.ethics, Role.VALIDATOR)
    staging = a_release(cast, environment="staging")
    act(releases.approve, staging, first)
    release = a_release(cast, staging.version)
    act(releases.approve, release, second)
    with pytest.raises(Refused) as refused:
        act(releases.approve, release, first)
    assert codes(refused) == ["release.own_work.validated"]


def test_who_submitted_it_first_stays_its_submitter_when_another_submits_it_again(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    colleague = also(cast, cast.validator, Role.DATA_SCIENTIST)
    also(cast, colleague, Role.MODEL_RISK_MANAGER)
    release = releases.submit(version=version, environment="production", by=colleague)
    act(releases.return_to_author, release, cast.manager)
    releases.submit(version=version, environment="production", by=cast.scientist)
    with pytest.raises(Refused) as refused:
        act(releases.approve, release, colleague)
    assert codes(refused) == ["release.own_work.submitted"]


def test_who_worked_on_the_version_accepts_no_condition_of_its_approval(cast: Cast) -> None:
    also(cast, cast.scientist, Role.MODEL_RISK_MANAGER)
    release = a_release(cast)
    asked = [a_condition(cast, owner=cast.owner.username, due=days_ahead(10))]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    condition = release.conditions.get()
    conditions.offer(condition=condition, text="Trained.", evidence=None, by=cast.owner)
    with pytest.raises(Refused) as refused:
        conditions.accept(condition=condition, reason="Done.", by=cast.scientist)
    assert "condition.own_work" in codes(refused)
    assert Release.objects.get(pk=release.pk).state == "approved_with_conditions"
