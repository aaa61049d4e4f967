"""What is shown of drift and of data: words for every measure, pictures, and no small count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from django.template.loader import render_to_string

from audits.charts import Bin, paired_bars
from audits.rendering import data_records as data_chapter
from audits.rendering import drift as drift_chapter
from audits.rendering.words import INTERVALS
from audits.suppression import suppress
from audits.suppression.bins import suppress_bins
from audits.web.exhibits import data_records, drift
from audits.wording import MEASURE_MEANINGS, MEASURE_NAMES
from tests.audits.test_measures_drift import measured, scored
from tests.audits.test_profiling import loans, recorded, saved

HOSTILE = '<b>"select"</b>'


@pytest.fixture(scope="module")
def drifted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    generator = np.random.default_rng(1)
    sides = []
    for seed, rows in ((1, 400), (2, 300)):
        columns = {
            HOSTILE: generator.normal(seed, 1, rows),
            "sex": [*["f", "m"] * (rows // 2 - 2), "f", "x", "x", "x"],
            "job": [*["clerk"] * (rows - 3), "only one", "mayor", "mayor"],
        }
        sides.append(scored(columns, rows, seed))
    folder = tmp_path_factory.mktemp("drifted")
    return measured(*sides, [HOSTILE, "sex", "job"], folder, sensitive={"s1": "sex"})


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("record")
    data = loans().assign(case=range(len(loans())))
    train = saved(data.iloc[:500], folder / "train.csv")
    return recorded(data.iloc[495:], folder, others=[("train", train, "csv")])


def figures_of(measurement: dict[str, Any]) -> list[dict[str, Any]]:
    groups = [one for group in measurement["groups"] for one in group["measures"].values()]
    return [*measurement["measures"], *measurement["comparisons"], *groups]


@pytest.mark.parametrize("which", ["drifted", "record"])
def test_every_figure_has_a_name_a_meaning_and_a_word_for_its_interval(
    which: str, request: pytest.FixtureRequest
) -> None:
    for figure in figures_of(request.getfixturevalue(which)):
        assert figure["name"] in MEASURE_NAMES
        assert figure["name"] in MEASURE_MEANINGS
        assert figure["interval"] == "" or figure["interval"] in INTERVALS


@pytest.mark.parametrize("public", [False, True])
def test_a_page_shows_drift_and_lets_no_name_break_out(
    drifted: dict[str, Any], public: bool
) -> None:
    content = suppress(drifted) if public else drifted
    context = {"measurement": content, **drift.parts(content)}
    page = render_to_string("audits/parts/figures/drift.html", context)
    assert "How far each feature has moved" in page
    assert "<b>" not in page
    assert "style=" not in page


@pytest.mark.parametrize("public", [False, True])
def test_a_page_shows_a_data_record(record: dict[str, Any], public: bool) -> None:
    content = suppress(record) if public else record
    context = {"measurement": content, **data_records.parts(content)}
    page = render_to_string("audits/parts/figures/data.html", context)
    assert "What the data holds" in page
    assert "style=" not in page


def test_the_chapters_take_both_and_older_files(
    drifted: dict[str, Any], record: dict[str, Any]
) -> None:
    assert len(drift_chapter.parts(drifted)["histograms"]) == 3
    assert drift_chapter.parts(suppress(drifted))["shift_chart"]
    assert data_chapter.parts(suppress(record))["columns"]
    for parts in (drift_chapter.parts, drift.parts, data_chapter.parts, data_records.parts):
        parts({"measures": [], "groups": [], "comparisons": [], "checks": []})


def test_small_counts_and_rare_values_leave_a_public_drift_measurement(
    drifted: dict[str, Any],
) -> None:
    public = suppress(drifted)
    job = next(one for one in public["features"] if one["feature"] == "job")
    assert "mayor" not in json.dumps(public)
    assert "only one" not in json.dumps(public)
    assert job["histogram"]["before"][0] == {"about": 400}
    assert {"fewer_than": 10} in job["histogram"]["before"]
    few = next(group for group in public["groups"] if group["group"] == "x")
    assert few["count"] == few["count_before"] == {"fewer_than": 10}
    assert "only one" in json.dumps(drifted)


def test_small_counts_and_ends_leave_a_public_data_record(record: dict[str, Any]) -> None:
    public = suppress(record)
    amount = next(one for one in public["columns"] if one["name"] == "loanamt")
    assert amount["min"] is None is amount["max"]
    assert not any(
        isinstance(count, int) and 0 < count < 10 for count in amount["histogram"]["counts"]
    )
    (overlap,) = public["overlaps"]
    assert overlap["shared"] == {"fewer_than": 10}
    (share,) = (one for one in public["comparisons"] if one["name"] == "overlap_share")
    assert (share["value"], share["reason"]) == (None, "withheld")
    (check,) = (one for one in public["checks"] if one["measure"] == "overlap_share")
    assert check["value"] is None


def test_bins_beside_a_small_one_are_rounded() -> None:
    assert suppress_bins([0, 3, 47], 10) == [0, {"fewer_than": 10}, {"about": 50}]
    assert suppress_bins([0, 30, 47], 10) == [0, 30, 47]


@pytest.mark.parametrize("target", ["page", "pdf"])
def test_bars_are_drawn_to_scale_and_say_their_shares(target: Any) -> None:
    picture = ElementTree.fromstring(  # noqa: S314 - of our own making
        paired_bars(
            [Bin("a & b", 0.5, 0.25), Bin("none", 0.0, None)],
            target=target,
            title="Shares",
            percent=lambda share: f"{share:.0%}",
            names=("before", "after"),
            withheld="withheld",
        )
    )
    drawn = [
        float(line.attrib["x2"]) - float(line.attrib["x1"])
        for group in picture.iterfind(".//{*}g")
        if "a & b" in (group.findtext("{*}title") or "")
        for line in group.iterfind("{*}line")
    ]
    assert drawn[0] == pytest.approx(2 * drawn[1], abs=0.05)
    words = [text.text for text in picture.iterfind(".//{*}text")]
    assert {"50%", "25%", "0%", "withheld", "before", "after"} <= set(words)


def test_short_numbers_keep_their_digits_that_count() -> None:
    written = [drift.short(value) for value in (0.0, 0.12345, 3.0, 39770.4, 1e6, 1.5e-7, 1e15)]
    assert written == ["0", "0.1235", "3", "39,770", "1,000,000", "1.5e-07", "1e+15"]


def test_a_measurement_is_the_same_on_every_run(tmp_path: Path) -> None:
    sides = [scored({"x": range(50)}, 50, seed) for seed in (1, 2)]
    one, other = (measured(*sides, ["x"], tmp_path) for _ in range(2))
    for found in (one, other):
        found["honesty"].pop("duration_seconds")
    assert one == other
