"""Sample measurements: the content of exhibits, made from counts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.measures.intervals import Share, mover_ratio, wilson
from registry.rules.casefile import digest

Counted = dict[str | None, tuple[int, int, int, int]]
BY_SEX: Counted = {"female": (58, 5, 2, 5), "male": (268, 17, 6, 32), None: (4, 1, 0, 0)}
BY_RACE: Counted = {"black": (24, 5, 5, 14), "hispanic": (16, 3, 2, 5), "white": (290, 15, 1, 18)}


def figure(name: str, share: tuple[int, int], reason: str = "no_rows") -> dict[str, Any]:
    """Return a rate as a measurement states it."""
    successes, trials = share
    if not trials:
        return {
            "name": name, "value": None, "low": None, "high": None, "interval": "", "n": 0,
            "estimable": False, "reason": reason,
        }  # fmt: skip
    low, high = wilson(Share(successes, trials))
    return {
        "name": name, "value": successes / trials, "low": low, "high": high, "interval": "wilson",
        "n": trials, "estimable": True, "reason": "too_few" if trials < 30 else "",
    }  # fmt: skip


def group(attribute: str, name: str | None, counts: Sequence[int], best: Share) -> dict[str, Any]:
    """Return one group of people as a measurement states it."""
    tp, fp, fn, tn = counts
    people = sum(counts)
    selected = Share(tp + fp, people)
    is_best = selected.rate == best.rate
    low, high = (1.0, 1.0) if is_best else mover_ratio(selected, best)
    return {
        "attribute": attribute,
        "group": name or "missing",
        "values": [name],
        "missing": name is None,
        "count": people,
        "too_few": people < 30,
        "reference": is_best,
        "measures": {
            "selection_rate": figure("selection_rate", (tp + fp, people)),
            "true_positive_rate": figure("true_positive_rate", (tp, tp + fn), "no_positives"),
            "false_positive_rate": figure("false_positive_rate", (fp, fp + tn), "no_negatives"),
            "true_negative_rate": figure("true_negative_rate", (tn, fp + tn), "no_negatives"),
            "false_negative_rate": figure("false_negative_rate", (fn, tp + fn), "no_positives"),
            "precision": figure("precision", (tp, tp + fp), "no_selected"),
            "accuracy": figure("accuracy", (tp + tn, people)),
        },
        "impact_ratio": {
            "name": "impact_ratio",
            "value": selected.rate / best.rate,
            "low": low,
            "high": high,
            "interval": "reference" if is_best else "mover_r",
            "n": people,
            "estimable": True,
            "reason": "too_few" if people < 30 else "",
        },
    }  # fmt: skip


def groups(attribute: str, counted: Counted) -> list[dict[str, Any]]:
    """Return the groups of an attribute; the best is the highest rate among the large ones."""
    shares = [Share(c[0] + c[1], sum(c)) for c in counted.values() if sum(c) >= 30]
    best = max(shares, key=lambda share: share.rate)
    return [group(attribute, name, counts, best) for name, counts in counted.items()]


def check_of(one: dict[str, Any]) -> dict[str, Any]:
    """Return the check of a group's impact ratio against four fifths."""
    ratio = one["impact_ratio"]
    clear = "pass" if ratio["low"] >= 0.8 else "fail" if ratio["high"] < 0.8 else "undecided"
    return {
        "measure": "impact_ratio", "attribute": one["attribute"], "group": one["group"],
        "missing": one["missing"], "limit": 0.8, "direction": "at_least", "warn": None,
        "value": ratio["value"], "low": ratio["low"], "high": ratio["high"],
        "interval": ratio["interval"], "reason": ratio["reason"],
        "verdict": "undecided" if ratio["reason"] else clear,
    }  # fmt: skip


def honesty(**facts: Any) -> dict[str, Any]:
    """Return the honesty block of a measurement."""
    return {
        "rows_in": 398,
        "rows_used": 398,
        "dropped": [
            {"reason": "label_missing", "rows": 0},
            {"reason": "prediction_missing", "rows": 0},
        ],
        "missing_sensitive": {"sex": 5, "race": 0},
        "smallest_group": 30,
        "smallest_cell": 10,
        "small_cells": 7,
        "too_few": ["sex: missing", "race: hispanic"],
        "not_estimable": [],
        "comparisons": 6,
        "level": 0.95,
        "seed": None,
        "libraries": {
            "python": "3.11.9",
            "duckdb": "2.0.0",
            "fairlearn": "0.15.0",
            "numpy": "2.4.6",
        },
        "duration_seconds": 1.204,
        "earlier_runs": 3,
        **facts,
    }


SCORED = {
    "reproduced": True, "threshold": 0.5, "positive_label": "1", "label_column": "approve",
}  # fmt: skip


ABOUT = {"data": {"dataset": "loanapp", "number": 2, "sha256": digest("loanapp 2")}}


def performance() -> dict[str, Any]:
    """Return the measurement of how well the model performs."""
    return {
        "format": "mlops-gov/measurement/1",
        "kind": "performance",
        "task": "binary",
        "scored": SCORED,
        "baseline": {"name": "majority_class", "measure": "accuracy", "value": 338 / 398},
        "confusion": {
            "true_positives": 330, "false_positives": 23,
            "false_negatives": 8, "true_negatives": 37,
        },
        "measures": [
            figure("accuracy", (367, 398)),
            figure("precision", (330, 353)),
            figure("recall", (330, 338)),
            figure("specificity", (37, 60)),
            {"name": "roc_auc", "value": 0.8312, "low": 0.7745, "high": 0.876, "interval": "delong",
             "n": 398, "estimable": True, "reason": ""},
            {"name": "log_loss", "value": 0.3144, "low": 0.2711, "high": 0.3646,
             "interval": "log_normal", "n": 398, "estimable": True, "reason": ""},
        ],
        "groups": [],
        "comparisons": [],
        "checks": [
            {"measure": "roc_auc", "attribute": "", "group": "", "missing": False, "limit": 0.6,
             "direction": "at_least", "warn": None, "value": 0.8312, "low": 0.7745, "high": 0.8760,
             "interval": "delong", "verdict": "pass", "reason": ""},
        ],
        "verdict": "pass",
        "cells": {
            "columns": ["label", "prediction"],
            "rows": [[0, 0, 37], [0, 1, 23], [1, 0, 8], [1, 1, 330]],
        },
        "honesty": honesty(too_few=[], comparisons=0, seed=20260101),
        "about": ABOUT,
    }  # fmt: skip


def comparison(attribute: str, name: str, value: float, low: float, high: float) -> dict[str, Any]:
    """Return a comparison of the groups of an attribute, over all and over the large ones."""
    stated = {
        "name": name, "value": value, "low": low, "high": high, "interval": "simultaneous_wilson",
        "n": 398, "estimable": True, "reason": "", "left_out": [],
    }  # fmt: skip
    judged = {**stated, "value": value * 0.9, "left_out": ["missing"]}
    return {"attribute": attribute, **stated, "judged": judged}


def fairness() -> dict[str, Any]:
    """Return the measurement of how differently groups are treated."""
    made = [*groups("sex", BY_SEX), *groups("race", BY_RACE)]
    checks = [check_of(one) for one in made if not one["reference"]]
    return {
        "format": "mlops-gov/measurement/1",
        "kind": "fairness",
        "task": "binary",
        "scored": SCORED,
        "measures": [],
        "groups": made,
        "comparisons": [
            comparison(attribute, name, value, low, high)
            for attribute, name, value, low, high in (
                ("sex", "demographic_parity_difference", 0.1176, 0.0, 0.3921),
                ("sex", "equalized_odds_difference", 0.6531, 0.0204, 0.9011),
                ("race", "demographic_parity_difference", 0.3372, 0.1411, 0.5120),
                ("race", "demographic_parity_ratio", 0.6419, 0.4710, 0.8202),
            )
        ],
        "checks": checks,
        "verdict": "fail",
        "cells": {
            "columns": ["sex", "race", "label", "prediction"],
            "rows": [
                ["female", "black", 0, 0, 4], ["female", "black", 1, 1, 12],
                ["female", "white", 0, 0, 11], ["female", "white", 1, 1, 43],
                ["male", "black", 0, 0, 10], ["male", "black", 1, 1, 21],
                ["male", "white", 0, 0, 37], ["male", "white", 1, 1, 255],
                [None, "white", 1, 1, 5],
            ],
        },
        "about": ABOUT,
        "honesty": honesty(
            not_estimable=[
                {"group": "sex: missing", "measure": "true_negative_rate", "reason": "no_negatives"}
            ]
        ),
    }  # fmt: skip


def drift() -> dict[str, Any]:
    """Return a file of a kind that no chapter of its own reads."""
    return {
        "kind": "drift",
        "reference": {"dataset": "loanapp-test", "rows": 398},
        "index": "population stability index",
        "stable": True,
        "features": [
            {"feature": "loan_amount", "psi": 0.031, "verdict": "pass"},
            {"feature": "unemployment_rate_of_the_industry_of_the_applicant", "psi": 0.214,
             "verdict": "warn"},
        ],
    }  # fmt: skip
