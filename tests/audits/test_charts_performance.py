"""Curves, calibration and slices as charts: within the picture, told in words, by role."""

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from audits.charts import calibration, rank_curves, threshold_curve
from audits.charts.drawings import WIDTH, Target
from audits.charts.planes import ticks
from audits.wording.performed import WORDS
from tests.audits.test_measures_rows import measured

SVG = "{http://www.w3.org/2000/svg}"
TARGETS: tuple[Target, ...] = ("page", "pdf")


@pytest.fixture(scope="module")
def curves() -> dict[str, Any]:
    generator = np.random.default_rng(1)
    label = (generator.random(400) < 0.4).astype(int)
    score = np.clip(label * 0.3 + generator.random(400) * 0.7, 0, 1).round(3)
    found = measured("performance", {"label": label, "score": score}, threshold=0.45)
    return dict(found["curves"])


def number(value: float) -> str:
    return f"{value:g}"


def read(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    height = float(root.attrib["viewBox"].split()[3])
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= WIDTH
        assert 0 <= float(text.attrib["y"]) <= height
    for line in root.iter(f"{SVG}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= height
    return root


@pytest.mark.parametrize("target", TARGETS)
def test_the_declared_threshold_is_marked_on_both_curves(
    curves: dict[str, Any], target: Target
) -> None:
    svg = rank_curves(
        curves["thresholds"], target=target, title="Order", words=WORDS, number=number
    )
    root = read(svg)
    told = [title.text for title in root.iter(f"{SVG}title")]
    assert told[0] == "Order"
    assert told.count("declared threshold: 0.45") == 2
    assert len(list(root.iter(f"{SVG}polyline"))) == 2


@pytest.mark.parametrize("target", TARGETS)
def test_three_rates_over_the_thresholds_differ_by_more_than_colour(
    curves: dict[str, Any], target: Target
) -> None:
    svg = threshold_curve(
        curves["thresholds"], target=target, title="Rates", words=WORDS, number=number
    )
    root = read(svg)
    lines = list(root.iter(f"{SVG}polyline"))
    assert len(lines) == 6  # each once in the picture and once in its key
    if target == "pdf":
        assert {line.attrib.get("stroke-dasharray", "") for line in lines} == {"", "7 3", "2 3"}
    else:
        assert {line.attrib["class"] for line in lines} == {
            "curve first",
            "curve second",
            "curve third",
        }
        assert "style=" not in svg
    assert any("declared threshold 0.45" in (one.text or "") for one in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("target", TARGETS)
def test_each_bin_has_its_dot_and_its_whisker(curves: dict[str, Any], target: Target) -> None:
    bins = curves["calibration"]
    svg = calibration(
        bins, target=target, title="Bins", predicted="Score", observed="Rate", number=number
    )
    root = read(svg)
    circles = list(root.iter(f"{SVG}circle"))
    assert len(circles) == len(bins)
    # Rows that score higher stand further to the right.
    places = [float(circle.attrib["cx"]) for circle in circles]
    assert places == sorted(places)
    assert not re.search(r"nan|inf\b", svg, re.IGNORECASE)


def test_values_without_a_scale_get_round_axes() -> None:
    bins = [
        {"mean_score": mean, "rate": {"value": mean + 7, "low": mean, "high": mean + 14}}
        for mean in (-1_250.0, 90.0, 3_333.0)
    ]
    svg = calibration(
        bins, title="Bins", predicted="a", observed="b", number=number, is_share=False
    )
    words = [one.text for one in read(svg).iter(f"{SVG}text")]
    assert "-2000" in words
    assert "4000" in words


def test_one_class_or_nothing_draws_nothing() -> None:
    step = {
        "threshold": 0.5,
        "true_positives": 0,
        "false_positives": 3,
        "false_negatives": 0,
        "true_negatives": 4,
    }
    assert rank_curves([step], title="", words=WORDS, number=number) == ""
    assert rank_curves([], title="", words=WORDS, number=number) == ""
    assert threshold_curve([step], title="", words=WORDS, number=number) == ""
    assert calibration([], title="", predicted="", observed="", number=number) == ""


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-3, 22, [0, 5, 10, 15, 20]), (0, 0.004, 5)],
)
def test_ticks_are_round(low: float, high: float, expected: Any) -> None:
    found = ticks(low, high)
    assert len(found) <= 7
    assert (found if isinstance(expected, list) else len(found)) == pytest.approx(expected)
