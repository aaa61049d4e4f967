"""What page and paper show of a fairness measurement, from real measurements of every shape."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string

from audits.charts import held_against
from audits.rendering import fairness as chapter
from audits.rendering.document import html
from audits.suppression import suppress
from audits.web.exhibits import fairness
from audits.wording import MEASURE_MEANINGS, MEASURE_NAMES, sentence
from registry.rules.casefile import canonical
from tests.audits import dossiers
from tests.audits.test_measures_group_errors import ROWS as ERRORS
from tests.audits.test_measures_ll144 import BOTH
from tests.audits.test_measures_ll144 import ROWS as ASSESSED
from tests.audits.test_measures_references import THREE
from tests.audits.test_measures_rows import measured
from tests.audits.test_measures_strata import FACTOR, SIMPSON

PLAN = {"checks": [{"measure": "impact_ratio", "attribute": "*", "limit": 0.8,
                    "direction": "at_least"}]}  # fmt: skip
MEASUREMENTS = {
    "binary": measured("fairness", THREE, plan=PLAN),
    "regression": measured("fairness", ERRORS, task="regression"),
    "strata": measured("fairness", SIMPSON, strata=FACTOR),
    "law": measured("fairness", ASSESSED, sensitive=BOTH, plan={"presets": ["ll144"]}),
    "classes": measured(
        "fairness", {"label": list("abca") * 20, "prediction": list("abcb") * 20,
                     "s0": ["f", "m"] * 40}, task="multiclass", positive_label=None),
}  # fmt: skip


def page(content: dict[str, Any], brief: bool = False) -> str:
    part = "audits/parts/figures/fairness.html"
    return render_to_string(
        part, {"brief": brief, "measurement": content, **fairness.parts(content)}
    )


def told(content: dict[str, Any]) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(content)))


@pytest.mark.parametrize("name", MEASUREMENTS)
@pytest.mark.parametrize("small", [True, False])
def test_every_measurement_can_be_shown_and_suppressed(name: str, small: bool) -> None:
    content = MEASUREMENTS[name]
    shown = page(suppress(content) if small else content)
    assert "style=" not in shown
    assert "<script" not in shown
    assert shown.count("<details") == shown.count("</details>")
    assert "{'" not in shown


def test_the_page_leads_with_the_impact_ratio_and_folds_the_rest() -> None:
    shown = page(MEASUREMENTS["binary"])
    assert "Impact ratio by sex" in shown.split("<details")[0]
    for title in (
        "Right and wrong in each group",
        "Each group against a",
        "Scores and calibration of each group",
        "The groups compared with each other",
    ):
        assert f"<summary>{title}</summary>" in shown
    assert "<details" not in page(MEASUREMENTS["binary"], brief=True)


def test_figures_are_rounded_and_not_cut_off() -> None:
    # 65 of 120 are 0.541666...
    assert "0.542" in told(MEASUREMENTS["binary"])


def test_the_page_says_which_groups_differ_when_all_tests_are_read_together() -> None:
    text = told(MEASUREMENTS["binary"])
    assert "Of 2 groups tested, selected significantly differently" in text
    assert "sex: c" in text
    assert "corrected by Holm" in text


def test_the_page_shows_a_regression_by_its_errors() -> None:
    text = told(MEASUREMENTS["regression"])
    assert "Mean absolute error by sex" in page(MEASUREMENTS["regression"])
    assert "Mean error" in text
    assert "Impact ratio" not in text


def test_the_page_shows_the_factor_and_its_strata() -> None:
    text = told(MEASUREMENTS["strata"])
    assert "Given grade" in text
    assert "grade A (190)" in text
    assert "Whether this factor may decide is not for a figure to say." in text


def test_the_page_shows_the_tables_of_the_law() -> None:
    text = told(MEASUREMENTS["law"])
    assert "6 RCNY 5-301" in text
    assert "of an unknown category and left out: 53" in text
    assert "under 2 % of the rows: left out" in text


def test_small_counts_are_words_on_the_page() -> None:
    text = told(suppress(MEASUREMENTS["law"]))
    assert "fewer than 10" in text
    assert "about 200" in text


def test_an_exhibit_from_before_these_parts_is_shown() -> None:
    old = dict(MEASUREMENTS["binary"])
    new = {"versus", "significance", "scores", "treatment_ratio"}
    old["groups"] = [
        {key: value for key, value in group.items() if key not in new} for group in old["groups"]
    ]
    old["honesty"] = {key: value for key, value in old["honesty"].items() if key != "holm"}
    assert "Impact ratio by sex" in page(old)
    assert chapter.parts(old)["significant"] is None


def paper(content: dict[str, Any], profile: str = "regulator") -> str:
    dossier = dossiers.full(profile=profile)
    dossier["evidence"][2] |= {"content": content, "text": canonical(content)}
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html(dossier)))


def test_the_chapter_shows_what_the_page_shows() -> None:
    text = paper(MEASUREMENTS["binary"])
    assert "Each group against a: difference, and ratio in brackets" in text
    assert "-0.108 (0.833)" in text
    assert "Scores and balance of errors in each group" in text
    assert "All tests read together" in text
    assert "Newcombe&#x27;s hybrid score" in text
    strata = paper(MEASUREMENTS["strata"])
    assert "Given grade" in strata
    assert "The strata one by one" in strata
    law = paper(MEASUREMENTS["law"])
    assert "By 6 RCNY 5-301." in law
    assert "Of an unknown category: 53." in law


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_the_public_profile_can_be_printed(name: str) -> None:
    content = MEASUREMENTS[name]
    assert "Whether it treats groups alike" in paper(content)
    assert "Whether it treats groups alike" in paper(suppress(content), "public")


def test_every_figure_has_a_name_and_a_meaning() -> None:
    codes = set()
    for content in MEASUREMENTS.values():
        for group in content["groups"]:
            codes |= set(group["measures"])
            for pair in group["versus"]["rates"].values():
                codes |= {one["name"] for one in pair.values()}
        codes |= {one["name"] for one in content["comparisons"]}
        codes |= {one["figure"]["name"] for one in content.get("conditional", [])}
    codes |= {"treatment_ratio", "ll144_impact_ratio", "scoring_rate"}
    assert sorted(codes - set(MEASURE_NAMES)) == []
    assert sorted(codes - set(MEASURE_MEANINGS)) == []


@pytest.mark.parametrize(
    ("limit", "direction", "end"),
    [
        (-0.5, "at_least", "within the limit, at least -0.500."),
        (-0.1, "at_least", "so this many rows cannot decide."),
        (-0.5, "at_most", "outside the limit, at most -0.500."),
    ],
)
def test_a_verdict_on_a_difference_is_a_sentence(limit: float, direction: str, end: str) -> None:
    check = {"measure": "selection_rate_difference", "attribute": "sex", "limit": limit,
             "direction": direction}  # fmt: skip
    found = measured("fairness", THREE, plan={"checks": [check]})
    said = sentence(found["checks"][0])
    assert said.startswith("Difference of selection rate, sex: b is -0.108 (95 % interval -0.")
    assert said.endswith(end)


def test_a_verdict_given_a_factor_names_it() -> None:
    check = {"measure": "conditional_selection_ratio", "attribute": "sex", "limit": 0.5,
             "direction": "at_least"}  # fmt: skip
    found = measured("fairness", SIMPSON, strata=FACTOR, plan={"checks": [check]})
    said = sentence(found["checks"][0])
    assert said.startswith("Selection ratio within strata, sex: m, given grade is 1.000 (")


@pytest.mark.parametrize("target", ["page", "pdf"])
def test_the_chart_of_differences_has_the_line_of_no_difference(target: Any) -> None:
    options: dict[str, Any] = {
        "target": target, "title": "Differences", "name": lambda one: one["group"],
        "number": lambda value: f"{value:.2f}",
    }  # fmt: skip
    groups = MEASUREMENTS["binary"]["groups"]
    drawn = held_against(groups, "selection_rate", **options)
    assert drawn.count("<g>") == 2
    assert ('class="zero"' in drawn) == (target == "page")
    assert held_against(groups, "selection_rate", "ratio", **options) != drawn
    assert held_against(groups[:1], "selection_rate", **options) == ""
