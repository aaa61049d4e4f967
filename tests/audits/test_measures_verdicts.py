"""Verdicts rest on intervals; too few rows decide nothing."""

from typing import Any

import pytest

from audits.measures.intervals import Share, corrected_wilson, sidak, wilson
from audits.measures.plans import Check, Plan, read_plan
from audits.measures.verdicts import judge, verdict_of
from registry.rules.refusals import Refused
from tests.audits.test_measures_fairness import rows_of
from tests.audits.test_measures_rows import measured


def check(limit: float, direction: Any = "at_least", warn: float | None = None) -> Check:
    return Check("impact_ratio", "*", limit, direction, warn)


def plan_of(*checks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"checks": list(checks), **changes}


def at_least(measure: str, limit: float, attribute: str = "*") -> dict[str, Any]:
    return {
        "measure": measure,
        "attribute": attribute,
        "limit": limit,
        "direction": "at_least",
        "warn": None,
    }


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.81, 0.9, "pass"),
        (0.80, 0.9, "pass"),
        (0.79, 0.9, "undecided"),
        (0.5, 0.80, "undecided"),
        (0.5, 0.79, "fail"),
    ],
)
def test_a_lower_limit_is_kept_by_the_whole_interval(low: float, high: float, verdict: str) -> None:
    assert verdict_of(check(0.8), low, high) == verdict
    # An upper limit is the mirror image.
    assert verdict_of(check(-0.8, "at_most"), -high, -low) == verdict


@pytest.mark.parametrize(
    ("low", "verdict"), [(0.95, "pass"), (0.9, "pass"), (0.85, "warn"), (0.75, "undecided")]
)
def test_a_mark_to_warn_at_is_kept_by_the_whole_interval(low: float, verdict: str) -> None:
    assert verdict_of(check(0.8, warn=0.9), low, 0.99) == verdict
    assert verdict_of(check(-0.8, "at_most", warn=-0.9), -0.99, -low) == verdict


def test_a_point_figure_over_the_limit_does_not_pass_alone() -> None:
    rows = rows_of(("a", 1, 1, 30), ("a", 0, 0, 20), ("b", 1, 1, 28), ("b", 0, 0, 22))
    found = measured("fairness", rows, plan=plan_of(at_least("impact_ratio", 0.8)))
    (judged,) = found["checks"]
    assert judged["value"] > 0.8
    assert judged["low"] < 0.8
    assert judged["verdict"] == found["verdict"] == "undecided"
    assert judged["reason"] == ""


def test_a_clear_gap_fails_and_names_the_group() -> None:
    rows = rows_of(("a", 1, 1, 800), ("a", 0, 0, 200), ("b", 1, 1, 400), ("b", 0, 0, 600))
    found = measured("fairness", rows, plan=plan_of(at_least("impact_ratio", 0.8)))
    (judged,) = found["checks"]
    assert (judged["attribute"], judged["group"], judged["verdict"]) == ("sex", "b", "fail")
    assert found["verdict"] == "fail"
    assert set(judged) >= {"measure", "limit", "direction", "value", "low", "high", "reason"}


def test_a_group_that_is_too_few_never_decides() -> None:
    rows = rows_of(
        ("a", 1, 1, 800), ("a", 0, 0, 200), ("b", 1, 1, 790), ("b", 0, 0, 210), ("c", 0, 0, 29)
    )
    plan = plan_of(
        at_least("impact_ratio", 0.8),
        at_least("selection_rate", 0.5),
        at_least("demographic_parity_ratio", 0.8),
    )
    found = measured("fairness", rows, plan=plan)
    few = [one for one in found["checks"] if one["group"] == "c"]
    assert [(one["verdict"], one["reason"]) for one in few] == [("undecided", "too_few")] * 2
    assert found["verdict"] == "pass"
    stricter = measured("fairness", rows, plan={**plan, "smallest_group": 29})
    assert stricter["verdict"] == "fail"


def test_the_size_that_is_too_few_is_the_plans() -> None:
    rows = rows_of(("a", 1, 1, 20), ("b", 0, 0, 20))
    plan = plan_of(at_least("impact_ratio", 0.8))
    assert measured("fairness", rows, plan=plan)["verdict"] == "undecided"
    assert measured("fairness", rows, plan={**plan, "smallest_group": 10})["verdict"] == "fail"


def test_the_overall_verdict_is_the_worst_that_counts() -> None:
    def of(*found: tuple[str, float | None, float | None, str]) -> str:
        measures = [
            {"name": name, "value": low, "low": low, "high": high, "interval": "", "reason": reason}
            for name, low, high, reason in found
        ]
        plan = Plan(tuple(Check(name, "", 0.5, "at_least", 0.7) for name, *_ in found))
        return judge(plan, {"measures": measures, "groups": [], "comparisons": []})[1]

    passed, warned = ("a", 0.8, 0.9, ""), ("b", 0.6, 0.9, "")
    undecided, failed = ("c", 0.4, 0.9, ""), ("d", 0.1, 0.2, "")
    few, empty = ("e", 0.1, 0.2, "too_few"), ("f", None, None, "no_positives")
    assert of(passed) == "pass"
    assert of(passed, warned) == "warn"
    assert of(passed, warned, undecided) == "undecided"
    assert of(undecided, failed) == "fail"
    assert of(passed, few) == "pass"
    assert of(few) == "undecided"
    assert of(passed, empty) == "undecided"
    assert of() == "undecided"


def test_a_check_on_what_is_not_measured_is_undecided() -> None:
    found = measured(
        "performance",
        {"label": [1, 0] * 50, "score": [0.9, 0.1] * 50},
        plan=plan_of(at_least("r2", 0.5, "")),
    )
    (judged,) = found["checks"]
    assert (judged["verdict"], judged["reason"]) == ("undecided", "not_measured")
    assert judged["value"] is None


def test_a_check_on_an_attribute_that_is_not_there_is_undecided() -> None:
    rows = rows_of(("a", 1, 1, 40), ("b", 0, 0, 40))
    found = measured("fairness", rows, plan=plan_of(at_least("impact_ratio", 0.8, "race")))
    (judged,) = found["checks"]
    assert (judged["attribute"], judged["reason"]) == ("race", "not_measured")


def test_a_rate_of_every_group_is_judged_by_limits_that_hold_together() -> None:
    rows = rows_of(("a", 1, 1, 90), ("a", 1, 0, 10), ("b", 1, 1, 80), ("b", 1, 0, 20))
    found = measured("fairness", rows, plan=plan_of(at_least("true_positive_rate", 0.7, "sex")))
    first, second = found["checks"]
    limits = corrected_wilson(Share(90, 100), sidak(0.95, 2))
    assert (first["low"], first["high"]) == pytest.approx(limits)
    assert first["interval"] == "simultaneous_corrected_wilson"
    assert (first["verdict"], second["verdict"]) == ("pass", "undecided")


def test_the_rate_of_a_single_group_keeps_its_own_limits() -> None:
    rows = rows_of(("a", 1, 1, 90), ("a", 1, 0, 10))
    found = measured("fairness", rows, plan=plan_of(at_least("true_positive_rate", 0.7, "sex")))
    (judged,) = found["checks"]
    assert (judged["low"], judged["high"]) == pytest.approx(wilson(Share(90, 100)))
    assert judged["interval"] == "wilson"


def test_checks_of_a_performance_run_are_judged() -> None:
    rows = {"label": [1, 0] * 200, "score": [0.9, 0.1] * 180 + [0.1, 0.9] * 20}
    plan = plan_of(
        at_least("accuracy", 0.8, ""),
        {"measure": "brier_score", "limit": 0.05, "direction": "at_most"},
    )
    found = measured("performance", rows, plan=plan)
    assert [one["verdict"] for one in found["checks"]] == ["pass", "fail"]
    assert found["verdict"] == "fail"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"kind": "drift"}, "plan.kind"),
        (plan_of({"measure": "f1", "limit": 0.5, "direction": "over"}), "plan.check"),
        (plan_of({"measure": "f1", "limit": "high", "direction": "at_least"}), "plan.check"),
        (plan_of({"measure": "f1", "limit": True, "direction": "at_least"}), "plan.check"),
        (plan_of({"limit": 0.5, "direction": "at_least"}), "plan.check"),
        (plan_of({**at_least("f1", float("nan"))}), "plan.check"),
        (plan_of({**at_least("f1", 0.5), "warn": "x"}), "plan.check"),
        (plan_of({**at_least("f1", 0.5), "warn": 0.4}), "plan.warn"),
        (
            plan_of({"measure": "f1", "limit": 0.5, "direction": "at_most", "warn": 0.6}),
            "plan.warn",
        ),
    ],
)
def test_a_plan_that_cannot_be_judged_by_is_refused(content: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_plan(content, "performance")
    assert [one.code for one in caught.value.objections] == [code]
    assert "%(" not in str(caught.value)
