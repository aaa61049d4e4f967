"""The stages of a release, and whose signatures count."""

from __future__ import annotations

from registry.models import Decision, Entry, PolicyEdition
from registry.rules.roles import Role
from registry.services import (
    policies,
    stages,
    units,
)
from tests.cast import (
    Cast,
    a_release,
    an_exhibit,
)
from tests.registry.scoring import filled
from tests.registry.signing import THREE_STAGES, approve, fresh, in_three_stages
from tests.traces import denied, refused


def test_a_release_passes_its_stages_one_after_another(cast: Cast) -> None:
    release = in_three_stages(cast)
    told = []
    for signer in (cast.validator, cast.manager, cast.manager2, cast.owner):
        progress = stages.progress_of(fresh(release))
        told.append((progress.stage, [progress.signed_at(place) for place in range(3)]))
        assert fresh(release).state == ("in_review" if told[1:] else "submitted")
        approve(release, signer)
    assert told == [(0, [0, 0, 0]), (1, [1, 0, 0]), (1, [1, 1, 0]), (2, [1, 2, 0])]
    assert stages.progress_of(fresh(release)).stage is None
    assert fresh(release).state == "approved"
    assert Entry.objects.filter(action="release.approved").count() == 1
    assert list(release.decisions.order_by("pk").values_list("stage_name", flat=True)) == [
        "Validation",
        "Risk sign-off",
        "Risk sign-off",
        "Business acceptance",
    ]


def test_a_later_stage_waits_for_the_earlier_one(cast: Cast) -> None:
    release = in_three_stages(cast)
    with denied():
        approve(release, cast.manager)


def test_two_managers_are_two_people(cast: Cast) -> None:
    release = in_three_stages(cast)
    approve(release, cast.validator)
    approve(release, cast.manager)
    with refused("release.signed_already"):
        approve(release, cast.manager)
    assert fresh(release).state == "in_review"


def test_one_person_with_two_roles_signs_at_one_stage_only(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = in_three_stages(cast)
    approve(release, cast.validator)
    with refused("release.own_work.validated", "release.signed_already"):
        approve(release, cast.validator)


def test_evidence_added_in_review_makes_earlier_signatures_fall(cast: Cast) -> None:
    release = in_three_stages(cast)
    approve(release, cast.validator)
    approve(release, cast.manager)
    an_exhibit(cast, release.version, "performance")
    release = fresh(release)
    assert stages.progress_of(release).stage == 0
    with denied():
        approve(release, cast.manager2)
    approve(release, cast.validator)
    assert stages.progress_of(fresh(release)).stage == 1
    assert Decision.objects.filter(release=release).count() == 3


def test_a_new_policy_changes_nothing_for_a_release_under_way(cast: Cast) -> None:
    release = a_release(cast)
    in_three_stages_later = policies.in_force().definition
    tiers = {**in_three_stages_later["tiers"]}
    tiers["3"] = {**tiers["3"], "stages": THREE_STAGES}
    policies.load(definition={**in_three_stages_later, "tiers": tiers}, by=None)
    assert PolicyEdition.objects.count() == 2
    approve(release, cast.manager)
    assert fresh(release).state == "approved"


def test_a_new_tier_changes_nothing_for_a_release_under_way(cast: Cast) -> None:
    release = a_release(cast)
    filled(release.version.model, cast.manager2, exposure=4, purpose=3)
    assert len(stages.progress_of(fresh(release)).stages) == 1
