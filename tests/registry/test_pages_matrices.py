"""The pages of the risk matrix: looking at it, and editing it with a preview before it is saved."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from registry.models import Review, RiskMatrix, User
from registry.rules.matrices import DEFAULT_MATRIX, LEVELS, STEPS, level
from registry.services import matrices
from tests.cast import Cast, a_version, assessed_risk
from tests.registry.pages import signed_in

EDIT, MATRIX = "edit_matrix", "matrix"


def form(**changed: Any) -> dict[str, Any]:
    """Return what a browser sends that changed nothing but this."""
    said: dict[str, Any] = {"way": "scores", "based_on": 1, "floor_level": "high"}
    said |= {"blocks": "severe", "exception": "high", "reason": "Impact counts more."}
    for axis in ("likelihood", "impact"):
        for step, label in enumerate(DEFAULT_MATRIX[f"{axis}s"], start=1):
            said |= {f"{axis}_{step}_{language}": text for language, text in label.items()}
    for one in DEFAULT_MATRIX["levels"]:
        code = one["code"]
        said |= {f"level_{code}_{language}": text for language, text in one["name"].items()}
        said |= {f"level_{code}_{end}": one[end] for end in ("from", "to")}
    for likelihood in STEPS:
        for impact in STEPS:
            said[f"cell_{likelihood}_{impact}"] = level(DEFAULT_MATRIX, likelihood, impact)
    return said | changed


def send(person: User, button: str, **changed: Any) -> HttpResponse:
    return signed_in(person).post(reverse(EDIT), {**form(**changed), button: "1"})


def previewed(answer: HttpResponse) -> str:
    found = re.search(r'name="previewed" value="(\w{64})"', answer.text)
    assert found
    return found[1]


def test_everybody_looks_at_the_matrix_and_an_administrator_may_edit_it(cast: Cast) -> None:
    told = signed_in(cast.auditor).get(reverse(MATRIX)).text
    for words in ("Very likely", "Sehr wahrscheinlich", "Score 10 to 16.", "it blocks a release"):
        assert words in told
    assert reverse(EDIT) not in told
    assert reverse(EDIT) in signed_in(cast.admin).get(reverse(MATRIX)).text


def test_the_form_of_an_unchanged_matrix_says_what_is_in_force(cast: Cast) -> None:
    shown = signed_in(cast.admin).get(reverse(EDIT)).text
    for name, value in form(reason="").items():
        if name not in {"way", "reason"}:
            assert f'name="{name}"' in shown
            assert f'value="{value}"' in shown
    answer = send(cast.admin, "preview")
    answer = send(cast.admin, "save", previewed=previewed(answer))
    assert answer.status_code == 409
    assert "The matrix says this already" in answer.text


def test_a_preview_draws_the_matrix_tells_what_changes_and_saves_nothing(cast: Cast) -> None:
    assessed_risk(cast, a_version(cast))
    answer = send(cast.admin, "preview", floor_impact=3)
    assert answer.status_code == 200
    assert "was Low" in answer.text
    assert "Mortgage approval 1.0" in answer.text
    assert "By exception" in answer.text
    assert RiskMatrix.objects.count() == 1
    assert not Review.objects.exists()


def test_what_was_previewed_is_put_into_force(cast: Cast) -> None:
    assessed_risk(cast, a_version(cast))
    changed = {"floor_impact": 3, "share_high": "12.5", "level_low_de": "Klein"}
    preview = send(cast.admin, "preview", **changed)
    answer = send(cast.admin, "save", previewed=previewed(preview), **changed)
    assert answer.status_code == 302
    definition = matrices.in_force().definition
    assert definition["floor"] == {"impact": 3, "level": "high"}
    assert definition["appetite"]["shares"] == {"high": 0.125}
    assert definition["levels"][0]["name"] == {"en": "Low", "de": "Klein"}
    assert Review.objects.get().cause == "matrix_changed"
    told = signed_in(cast.auditor).get(reverse(MATRIX)).text
    for words in ("Impact counts more.", "Alma Berg", "Impact 3 and above", "At most 12.5 %"):
        assert words in told
    earlier = signed_in(cast.auditor).get(reverse(MATRIX), {"edition": 1}).text
    assert "Impact 3 and above" not in earlier


def test_levels_cell_by_cell_are_put_into_force(cast: Cast) -> None:
    changed = {"way": "cells", "cell_1_5": "high", "cell_2_5": "severe", "cell_3_5": "severe"}
    preview = send(cast.admin, "preview", **changed)
    answer = send(cast.admin, "save", previewed=previewed(preview), **changed)
    assert answer.status_code == 302
    definition = matrices.in_force().definition
    assert definition["grid"][0] == ["low", "low", "low", "medium", "high"]
    assert [set(step) for step in definition["levels"]] == [{"code", "name"}] * len(LEVELS)
    assert 'value="cells"' in signed_in(cast.admin).get(reverse(EDIT)).text


def test_what_changed_after_the_preview_is_previewed_again(cast: Cast) -> None:
    seen = previewed(send(cast.admin, "preview", floor_impact=4))
    answer = send(cast.admin, "save", previewed=seen, floor_impact=3)
    assert answer.status_code == 200
    assert "not the one you looked at" in answer.text
    assert RiskMatrix.objects.count() == 1


def test_every_reason_against_a_matrix_stands_on_the_form(cast: Cast) -> None:
    answer = send(cast.admin, "preview", level_high_to=15, exception="severe")
    assert answer.status_code == 409
    assert "The scores 16 fall in no level; close the gap." in answer.text
    assert "The level that needs an exception lies below" in answer.text
    assert "Sehr wahrscheinlich" in answer.text


def test_a_label_missing_in_one_language_is_told_at_its_field(cast: Cast) -> None:
    answer = send(cast.admin, "preview", impact_2_de="")
    assert answer.status_code == 422
    assert "This field is required." in answer.text


def test_a_form_older_than_the_matrix_is_refused(cast: Cast) -> None:
    seen = previewed(send(cast.admin, "preview", floor_impact=3))
    other = {**DEFAULT_MATRIX, "floor": {"impact": 5, "level": "high"}}
    matrices.edit(definition=other, reason="First.", by=cast.admin)
    answer = send(cast.admin, "save", previewed=seen, floor_impact=3)
    assert answer.status_code == 409
    assert "Somebody put edition 2 into force while you were writing." in answer.text


def test_nobody_else_edits_it(cast: Cast) -> None:
    for person in (cast.scientist, cast.manager, cast.auditor, cast.outsider):
        assert signed_in(person).get(reverse(EDIT)).status_code == 403
        assert send(person, "preview").status_code == 403
        assert send(person, "save").status_code == 403
    assert RiskMatrix.objects.count() == 1
