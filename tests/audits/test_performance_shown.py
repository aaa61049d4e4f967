"""What page and report show of a performance measurement, of a new one and of an old one."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from audits.rendering import document
from audits.rendering import performance as chapter
from audits.suppression import suppress
from audits.web.exhibits import performance as page
from tests.audits import dossiers, sample_facts, sample_measurements
from tests.audits.test_measures_performance import sample
from tests.audits.test_measures_rows import measured


def measurement(**changes: Any) -> dict[str, Any]:
    label, score = sample(400)
    rows = {"label": label, "score": score, "s0": ["<b>north</b>", "south", None, "east"] * 100}
    found = measured("performance", rows, slices={"s0": "branch"}, threshold=0.45, **changes)
    found["honesty"]["earlier_runs"] = 0
    found["about"] = sample_measurements.ABOUT
    return found


def shown(content: dict[str, Any]) -> str:
    context = {"measurement": content, **page.parts(content)}
    return str(render_to_string("audits/parts/figures/performance.html", context))


def test_the_page_shows_curves_bins_and_slices_with_their_tables() -> None:
    html = shown(measurement())
    assert html.count("<svg") == 4
    for words in ("At every threshold", "Do the scores mean what they say?", "By branch"):
        assert words in html
    assert "0.45" in html
    assert "Always the share of positives" in html
    assert "not recorded" in html
    assert "<b>north" not in html
    assert "style=" not in html


def test_the_page_of_a_public_reader_and_of_an_old_measurement_hold_what_there_is() -> None:
    assert "<svg" in shown(suppress(measurement()))
    old = sample_measurements.performance()
    html = shown(old)
    assert "How well it does" in html
    assert "<svg" not in html
    assert "fewer than 10" in shown(suppress(old))


def test_the_page_of_a_regression_speaks_of_predictions() -> None:
    label, score = sample(100)
    content = measured(
        "performance", {"label": label, "score": score}, task="regression", threshold=None
    )
    html = shown(content)
    assert "Do the predictions hold on average?" in html
    assert "Mean error" in html


@pytest.mark.parametrize("profile", ["regulator", "public"])
def test_the_chapter_shows_the_same(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = measurement()
    stated = suppress(content) if profile == "public" else content
    monkeypatch.setattr(sample_facts, "performance", lambda: stated)
    html = document.html(dossiers.full(profile=profile))
    for words in (
        "How well the scores order the rows",
        "What other thresholds would do",
        "Whether the scores mean what they say",
        "By branch",
        "Expected calibration error",
    ):
        assert words in html
    assert "<b>north" not in html


def test_the_chapter_of_an_old_measurement_has_no_curves() -> None:
    parts = chapter.parts(sample_measurements.performance())
    assert not parts["rank_curves"]
    assert not parts["calibration"]
    assert not parts["slices"]
    assert [one["name"] for one in parts["baselines"]] == ["majority_class"]


def test_a_table_on_paper_has_four_figures_at_the_most() -> None:
    (table,) = chapter.parts(measurement())["slices"]
    assert len(table["columns"]) == 4
    assert all(len(row["figures"]) == 4 for row in table["rows"])
