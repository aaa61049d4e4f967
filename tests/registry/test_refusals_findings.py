"""What open findings stand against, on the version and on its artefact, through all three doors."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from registry.models import Finding, ModelVersion, Release
from registry.rules.risk import STARTING_HAZARDS, HazardFacts
from registry.services import checklists, finding_moves, hands, releases, risk, stages
from tests import scenes
from tests.cast import (
    Cast,
    a_complete_version,
    a_model,
    a_release,
    a_trained_artefact,
    a_version,
    api,
)
from tests.registry.flow import act, policy_with
from tests.registry.pages import signed_in
from tests.registry.test_refusals_releases import signing, submitting
from tests.registry.three_doors import Attempt, Row, Table, refused_at_every_door
from tests.registry.trouble import a_finding, in_days
from tests.traces import refused

TABLE = Table()
MILD = HazardFacts(STARTING_HAZARDS[0], 3, 3, "Watched.", 1, 3)


@scenes.kept
def two_labels(cast: Cast) -> tuple[ModelVersion, ModelVersion]:
    """Register the same artefact twice, both times with everything the policy asks for."""
    with tempfile.TemporaryDirectory() as folder:
        path = a_trained_artefact(Path(folder) / "model.json")
        first = a_complete_version(cast, artefact=path)
        return first, a_complete_version(cast, first.model, "1.1", artefact=path)


@scenes.kept
def two_models(cast: Cast) -> tuple[ModelVersion, ModelVersion]:
    """Register the same artefact under another model, both times with everything."""
    with tempfile.TemporaryDirectory() as folder:
        path = a_trained_artefact(Path(folder) / "model.json")
        first = a_complete_version(cast, artefact=path)
        return first, a_complete_version(cast, a_model(cast, "Other name"), artefact=path)


@TABLE.row("submit.findings_open")
def an_open_finding_stops_the_submission(cast: Cast) -> Attempt:
    version = a_complete_version(cast)
    a_finding(cast, version)
    return submitting(version, cast.scientist)


@TABLE.row("submit.findings_open")
def a_finding_opened_meanwhile_stops_the_approval(cast: Cast) -> Attempt:
    release = a_release(cast)
    a_finding(cast, release.version)
    return signing(release, cast.manager)


@TABLE.row("submit.findings_open", days=6)
def a_risk_accepted_for_a_time_blocks_again(cast: Cast) -> Attempt:
    version = a_complete_version(cast)
    settled(cast, a_finding(cast, version))
    return submitting(version, cast.scientist)


@TABLE.row("submit.twin_findings_open")
def a_new_label_sheds_no_finding(cast: Cast) -> Attempt:
    first, second = two_labels(cast)
    a_finding(cast, first, severity="critical")
    return submitting(second, cast.scientist)


@TABLE.row("submit.twin_findings_open")
def another_model_sheds_no_finding(cast: Cast) -> Attempt:
    first, second = two_models(cast)
    a_finding(cast, first)
    return submitting(second, cast.scientist)


@TABLE.row("release.own_work.risk")
def another_model_sheds_no_hand(cast: Cast) -> Attempt:
    first, second = two_models(cast)
    risk.assess(version=first, hazards=[MILD], by=cast.manager)
    return signing(a_release(cast, second), cast.manager)


@TABLE.row("submit.twin_findings_open")
def a_finding_on_the_other_label_stops_the_approval(cast: Cast) -> Attempt:
    first, second = two_labels(cast)
    release = a_release(cast, second)
    a_finding(cast, first)
    return signing(release, cast.manager)


@TABLE.row("release.own_work.risk")
def a_new_label_sheds_no_hand(cast: Cast) -> Attempt:
    first, second = two_labels(cast)
    risk.assess(version=first, hazards=[MILD], by=cast.manager)
    return signing(a_release(cast, second), cast.manager)


def settled(cast: Cast, finding: Finding) -> None:
    """Have the risk accepted for five days."""
    finding_moves.accept_risk(
        finding=finding, text="Few low scores.", until=in_days(5), by=cast.manager2
    )


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_what_a_finding_blocks(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)


def test_the_finding_is_named_with_its_version_until_it_is_settled(cast: Cast) -> None:
    first, second = two_labels(cast)
    finding = a_finding(cast, first)
    a_finding(cast, first, severity="low", title="A typing error.")
    sentence = "1.0: Scores are too high below 0.2."
    page = signed_in(cast.auditor).get(f"/models/mortgage-approval/versions/{second.number}/")
    assert sentence in page.text
    told = api(cast.auditor).get(f"/api/v1/versions/{second.pk}/checklist/").json()
    (item,) = [one for one in told["items"] if one["code"] == "twins"]
    assert sentence in item["objection"]["message"]
    found = checklists.checklists(ModelVersion.objects.order_by("pk"))
    assert "twins" not in [one.code for one in found[first.pk]]
    assert "twins" in [one.code for one in found[second.pk]]
    settled(cast, finding)
    assert act(releases.approve, a_release(cast, second), cast.manager)
    assert Release.objects.get(version=second).state == "approved"


def test_under_another_model_it_is_named_with_that_model(cast: Cast) -> None:
    first, second = two_models(cast)
    a_finding(cast, first)
    for found in (
        checklists.checklist(second),
        checklists.checklists(ModelVersion.objects.all())[second.pk],
    ):
        (item,) = [one for one in found if one.code == "twins"]
        assert "Mortgage approval 1.0: Scores are too high below 0.2." in str(item.objection)


def test_another_artefact_and_none_are_not_held_to_it(cast: Cast) -> None:
    first, _ = two_labels(cast)
    a_finding(cast, first)
    risk.assess(version=first, hazards=[MILD], by=cast.manager)
    vendors = a_complete_version(cast, first.model, "2.0")
    a_finding(cast, a_version(cast, first.model, "2.1"))
    act(releases.approve, a_release(cast, vendors), cast.manager)
    assert Release.objects.get(version=vendors).state == "approved"


def test_the_hands_on_one_label_are_hands_on_the_other_however_they_are_read(cast: Cast) -> None:
    first, second = two_labels(cast)
    risk.assess(version=first, hazards=[MILD], by=cast.manager)
    found = stages.hands_on_version(ModelVersion.objects.get(pk=second.pk))
    assert found["risk"] == {cast.scientist.pk, cast.manager.pk}
    for one in hands.with_hands(ModelVersion.objects.order_by("pk")):
        assert stages.hands_on_version(one) == found
    # Who worked on it judges no finding on it, and is no part of a panel for it.
    finding = a_finding(cast, second)
    finding_moves.answer(finding=finding, text="Calibrated.", by=cast.owner)
    with refused("finding.own_work"):
        finding_moves.close(finding=finding, text="Seen.", by=cast.manager)
    finding_moves.close(finding=finding, text="Seen.", by=cast.manager2)
    panel = [{"role": "model_risk_manager", "needed": 2, "of": 3}]
    policy_with(stages=[{"name": "Committee", "asks": panel}])
    with refused("submit.panel_too_small"):
        a_release(cast, second)
