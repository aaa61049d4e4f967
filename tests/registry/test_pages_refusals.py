"""Bad input in forms: the sentence is shown, what was typed stays, and nothing is saved."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import Dataset, RegisteredModel, Release, RiskAssessment
from registry.rules.risk import STARTING_HAZARDS
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_model,
    a_release,
    a_version,
)
from tests.registry.pages import signed_in


def test_a_model_whose_owner_is_its_own_deputy_is_refused(cast: Cast) -> None:
    said = {
        "name": "Car loans",
        "unit": cast.unit.pk,
        "task": "binary",
        "purpose": "Say who gets a loan for a car.",
        "intended_use": "By clerks.",
        "tier": "3",
        "owner": cast.owner.pk,
        "deputy": cast.owner.pk,
        "ai_act_class": "unclassified",
    }
    answer = signed_in(cast.scientist).post(reverse("register_model"), said)
    assert answer.status_code == 409
    assert "The deputy has to be another person than the owner." in answer.text
    assert "Say who gets a loan for a car." in answer.text
    assert not RegisteredModel.objects.exists()


def test_a_tier_too_light_for_its_class_is_refused_until_it_is_stricter(cast: Cast) -> None:
    said = {
        "name": "Car loans",
        "unit": cast.unit.pk,
        "task": "binary",
        "purpose": "Say who gets a loan for a car.",
        "intended_use": "By clerks.",
        "tier": "4",
        "owner": cast.owner.pk,
        "ai_act_class": "high_risk_annex_iii",
        "ai_act_ground": "Annex III, point 5(b).",
    }
    client = signed_in(cast.scientist)
    answer = client.post(reverse("register_model"), said)
    assert answer.status_code == 409
    assert "is never lighter than tier 2, and this is tier 4" in answer.text
    assert not RegisteredModel.objects.exists()
    assert client.post(reverse("register_model"), {**said, "tier": "2"}).status_code == 302


def test_a_dataset_of_a_taken_name_is_refused(cast: Cast) -> None:
    a_dataset(cast)
    said = {"name": "Applications", "unit": cast.unit.pk, "description": "Of another year."}
    answer = signed_in(cast.scientist).post(reverse("register_dataset"), said)
    assert answer.status_code == 409
    assert "registered under this name already" in answer.text
    assert "Of another year." in answer.text
    assert Dataset.objects.count() == 1


def test_a_card_saved_over_a_newer_one_is_refused_and_the_text_stays(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, caveats="Said first.")
    said = {"based_on": "0", "caveats": "Said second, unseen the first."}
    address = reverse("write_card", args=[version.model.slug, version.number])
    answer = signed_in(cast.scientist).post(address, said)
    assert answer.status_code == 409
    assert "Somebody saved revision 1 while you were writing." in answer.text
    assert "Said second, unseen the first." in answer.text
    assert version.card.revisions.count() == 1


def a_hazard_line(number: int, **said: str) -> dict[str, str]:
    places = ("likelihood", "impact", "residual_likelihood", "residual_impact")
    line = {"title": "", "controls": "", **dict.fromkeys(places, "1")} | said
    return {f"hazards-{number}-{name}": value for name, value in line.items()}


def risk_form(*lines: dict[str, str], starting: int = 4) -> dict[str, str]:
    form = {"hazards-TOTAL_FORMS": str(len(lines)), "hazards-INITIAL_FORMS": str(starting)}
    for number, line in enumerate(lines):
        form |= a_hazard_line(number, **line)
    return form


def test_the_last_line_of_the_risk_form_may_stay_empty(cast: Cast) -> None:
    version = a_version(cast)
    address = reverse("assess_risk", args=[version.model.slug, version.number])
    places = dict.fromkeys(("likelihood", "impact", "residual_likelihood", "residual_impact"), "3")
    lines = [{"title": title, **places} for title in STARTING_HAZARDS]
    answer = signed_in(cast.scientist).post(address, risk_form(*lines, {}))
    assert answer.status_code == 302
    assert RiskAssessment.objects.get().hazards.count() == 4


def test_a_hazard_without_a_name_is_named_at_its_line_and_the_rest_stays(cast: Cast) -> None:
    version = a_version(cast)
    address = reverse("assess_risk", args=[version.model.slug, version.number])
    lines = [{"title": title} for title in STARTING_HAZARDS[:3]]
    nameless = {"controls": "Nobody knows against what."}
    answer = signed_in(cast.scientist).post(address, risk_form(*lines, nameless, {}))
    assert answer.status_code == 422
    assert "This field is required." in answer.text
    assert "Nobody knows against what." in answer.text
    assert not RiskAssessment.objects.exists()


def test_a_submission_lists_everything_that_is_missing_at_once(cast: Cast) -> None:
    version = a_version(cast, a_model(cast, deputy=None, tier=2))
    address = reverse("submit", args=[version.model.slug, version.number])
    answer = signed_in(cast.scientist).post(address, {"environment": "moon"})
    assert answer.status_code == 409
    assert "Not submitted: this is still missing" in answer.text
    for sentence in (
        "The model card lacks",
        "No data in the role “Test” is attached",
        "The risk is not assessed yet",
        "No deputy is named",
        "The scorecard is not filled in",
        "No evidence of the kind “Performance”",
        "No evidence of the kind “Fairness”",
        "There is no environment moon; choose one of staging, production.",
    ):
        assert sentence in answer.text, sentence
    assert not Release.objects.exists()


def test_a_second_submission_to_the_same_environment_is_refused(cast: Cast) -> None:
    release = a_release(cast, a_complete_version(cast))
    address = reverse("submit", args=[release.version.model.slug, release.version.number])
    answer = signed_in(cast.scientist).post(address, {"environment": "production"})
    assert answer.status_code == 409
    assert "in review already" in answer.text
    assert Release.objects.count() == 1


@pytest.mark.parametrize("text", ['{"a": "\\u0000"}', '{"a": "\\ud800"}', "[" * 100_000])
def test_parameters_that_cannot_be_kept_are_refused(cast: Cast, text: str) -> None:
    model = a_model(cast)
    said = {"label": "1.0", "label_column": "approve", "parameters": text}
    answer = signed_in(cast.scientist).post(reverse("add_version", args=[model.slug]), said)
    assert answer.status_code == 422
    assert "annot be kept" in answer.text
    assert not model.versions.exists()


def test_an_environment_with_the_character_nul_is_refused(cast: Cast) -> None:
    version = a_complete_version(cast)
    address = reverse("submit", args=[version.model.slug, version.number])
    answer = signed_in(cast.scientist).post(address, {"environment": "prod\x00"})
    assert answer.status_code == 422
    assert not Release.objects.exists()
