"""Measurements in words: names, verdicts as sentences, and the check that decides."""

from __future__ import annotations

from typing import Any

import pytest

from audits import wording

CHECK: dict[str, Any] = {
    "measure": "impact_ratio",
    "attribute": "sex",
    "group": "female",
    "limit": 0.8,
    "direction": "at_least",
    "value": 0.7512,
    "low": 0.7001,
    "high": 0.7999,
    "verdict": "fail",
    "reason": "",
}


def shouted(message: str) -> str:
    """Translate into loud English."""
    return {
        "Impact ratio": "IMPACT RATIO",
        "at least %(limit)s": "AT LEAST %(limit)s",
        "Fail": "FAIL",
    }.get(message, message)


def test_a_verdict_is_a_sentence_with_its_interval_and_limit() -> None:
    assert wording.sentence(CHECK) == (
        "Impact ratio, sex: female is 0.751 (95 % interval 0.700 to 0.800):"
        " outside the limit, at least 0.800."
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("pass", "within the limit"),
        ("warn", "close to the limit"),
        ("undecided", "straddles the limit"),
        ("fail", "outside the limit"),
    ],
)
def test_each_verdict_has_its_words(verdict: str, words: str) -> None:
    assert words in wording.sentence({**CHECK, "verdict": verdict})


def test_a_check_on_no_attribute_names_the_measure_alone() -> None:
    check = {**CHECK, "measure": "roc_auc", "attribute": "", "group": "", "direction": "at_most"}
    assert wording.sentence(check).startswith("ROC AUC is 0.751 ")
    assert wording.sentence(check).endswith("at most 0.800.")


def test_a_group_too_small_is_not_judged() -> None:
    assert wording.sentence({**CHECK, "reason": "too_few"}) == (
        "Impact ratio, sex: female: too few rows to judge; the limit is at least 0.800."
    )


@pytest.mark.parametrize("lacking", ["value", "low"])
def test_a_figure_that_cannot_be_estimated_says_so(lacking: str) -> None:
    assert wording.sentence({**CHECK, lacking: None}) == (
        "Impact ratio, sex: female cannot be estimated here; the limit is at least 0.800."
    )


def test_a_sentence_is_told_in_the_readers_language() -> None:
    assert wording.sentence(CHECK, shouted).startswith("IMPACT RATIO, sex: female is")
    assert wording.sentence(CHECK, shouted).endswith("AT LEAST 0.800.")


def test_numbers_are_written_as_the_reader_is_used_to() -> None:
    comma = wording.sentence(CHECK, number=lambda value: f"{value:.2f}".replace(".", ","))
    assert "0,75" in comma
    assert "." not in comma.rstrip(".")


def test_a_figure_has_three_decimals_or_a_dash() -> None:
    assert [wording.figure(value) for value in (0.12345, 1.0, None)] == ["0.123", "1.000", "–"]


def test_a_measure_nobody_named_is_shown_by_its_code() -> None:
    assert wording.measure_name("sparkle") == "sparkle"


def a_measurement(*checks: dict[str, Any], verdict: str = "fail") -> dict[str, Any]:
    return {"verdict": verdict, "checks": list(checks), "honesty": {"rows_used": 240}}


def test_of_failing_checks_the_one_furthest_outside_decides() -> None:
    worse = {**CHECK, "group": "male", "value": 0.5}
    fine = {**CHECK, "group": "x", "value": 0.1, "verdict": "pass"}
    assert wording.decisive(a_measurement(CHECK, worse, fine)) == worse


def test_at_most_is_furthest_outside_above() -> None:
    below = {**CHECK, "direction": "at_most", "value": 0.7}
    above = {**CHECK, "direction": "at_most", "value": 0.95}
    assert wording.decisive(a_measurement(below, above)) == above


def test_a_group_too_small_decides_only_where_nothing_else_does() -> None:
    small = {**CHECK, "value": 0.1, "reason": "too_few", "verdict": "undecided"}
    judged = {**CHECK, "verdict": "undecided"}
    assert wording.decisive(a_measurement(small, judged, verdict="undecided")) == judged
    assert wording.decisive(a_measurement(small, verdict="undecided")) == small


def test_a_summary_gives_the_verdict_and_the_check_that_decides() -> None:
    assert wording.summary(a_measurement(CHECK)) == f"Fail. {wording.sentence(CHECK)}"
    assert wording.summary(a_measurement(CHECK), shouted).startswith("FAIL. IMPACT RATIO")


def test_a_measurement_without_limits_says_how_many_rows_it_saw() -> None:
    assert wording.summary(a_measurement(verdict="none")) == (
        "No limit was set; 240 rows measured."
    )


def test_a_title_says_what_on_which_data_and_the_how_manieth() -> None:
    assert wording.title("fairness", "Loans 2", 3) == "Fairness on Loans 2, run 3"


def test_reasons_have_words_and_unknown_ones_read_as_they_are() -> None:
    assert wording.reason_words("label_missing") == "the label is missing"
    assert wording.reason_words("moon_too_bright") == "moon too bright"
    assert "_" not in wording.reason_words("no_positives")
