"""An explanation on page and paper: its words, its charts, and what the public does not see."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from django.template.loader import render_to_string

from audits.charts.explanations import Words, drawn
from audits.charts.strips import axis_of
from audits.explaining import by_group, cases, importances, proxies, qualities, summaries
from audits.rendering import document, explanation
from audits.suppression import suppress
from audits.web.exhibits import explanation as page
from audits.web.figures import PARTS
from audits.wording import MEASURE_MEANINGS, MEASURE_NAMES
from audits.wording.contributions import chart_words
from audits.wording.explained import told
from audits.wording.voices import Voice
from tests.audits import dossiers
from tests.audits.explaining import explained

HOSTILE = "<script>alert('x')</script> & co"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def measured() -> str:
    """Return the measurement of contributions that were made up, as JSON."""
    random = np.random.default_rng(5)
    frame = pd.DataFrame(
        {HOSTILE: random.normal(0, 1, 300), "income": random.normal(5e4, 9e3, 300)}
    )
    frame["town"] = np.where(random.random(300) < 0.03, "Nowhere", "Boston").astype(object)
    frame.loc[:19, "income"] = np.nan
    values = np.column_stack(
        [0.1 * frame[HOSTILE], 0.01 * random.normal(size=300), 0.001 * random.normal(size=300)]
    )
    sex = np.array(["male"] * 200 + ["female"] * 95 + [None] * 5, dtype=object)
    found = explained(values, frame, sensitive={"sex": sex})
    features = importances.importances(found, 0)
    names = importances.top(features, 15)
    groups = by_group.by_group(found, 0, names, smallest_group=30)
    given_away = proxies.proxies(found.rows, seed=7, smallest_group=30)
    alike = qualities.stability(found, [found, found, found])
    single = cases.cases(
        explained(values[[3, 50]], frame.iloc[[3, 50]]),
        drawn=found.rows,
        classes=(),
        threshold=0.5,
        task="binary",
    )
    return json.dumps(
        {
            "format": "mlops-gov/measurement/1",
            "kind": "explanation",
            "task": "binary",
            "scored": {"reproduced": True, "threshold": 0.5, "positive_label": "1"},
            "explained": {"scale": "probability", "label": "1", "classes": [], "base": 0.5},
            "measures": [
                qualities.additivity(found).as_dict(),
                alike.tau.as_dict(),
                alike.overlap.as_dict(),
            ],
            "groups": [],
            "comparisons": [
                *map(proxies.comparison, given_away),
                *by_group.largest_differences(groups),
            ],
            "checks": [],
            "verdict": "undecided",
            "features": features,
            "summary": summaries.summary(found, 0, names),
            "dependence": summaries.dependence(found, 0, names),
            "cases": single,
            "by_group": groups,
            "proxies": given_away,
            "quality": {
                "explainer": "tree_rescaled", "exact": True, "evaluations": 0, "version": "0.51.0",
                "background_sha256": "a" * 64, "background_rows": 100, "sample_rows": 300,
                "of_rows": 10_000, "proxy_rows": 300, "stratified_by": "approve", "seed": 7,
                "shap_seconds": 0.4, "additivity_residual": 0.0, "rank_stability": 1.0,
                "top_overlap": 1.0,
            },
            "honesty": {
                "rows_in": 10_000, "rows_used": 300,
                "dropped": [{"reason": "not_sampled", "rows": 9_700}],
                "missing_sensitive": {"sex": 5}, "smallest_group": 30, "smallest_cell": 10,
                "small_cells": 1, "too_few": ["sex: missing"], "not_estimable": [],
                "comparisons": 6, "level": 0.95, "seed": 7, "libraries": {"shap": "0.51.0"},
                "duration_seconds": 1.0, "earlier_runs": 0,
            },
        },
        allow_nan=False,
    )  # fmt: skip


def content(**changes: Any) -> dict[str, Any]:
    return {**json.loads(measured()), **changes}


def voice() -> Voice:
    return Voice(lambda text: text, lambda value, decimals: f"{value:.{decimals}f}", str)


def shown(measurement: dict[str, Any]) -> str:
    context = {
        "measurement": measurement,
        "brief": False,
        "part": "audits/parts/figures/explanation.html",
    }
    return render_to_string(
        "audits/parts/figures.html", {**context, **PARTS["explanation"](measurement)}
    )


def printed(measurement: dict[str, Any]) -> str:
    dossier = dossiers.full()
    exhibit = copy.deepcopy(dossier["evidence"][0])
    exhibit.update(id=99, kind="explanation", title="Explanation", content=measurement)
    dossier["evidence"].append(exhibit)
    return document.html(dossier)


def test_every_measure_has_a_name_and_a_meaning():
    found = content()
    codes = {one["name"] for one in (*found["measures"], *found["comparisons"])}
    codes |= {found["features"][0]["importance"]["name"], found["features"][0]["share"]["name"]}
    assert codes <= set(MEASURE_NAMES) and codes <= set(MEASURE_MEANINGS)


def test_numbers_are_written_with_three_digits_of_the_weightiest():
    said = told(content(), voice())
    assert re.fullmatch(r"0\.\d{4}", said["features"][0]["importance"])
    assert voice().value(1234.5678) == "1235" and voice().value(0.00123456) == "0.001235"
    assert voice().text("0.8999999761581421") == "0.9000" and voice().text("nobody") == "nobody"
    assert voice().text(None) == "not given" and voice().write(-0.0001, 2) == "0.00"


@pytest.mark.parametrize("target", ["page", "pdf"])
def test_charts_are_well_formed_and_hold_no_markup_of_a_users(target):
    charts = drawn(content(), target=target, words=Words(**chart_words(content(), voice())))
    pictures = [
        charts.importance,
        charts.summary,
        *charts.dependence,
        *charts.cases,
        *charts.by_group,
    ]
    assert len(pictures) == 2 + 3 + 2 + 1
    for picture in pictures:
        root = ElementTree.fromstring(picture)  # noqa: S314
        assert root.get("aria-label") and "<script" not in picture
        width = float(root.get("viewBox").split()[2])
        for mark in root.iter(f"{SVG}circle"):
            assert 0 <= float(mark.get("cx")) <= width
        # Classes only on the page, colours only on paper, and no style on either.
        assert ("class=" in picture) == (target == "page")
        assert "style=" not in picture


def test_an_axis_holds_contributions_of_any_size():
    def format(value: float, decimals: int) -> str:
        return f"{value:.{decimals}f}"

    for ends in ([-0.00031, 0.0002], [12_345.0, 3.0], [0.0], [-5.0, -1.0]):
        axis, ticks = axis_of(ends, left=100, right=500, format=format, size=12)
        assert axis.low <= min(0, *ends, 0) and axis.high >= max(0, *ends, 0)
        assert 2 <= len(ticks) <= 8 and len({label for _, label in ticks}) == len(ticks)
        assert any(value == 0 for value, _ in ticks)


def test_the_page_shows_charts_tables_reasons_and_how_far_to_trust_it():
    text = shown(content())
    assert text.count("<svg") == 8
    assert "<script>alert" not in text and "style=" not in text
    for words in (
        "What drives its answers",
        "What lowered it most",
        "which lowered the answer by",
        "rescaled to probability",
        "Do the features give sensitive attributes away?",
        "300 of 10,000",
        "9700: not drawn into the sample",
    ):
        assert words in text


def test_the_chapter_prints_the_same():
    text = printed(content())
    assert "&lt;script&gt;alert" in text and "<script>alert" not in text
    assert "which lowered the answer by" in text
    assert "No explanation has been filed" not in text
    # The tables of the page and the chapter are made by the same words.
    paper, screen = explanation.parts(content()), page.parts(content())
    assert [one["name"] for one in paper["features"]] == [one["name"] for one in screen["features"]]


def test_an_exhibit_without_the_parts_is_shown_all_the_same():
    bare = content()
    for key in ("explained", "features", "summary", "dependence", "cases", "by_group", "proxies"):
        del bare[key]
    del bare["quality"]
    assert "What drives its answers" in shown(bare)
    assert "What drives its answers" in printed(bare)


def test_the_public_sees_no_single_row_and_no_small_group():
    whole, public = content(), suppress(content())
    assert public["cases"] == [] and public["cases_withheld"] == 2
    small = public["by_group"][0]["groups"][-1]
    assert small["count"] == {"fewer_than": 10}
    assert small["features"] == small["differences"] == []
    # Five among three hundred could be found by subtraction.
    assert public["by_group"][0]["groups"][0]["count"] == {"about": 200}
    assert public["by_group"][0]["groups"][1]["count"] == {"about": 100}
    assert whole["by_group"][0]["groups"][1]["count"] == 95
    income = next(one for one in public["summary"] if one["feature"] == "income")
    ranges = [one for one in income["bins"] if one["kind"] == "range"]
    assert ranges[0]["low"] is None and ranges[-1]["high"] is None
    assert all(float(f"{one['at']:.1e}") == one["at"] for one in ranges)
    text = shown(public)
    assert "withheld from you" in text and "fewer than 10" in text
    assert "which lowered the answer" not in printed(public)


def test_a_rare_value_is_not_named_to_the_public():
    found = content()
    town = {"feature": "town", "bins": [
        {"kind": "value", "value": "Boston", "rows": 293, "mean": 0.1, "low_5": 0, "low_25": 0,
         "high_75": 0, "high_95": 0},
        {"kind": "value", "value": "Nowhere", "rows": 7, "mean": 0.2, "low_5": 0, "low_25": 0,
         "high_75": 0, "high_95": 0},
    ]}  # fmt: skip
    public = suppress({**found, "summary": [town]})
    boston, rare = public["summary"][0]["bins"]
    assert boston["value"] == "Boston" and boston["rows"] == {"about": 290}
    assert rare["rows"] == {"fewer_than": 10} and rare["mean"] is None
    assert "Nowhere" not in json.dumps(public["summary"])
