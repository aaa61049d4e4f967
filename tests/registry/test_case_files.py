"""The case file: what it says, that it is frozen, and what changed since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registry.models import CaseFile, DataLink, Release
from registry.rules import casefile
from registry.rules.risk import HazardFacts
from registry.services import (
    cards,
    case_files,
    gates,
    policies,
    registered_models,
    risk,
    stages,
    versions,
)
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_release,
    a_statement,
    a_trained_artefact,
    an_approved_release,
    assessed_risk,
    attached,
)
from tests.registry.scoring import filled
from tests.traces import nothing_written


def changed_facts(release: Release) -> list[str]:
    fresh = gates.for_gate(Release.objects.filter(pk=release.pk)).get()
    return [change.fact for change in case_files.changes_since_frozen(fresh)]


def test_a_case_file_states_everything_a_decision_rests_on(cast: Cast, tmp_path: Path) -> None:
    artefact = a_trained_artefact(tmp_path / "model.json")
    version = a_complete_version(cast, artefact=artefact)
    release = a_release(cast, version)
    content = release.case_file.content
    assert content["format"] == "mlops-gov/case-file/1"
    subject = content["subject"]
    assert subject["model"] == {
        "slug": "mortgage-approval",
        "name": "Mortgage approval",
        "task": "binary",
        "purpose": "Propose which mortgage applications are granted.",
        "intended_use": "A clerk decides; the score is one of several things on the page.",
    }
    assert subject["version"]["artefact"] == {
        "sha256": version.artefact.sha256,
        "size": artefact.stat().st_size,
        "name": "model.json",
        "format": "xgboost-json",
    }
    assert (subject["version"]["threshold"], subject["version"]["features"]) == (
        0.5,
        ["income", "debt"],
    )
    (data,) = subject["data"]
    assert (data["role"], data["rows"], data["sensitive_columns"]) == ("test", 240, ["sex", "race"])
    assert (subject["card"]["revision"], subject["card"]["filled"], subject["card"]["of"]) == (
        1,
        9,
        9,
    )
    assert subject["risk"]["inherent"] == {
        "likelihood": 3,
        "impact": 3,
        "score": 9,
        "level": "medium",
    }
    assert subject["risk"]["hazards"][0]["residual_level"] == "low"
    context = content["context"]
    assert {name: context[name] for name in ("unit", "owner", "deputy", "maintainers", "tier")} == {
        "unit": "Retail credit",
        "owner": "Olga Winter",
        "deputy": "Milan Novak",
        "maintainers": ["Ada Brandt", "Milan Novak"],
        "tier": 3,
    }
    assert [exhibit["kind"] for exhibit in content["exhibits"]] == ["performance", "fairness"]
    policy = policies.in_force()
    assert content["editions"]["policy"] == {
        "name": "default",
        "edition": 1,
        "digest": policy.digest,
    }
    assert content["release"]["submitted_by"] == "Ada Brandt"


def test_the_text_is_canonical_and_the_digest_is_over_it(cast: Cast) -> None:
    frozen = a_release(cast).case_file
    assert frozen.text == casefile.canonical(json.loads(frozen.text))
    assert frozen.digest == casefile.digest(frozen.text)


def test_nothing_has_changed_right_after_submission(cast: Cast) -> None:
    assert changed_facts(a_release(cast)) == []


def test_building_a_case_file_twice_gives_the_same(cast: Cast) -> None:
    version = a_complete_version(cast)
    with nothing_written():
        one, two = (
            casefile.canonical(case_files.build(version, policy=policies.in_force(), release=None))
            for _ in range(2)
        )
    assert one == two


def revise(cast: Cast, release: Release, **changed: Any) -> None:
    registered_models.revise(
        model=release.version.model,
        statement=a_statement(cast, **changed),
        reason="It changed.",
        by=cast.scientist,
    )


def test_a_revised_purpose_is_found(cast: Cast) -> None:
    release = an_approved_release(cast)
    revise(cast, release, purpose="Decide alone.")
    assert changed_facts(release) == ["model.purpose"]


def test_a_new_owner_or_tier_changes_no_subject(cast: Cast) -> None:
    release = an_approved_release(cast)
    revise(cast, release, owner=cast.manager, deputy=None, maintainers=())
    filled(release.version.model, cast.scientist, exposure=4, purpose=3)
    assert changed_facts(release) == []


def test_a_draft_card_changes_nothing_until_it_is_effective(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = a_card(cast, release.version, factors="Also age.")
    assert changed_facts(release) == []
    cards.make_effective(revision=draft, by=cast.scientist)
    assert changed_facts(release) == ["card.revision", "card.sections.factors"]


def test_a_draft_assessment_changes_nothing_until_it_is_effective(cast: Cast) -> None:
    release = an_approved_release(cast)
    fire = HazardFacts("Fire", 5, 5, "Sprinklers", 1, 1)
    draft = risk.assess(version=release.version, hazards=[fire], by=cast.scientist)
    assert changed_facts(release) == []
    risk.make_effective(assessment=draft, by=cast.scientist)
    found = changed_facts(release)
    assert "risk.hazards.Fire" in found
    assert "risk.hazards.It is unavailable for a time" in found
    assert "risk.inherent.score" in found


def test_one_changed_hazard_is_named(cast: Cast) -> None:
    release = an_approved_release(cast)
    before = [
        HazardFacts(
            one.title,
            one.likelihood,
            one.impact,
            one.controls,
            one.residual_likelihood,
            one.residual_impact,
        )
        for one in release.version.risk.effective.hazards.all()
    ]
    after = [replace(before[0], controls="A second site."), *before[1:]]
    draft = risk.assess(version=release.version, hazards=after, by=cast.scientist)
    risk.make_effective(assessment=draft, by=cast.scientist)
    assert changed_facts(release) == [
        "risk.hazards.It is unavailable for a time.controls",
        "risk.revision",
    ]


def test_detached_and_attached_data_is_found(cast: Cast) -> None:
    release = an_approved_release(cast)
    link = DataLink.objects.get(version=release.version)
    versions.detach_data(link=link, reason="Wrong year.", by=cast.scientist)
    (gone,) = changed_facts(release)
    assert gone.startswith("data.Applications")
    attached(cast, release.version, a_dataset_version(cast, a_dataset(cast, "New year")))
    assert set(changed_facts(release)) == {gone, "data.New year test"}


def test_data_detached_and_attached_again_is_no_change(cast: Cast) -> None:
    release = an_approved_release(cast)
    link = DataLink.objects.get(version=release.version)
    versions.detach_data(link=link, reason="By mistake.", by=cast.scientist)
    attached(cast, release.version, link.data)
    assert changed_facts(release) == []


def test_an_assessment_of_the_same_hazards_changes_its_revision_alone(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = assessed_risk(cast, release.version)
    risk.make_effective(assessment=draft, by=cast.scientist)
    assert changed_facts(release) == ["risk.revision"]


def test_the_next_case_file_of_a_release_has_the_next_number(cast: Cast) -> None:
    release = a_release(cast)
    case_files.freeze(release, {"format": "x"})
    assert list(release.case_files.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert release.case_file == CaseFile.objects.get(release=release, number=2)


@pytest.mark.parametrize("how_many", [1, 3])
def test_many_gates_cost_as_many_queries_as_one(
    cast: Cast, how_many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = a_complete_version(cast)
    for environment in ("staging", "production")[:how_many]:
        a_release(cast, version, environment)
    with django_assert_max_num_queries(7):
        for release in gates.for_gate(Release.objects.all()):
            gates.gate(release)
            stages.progress_of(release)


def test_an_instant_is_written_in_utc_to_the_microsecond(cast: Cast) -> None:
    moment = timezone.datetime(2026, 11, 20, 16, 0, 0, 5, tzinfo=timezone.get_fixed_timezone(60))
    assert case_files.instant(moment) == "2026-11-20T15:00:00.000005Z"
