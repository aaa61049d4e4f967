"""Who did part of the work on a version does not decide on it, whatever their role."""

from __future__ import annotations

import pytest

from registry.models import ModelVersion
from registry.rules.releases import HANDS
from registry.rules.risk import HazardFacts
from registry.rules.roles import Role
from registry.services import cards, registered_models, releases, risk, stages, units, versions
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_release,
    a_statement,
    an_exhibit,
)
from tests.registry.scoring import filled
from tests.registry.signing import approve, reject
from tests.traces import refused, time_passes


def test_nobody_approves_their_own_submission(cast: Cast) -> None:
    """Also not who holds the right role, calling the service itself."""
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    with refused(
        "release.own_work.submitted",
        "release.own_work.registered",
        "release.own_work.purpose",
        "release.own_work.card",
        "release.own_work.data",
        "release.own_work.run",
        "release.own_work.tier",
        "release.own_work.risk",
    ):
        approve(release, cast.scientist)


def test_nobody_rejects_their_own_submission_either(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    release = a_release(cast)
    theirs = [part for part in HANDS if part not in ("evidence", "plan")]
    with refused(*(f"release.own_work.{part}" for part in theirs)):
        reject(release, cast.scientist)


def test_who_handed_in_evidence_does_not_sign(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    an_exhibit(cast, version, "performance", reproduced=False, by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.evidence"):
        approve(release, cast.manager)


def test_who_submitted_the_same_version_elsewhere_does_not_sign(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    releases.submit(version=version, environment="staging", by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.submitted"):
        approve(release, cast.manager)


def test_who_put_the_model_into_a_lighter_tier_does_not_sign(cast: Cast) -> None:
    version = a_complete_version(cast)
    filled(version.model, cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.tier"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_who_filled_the_scorecard_does_not_sign_unless_it_made_the_tier_stricter(
    cast: Cast,
) -> None:
    version = a_complete_version(cast)
    filled(version.model, cast.manager, purpose=3)
    release = a_release(cast, version)
    with refused("release.own_work.tier"):
        approve(release, cast.manager)
    # A newer one is another's choice, and a stricter tier nobody has to be kept from.
    filled(version.model, cast.scientist, purpose=3)
    assert approve(release, cast.manager)
    filled(version.model, cast.manager2, purpose=4)
    hands = stages.hands_on_version(ModelVersion.objects.get(pk=version.pk))
    assert hands["tier"] == set()


def test_a_clock_that_was_set_back_frees_nobody_who_chose_the_tier(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_complete_version(cast)
    with monkeypatch.context() as patch:
        time_passes(patch, days=-2)
        filled(version.model, cast.manager, purpose=3)
    hands = stages.hands_on_version(ModelVersion.objects.get(pk=version.pk))
    assert hands["tier"] == {cast.manager.pk}


def test_who_assessed_the_risk_does_not_sign(cast: Cast) -> None:
    version = a_complete_version(cast)
    hazards = [HazardFacts("Fire", 2, 2, "", 2, 2)]
    risk.assess(version=version, hazards=hazards, by=cast.manager)
    release = a_release(cast, version)
    with refused("release.own_work.risk"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_who_wrote_the_purpose_does_not_sign_but_who_set_the_tier_does(cast: Cast) -> None:
    version = a_complete_version(cast)
    for person, reason in ((cast.manager, "New purpose"), (cast.manager2, "Checked the tier")):
        registered_models.revise(
            model=version.model,
            statement=a_statement(cast, purpose="Something else."),
            reason=reason,
            by=person,
        )
    release = a_release(cast, version)
    with refused("release.own_work.purpose"):
        approve(release, cast.manager)
    approve(release, cast.manager2)


def test_who_ever_wrote_on_the_card_does_not_sign(cast: Cast) -> None:
    """Also when somebody else wrote the revision in effect."""
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    cards.save(version=version, sections={"factors": "Mine."}, by=cast.manager)
    a_card(cast, version, factors="Ours.")
    release = a_release(cast, version)
    with refused("release.own_work.card"):
        approve(release, cast.manager)


def test_who_supplied_data_does_not_sign(cast: Cast) -> None:
    """Also when the data is detached again."""
    units.grant(unit=cast.unit, user=cast.manager, role=Role.DATA_SCIENTIST, by=cast.admin)
    version = a_complete_version(cast)
    data = a_dataset_version(cast, a_dataset(cast, "More"))
    link = versions.attach_data(version=version, data=data, by=cast.manager)
    versions.detach_data(link=link, reason="No.", by=cast.scientist)
    release = a_release(cast, version)
    with refused("release.own_work.data"):
        approve(release, cast.manager)
