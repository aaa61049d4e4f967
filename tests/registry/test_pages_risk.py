"""The pages of a version's risk: the form with its catalogue, and what an assessment says."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Evidence, ModelVersion, RiskAssessment, User
from registry.rules.hazard_catalogue import SUGGESTED
from registry.rules.risk import MAINTAINERS_GONE, STARTING_HAZARDS, Control, HazardFacts
from registry.services import registered_models, risk
from tests.cast import Cast, a_model, a_statement, a_version, an_exhibit
from tests.registry.pages import signed_in

PLACES = ("likelihood", "impact", "residual_likelihood", "residual_impact")


def address(version: ModelVersion, name: str = "assess_risk") -> str:
    return reverse(name, args=[version.model.slug, version.number])


def page(version: ModelVersion, person: User, name: str = "assess_risk", **query: str) -> str:
    answer = signed_in(person).get(address(version, name), query)
    assert answer.status_code == 200
    return answer.text


def assess(
    version: ModelVersion, person: User, *lines: dict[str, Any], **said: str
) -> HttpResponse:
    form: dict[str, Any] = {"hazards-TOTAL_FORMS": len(lines), "hazards-INITIAL_FORMS": 0, **said}
    for number, line in enumerate(lines):
        whole = {"title": f"Hazard {number}", **dict.fromkeys(PLACES, "3"), **line}
        form |= {f"hazards-{number}-{name}": value for name, value in whole.items()}
    return signed_in(person).post(address(version), form)


def control(
    number: int, text: str, design: str, operating: str, *evidence: Evidence
) -> dict[str, Any]:
    said = {"text": text, "design": design, "operating": operating}
    named = {f"control_{number}_{name}": value for name, value in said.items()}
    return named | {f"control_{number}_evidence": [one.pk for one in evidence]}


def test_an_assessment_says_why_for_whom_and_whether_its_controls_work(cast: Cast) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    line = {
        "title": "Fire",
        "cause": "A short circuit.",
        "vulnerable": "None, because nobody lives there.",
        "likelihood_ground": "Once in three years.",
        "residual_likelihood": "1",
        **control(1, "Sprinklers", "effective", "partly", exhibit),
        **control(2, "", "not_assessed", "not_assessed"),
    }
    known = {"knowledge": "weak", "knowledge_ground": "One year of data."}
    answer = assess(version, cast.scientist, line, **known)
    assert answer.status_code == 302
    kept = RiskAssessment.objects.get()
    (fire,) = [hazard.facts for hazard in kept.hazards.all()]
    assert (kept.knowledge, fire.cause) == ("weak", "A short circuit.")
    assert fire.assessed_controls == (Control("Sprinklers", "effective", "partly", (exhibit.pk,)),)
    told = page(version, cast.auditor, "version_risk")
    for words in (
        "A short circuit.",
        "None, because nobody lives there.",
        "Once in three years.",
        "Impact 3:",
        "no ground given",
        "Sprinklers",
        "Partly effective",
        exhibit.title,
        "One year of data.",
        "Within the appetite",
        "Fire: the consequence is not stated.",
    ):
        assert words in told


def test_a_reassessment_starts_from_the_last_one_and_shows_what_changed(cast: Cast) -> None:
    version = a_version(cast)
    fire = HazardFacts(
        "Fire", 3, 4, "", 2, 4, cause="A spark.", assessed_controls=(Control("Hose", "partly"),)
    )
    risk.assess(version=version, hazards=[fire], knowledge="strong", by=cast.scientist)
    form = page(version, cast.scientist)
    assert "A spark." in form
    assert 'value="Hose"' in form
    assert '<option value="partly" selected>' in form
    assert '<option value="strong" selected>' in form
    assert assess(version, cast.scientist, {"title": "Fire", "cause": "Arson."}).status_code == 302
    told = page(version, cast.scientist, "version_risk")
    assert "What changed since revision 1" in told
    assert "<del>A spark.</del>" in told
    assert "<ins>Arson.</ins>" in told
    assert "What changed" not in page(version, cast.scientist, "version_risk", revision="1")


@pytest.mark.parametrize("use_case", sorted(SUGGESTED))
def test_a_use_case_adds_its_hazards_to_the_form(cast: Cast, use_case: str) -> None:
    form = page(a_version(cast), cast.scientist, use_case=use_case)
    for title in (*STARTING_HAZARDS, *(one.title for one in SUGGESTED[use_case])):
        assert f'value="{title}"' in form.replace("&#x27;", "'")
    assert f'<option value="{use_case}" selected>' in form


def test_a_use_case_adds_no_hazard_twice(cast: Cast) -> None:
    version = a_version(cast)
    known = SUGGESTED["credit"][0].title
    risk.assess(version=version, hazards=[HazardFacts(known, 1, 1, "", 1, 1)], by=cast.scientist)
    form = page(version, cast.scientist, use_case="credit")
    assert form.count(f'value="{known}"') == 1
    assert f'value="{SUGGESTED["credit"][1].title}"' in form


def test_a_use_case_nobody_knows_adds_nothing(cast: Cast) -> None:
    form = page(a_version(cast), cast.scientist, use_case="espionage")
    assert 'name="hazards-TOTAL_FORMS" value="5"' in form


def test_a_suggested_hazard_can_be_left_out(cast: Cast) -> None:
    version = a_version(cast)
    left_out = {"title": "", "DELETE": "on"}
    assert assess(version, cast.scientist, {"title": "Fire"}, left_out).status_code == 302
    assert [one.title for one in RiskAssessment.objects.get().hazards.all()] == ["Fire"]


def test_the_fourth_hazard_starts_higher_with_one_maintainer(cast: Cast) -> None:
    alone = {"maintainers": (cast.scientist,)}
    few = page(a_version(cast, a_model(cast, **alone)), cast.scientist)
    model = a_model(cast, "Kept by two", **alone, maintainer_deputies=(cast.validator,))
    enough = page(a_version(cast, model), cast.scientist)
    # Likelihood before and after the controls.
    assert few.count('<option value="4" selected>') == 2
    assert enough.count('<option value="4" selected>') == 0


def test_the_fourth_hazard_is_back_on_the_form_where_few_are_left(cast: Cast) -> None:
    version = a_version(cast)
    assert assess(version, cast.scientist, {"title": "Fire"}).status_code == 302
    assert MAINTAINERS_GONE not in page(version, cast.scientist)
    registered_models.revise(
        model=version.model,
        statement=a_statement(cast, maintainers=(cast.scientist,)),
        reason="Milan Novak has left.",
        by=cast.scientist,
    )
    form = page(version, cast.scientist)
    assert form.count(f'value="{MAINTAINERS_GONE}"') == 1
    assert form.count('<option value="4" selected>') == 2
    # What was assessed before stays as it was; what is assessed now cannot do without it.
    assert "Fire" in page(version, cast.auditor, "version_risk")
    gone = {"title": MAINTAINERS_GONE, "DELETE": "on"}
    answer = assess(version, cast.scientist, {"title": "Fire"}, gone)
    assert answer.status_code == 409
    assert f"so the hazard “{MAINTAINERS_GONE}” has to be assessed" in answer.text
    assert RiskAssessment.objects.count() == 1


def test_refusals_stand_on_the_form_with_everything_that_was_typed(cast: Cast) -> None:
    version = a_version(cast, a_model(cast, maintainers=(cast.scientist,)))
    gone = {"title": MAINTAINERS_GONE, "likelihood": "1", "residual_likelihood": "1"}
    fire = {
        "title": "Fire",
        "vulnerable": "none",
        "residual_impact": "1",
        **control(1, "Hope itself", "ineffective", "partly"),
    }
    answer = assess(version, cast.scientist, gone, fire)
    assert answer.status_code == 409
    for words in (
        "fewer than two maintainers or deputies of theirs are named",
        "say why no vulnerable group is affected",
        "no control that was assessed works",
        'value="Hope itself"',
    ):
        assert words in answer.text
    assert not RiskAssessment.objects.exists()


def test_an_exhibit_of_another_version_is_no_choice(cast: Cast) -> None:
    version, other = a_version(cast), a_version(cast, a_model(cast, "Other"))
    an_exhibit(cast, version)
    foreign = control(1, "Sprinklers", "effective", "effective", an_exhibit(cast, other))
    assert assess(version, cast.scientist, foreign).status_code == 422
    assert not RiskAssessment.objects.exists()


def test_a_control_with_a_grade_but_no_words_is_refused(cast: Cast) -> None:
    answer = assess(a_version(cast), cast.scientist, control(1, "", "effective", "partly"))
    assert answer.status_code == 409
    assert "a control says nothing" in answer.text


def test_who_may_not_assess_gets_no_form_and_strangers_no_page(cast: Cast) -> None:
    version = a_version(cast)
    assert signed_in(cast.auditor).get(address(version)).status_code == 403
    assert assess(version, cast.auditor, {}).status_code == 403
    for name in ("assess_risk", "version_risk"):
        assert signed_in(cast.outsider).get(address(version, name)).status_code == 404
    assert not RiskAssessment.objects.exists()


def test_an_assessment_of_ten_hazards_costs_as_many_queries_as_one_of_one(
    cast: Cast,
) -> None:
    counts = []
    for number in (1, 10):
        version = a_version(cast, a_model(cast, f"Model {number}"))
        exhibit = an_exhibit(cast, version)
        held = (Control("Sprinklers", "effective", "effective", (exhibit.pk,)),)
        hazards = [
            HazardFacts(f"Fire {one}", 3, 3, "", 2, 3, assessed_controls=held)
            for one in range(number)
        ]
        risk.assess(version=version, hazards=hazards, by=cast.scientist)
        client = signed_in(cast.auditor)
        with CaptureQueriesContext(connection) as seen:
            client.get(address(version, "version_risk"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
