"""The page and the API of evaluation plans: read, revised, refused, and hidden from strangers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import EvaluationPlan, ModelVersion
from registry.services import plans
from tests.cast import Cast, a_complete_version, a_version, an_approved_release, an_exhibit, api
from tests.registry.pages import signed_in
from tests.traces import nothing_written

PAGE = {"slug": "mortgage-approval", "number": 1}
STRICT = {
    "measure": "impact_ratio",
    "attribute": "*",
    "limit": 0.9,
    "direction": "at_least",
    "warn": None,
}


def the_form(client: Client, **changed: Any) -> dict[str, Any]:
    """Return the form as it is shown, with some fields changed."""
    answer = client.get(reverse("revise_plan", kwargs=PAGE))
    formset, form = answer.context["formset"], answer.context["form"]
    fields = [*formset.management_form, *(field for line in formset for field in line), *form]
    shown = {field.html_name: field.value() for field in fields}
    said = {name: "" if value is None else value for name, value in shown.items()}
    return said | {"reason": "Homes.", **changed}


def row_of(client: Client, measure: str) -> str:
    """Return the prefix of the line that holds a measure."""
    found = [name for name, value in the_form(client).items() if value == measure]
    return found[0].removesuffix("measure")


def limit(version: ModelVersion, kind: str = "fairness") -> float:
    found: float = plans.effective(version=version, kind=kind)["checks"][0]["limit"]
    return found


def test_the_page_shows_the_policys_limits_and_says_that_there_is_no_plan(cast: Cast) -> None:
    a_version(cast)
    text = signed_in(cast.auditor).get(reverse("version_plan", kwargs=PAGE)).text
    assert "at least 0.8" in text
    assert "at most 0.2" in text
    assert "warns over 0.1" in text
    assert "goes by the policy alone" in text
    assert reverse("revise_plan", kwargs=PAGE) not in text


def test_a_stricter_limit_is_written_and_shown(cast: Cast) -> None:
    version = a_version(cast)
    client = signed_in(cast.validator)
    row = row_of(client, "impact_ratio")
    an_exhibit(cast, version, "fairness")
    said = the_form(client, **{f"{row}limit": "0.9", "seed": "7", "reference": "sex: male"})
    answer = client.post(reverse("revise_plan", kwargs=PAGE), said, follow=True)
    assert answer.redirect_chain == [(reverse("version_plan", kwargs=PAGE), 302)]
    plan = EvaluationPlan.objects.get()
    assert plan.content == {
        "fairness": {"checks": [STRICT], "reference": {"sex": "male"}},
        "explanation": {
            "checks": [
                {
                    "measure": "additivity_residual",
                    "attribute": "",
                    "limit": 0.001,
                    "direction": "at_most",
                    "warn": None,
                }
            ],
            "seed": 7,
        },
    }
    assert "at least 0.9" in answer.text
    assert "Made stricter" in answer.text
    assert "revised after 1 exhibit of this kind was filed" in answer.text
    assert "revised before any result" in answer.text
    assert "Seed 7" in answer.text


def test_a_line_of_ones_own_is_added_and_taken_out_again(cast: Cast) -> None:
    version = a_version(cast)
    client = signed_in(cast.scientist)
    last = int(the_form(client)["checks-TOTAL_FORMS"]) - 1
    own = {
        f"checks-{last}-kind": "performance",
        f"checks-{last}-measure": "brier_score",
        f"checks-{last}-direction": "at_most",
        f"checks-{last}-limit": "0.2",
    }
    assert client.post(
        reverse("revise_plan", kwargs=PAGE), the_form(client, **own)
    ).status_code == (302)
    found = plans.effective(version=version, kind="performance")["checks"]
    assert [check["measure"] for check in found] == ["roc_auc", "brier_score"]
    gone = {f"{row_of(client, 'brier_score')}measure": ""}
    client.post(reverse("revise_plan", kwargs=PAGE), the_form(client, **gone))
    assert EvaluationPlan.objects.filter(number=2).get().content == {}
    assert len(plans.effective(version=version, kind="performance")["checks"]) == 1


def refused_with(client: Client, **changed: Any) -> str:
    with nothing_written():
        answer = client.post(reverse("revise_plan", kwargs=PAGE), the_form(client, **changed))
    assert answer.status_code == 409
    return answer.text


def test_a_laxer_limit_is_refused_on_the_form_with_both_numbers(cast: Cast) -> None:
    a_version(cast)
    client = signed_in(cast.scientist)
    row = row_of(client, "impact_ratio")
    text = refused_with(client, **{f"{row}limit": "0.5"})
    assert "at least 0.5 is laxer than the policy&#x27;s 0.8" in text
    assert "leaves it out" in refused_with(client, **{f"{row}measure": ""})
    assert "cannot be judged by" in refused_with(client, **{f"{row}limit": ""})
    assert "Give the reason" in refused_with(client, **{f"{row}limit": "0.9", "reason": ""})


@pytest.mark.parametrize(
    ("field", "value"),
    [("reference", "sex is male"), ("seed", "-1"), ("sample_rows", "0"), ("checks-0-limit", "x")],
)
def test_a_field_that_cannot_be_read_is_shown_again(cast: Cast, field: str, value: str) -> None:
    a_version(cast)
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(
            reverse("revise_plan", kwargs=PAGE), the_form(client, **{field: value})
        )
    assert answer.status_code == 422


def test_the_form_warns_of_the_approval_that_a_revision_voids(cast: Cast) -> None:
    version = a_complete_version(cast)
    client, warning = signed_in(cast.scientist), "A revision voids the approval"
    assert warning not in client.get(reverse("revise_plan", kwargs=PAGE)).text
    an_approved_release(cast, version)
    assert warning in client.get(reverse("revise_plan", kwargs=PAGE)).text


def test_strangers_find_no_plan_and_other_roles_revise_none(cast: Cast) -> None:
    a_version(cast)
    said = the_form(signed_in(cast.scientist))
    for name in ("version_plan", "revise_plan"):
        assert signed_in(cast.outsider).get(reverse(name, kwargs=PAGE)).status_code == 404
    for person, status in ((cast.outsider, 404), (cast.owner, 403), (cast.admin, 403)):
        answer = signed_in(person).post(reverse("revise_plan", kwargs=PAGE), said)
        assert answer.status_code == status
    assert not EvaluationPlan.objects.exists()


def address(version: ModelVersion) -> str:
    return f"/api/v1/versions/{version.pk}/plan/"


def test_the_api_tells_the_plan_and_what_is_in_force(cast: Cast) -> None:
    version = a_version(cast)
    told = api(cast.auditor).get(address(version)).json()
    assert (told["revision"], told["plan"], told["revisions"]) == (0, {}, [])
    assert told["effective"]["fairness"] == plans.effective(version=version, kind="fairness")


def test_the_api_writes_a_revision(cast: Cast) -> None:
    version = a_version(cast)
    an_exhibit(cast, version, "fairness")
    asked = {"plan": {"fairness": {"checks": [STRICT]}}, "reason": "Homes.", "based_on": 0}
    answer = api(cast.scientist).put(address(version), asked)
    assert answer.status_code == 200, answer.json()
    told = answer.json()
    assert (told["revision"], told["plan"]) == (1, asked["plan"])
    assert told["effective"]["fairness"]["checks"] == [STRICT]
    (revision,) = told["revisions"]
    assert revision["revised_after"] == [{"kind": "fairness", "exhibits": 1}]
    assert revision["revised_by"]["username"] == "scientist"
    assert limit(version) == 0.9


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"plan": {"fairness": {"checks": []}}, "reason": "x"}, 409),
        ({"plan": {"gossip": {}}, "reason": "x"}, 409),
        ({"plan": {"fairness": {"checks": [STRICT]}}, "reason": ""}, 409),
        ({"plan": {"fairness": {"checks": [STRICT]}}, "reason": "x", "based_on": 3}, 409),
        ({"plan": [], "reason": "x"}, 400),
        ({"plan": {"fair\0ness": {}}, "reason": "x"}, 400),
        ({"plan": {}}, 400),
        ({"plan": {}, "reason": "x", "policy": {}}, 400),
    ],
)
def test_the_api_refuses_a_plan_that_is_laxer_or_none(
    cast: Cast, asked: dict[str, Any], status: int
) -> None:
    version = a_version(cast)
    answer = api(cast.scientist).put(address(version), asked)
    assert answer.status_code == status, answer.content
    assert not EvaluationPlan.objects.exists()


def test_the_api_hides_the_plan_from_strangers_and_refuses_other_roles(cast: Cast) -> None:
    version = a_version(cast)
    asked = {"plan": {"fairness": {"checks": [STRICT]}}, "reason": "x"}
    assert api(cast.outsider).get(address(version)).status_code == 404
    assert api(cast.outsider).put(address(version), asked).status_code == 404
    assert api(cast.manager).put(address(version), asked).status_code == 403
    assert not EvaluationPlan.objects.exists()
