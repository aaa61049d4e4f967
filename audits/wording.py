"""Words for what was measured: names of measures, reasons, and verdicts as sentences.

Every function takes ``translate``; what is stored is in English, what is shown is in the reader's
language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audits.measures.figures import REASONS
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.wording import gettext_noop

Translate = Callable[[str], str]

MEASURE_NAMES = {
    "accuracy": gettext_noop("Accuracy"),
    "balanced_accuracy": gettext_noop("Balanced accuracy"),
    "precision": gettext_noop("Precision"),
    "recall": gettext_noop("Recall"),
    "specificity": gettext_noop("Specificity"),
    "f1": gettext_noop("F1"),
    "macro_f1": gettext_noop("Macro F1"),
    "mcc": gettext_noop("Matthews correlation"),
    "roc_auc": gettext_noop("ROC AUC"),
    "brier": gettext_noop("Brier score"),
    "brier_score": gettext_noop("Brier score"),
    "log_loss": gettext_noop("Log loss"),
    "r2": gettext_noop("R²"),
    "mae": gettext_noop("Mean absolute error"),
    "rmse": gettext_noop("Root mean squared error"),
    "majority_class": gettext_noop("Always the majority class"),
    "mean": gettext_noop("Always the mean"),
    "selection_rate": gettext_noop("Selection rate"),
    "true_positive_rate": gettext_noop("True positive rate"),
    "false_positive_rate": gettext_noop("False positive rate"),
    "true_negative_rate": gettext_noop("True negative rate"),
    "false_negative_rate": gettext_noop("False negative rate"),
    "impact_ratio": gettext_noop("Impact ratio"),
    "demographic_parity_difference": gettext_noop("Demographic parity difference"),
    "demographic_parity_ratio": gettext_noop("Demographic parity ratio"),
    "equal_opportunity_difference": gettext_noop("Equal opportunity difference"),
    "equal_opportunity_ratio": gettext_noop("Equal opportunity ratio"),
    "equalized_odds_difference": gettext_noop("Equalised odds difference"),
    "equalized_odds_ratio": gettext_noop("Equalised odds ratio"),
    "predictive_parity_difference": gettext_noop("Predictive parity difference"),
    "predictive_parity_ratio": gettext_noop("Predictive parity ratio"),
    "accuracy_difference": gettext_noop("Accuracy difference"),
    "accuracy_ratio": gettext_noop("Accuracy ratio"),
}

# What a check says; the interval decides and never the point figure alone.
SENTENCES = {
    "pass": gettext_noop(
        "%(what)s is %(value)s (95 %% interval %(low)s to %(high)s): within the limit, %(limit)s."
    ),
    "warn": gettext_noop(
        "%(what)s is %(value)s (95 %% interval %(low)s to %(high)s): close to the limit, %(limit)s."
    ),
    "undecided": gettext_noop(
        "%(what)s is %(value)s (95 %% interval %(low)s to %(high)s): the interval straddles"
        " the limit,"
        " %(limit)s, so this many rows cannot decide."
    ),
    "fail": gettext_noop(
        "%(what)s is %(value)s (95 %% interval %(low)s to %(high)s): outside the limit, %(limit)s."
    ),
}
TOO_FEW = gettext_noop("%(what)s: too few rows to judge; the limit is %(limit)s.")
NOT_ESTIMABLE = gettext_noop("%(what)s cannot be estimated here; the limit is %(limit)s.")
LIMITS = {
    "at_least": gettext_noop("at least %(limit)s"),
    "at_most": gettext_noop("at most %(limit)s"),
}
ORDER = ("fail", "undecided", "warn", "pass")


def plain(message: str) -> str:
    """Leave a message as it is: the English that is stored."""
    return message


def measure_name(code: str, translate: Translate = plain) -> str:
    """Return the name of a measure; a code nobody named yet is shown as it is."""
    return translate(MEASURE_NAMES.get(code, code))


def figure(value: float | None) -> str:
    """Return a figure with three decimals, or a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def sentence(
    check: Mapping[str, Any],
    translate: Translate = plain,
    number: Callable[[float | None], str] = figure,
) -> str:
    """Return the verdict of one check as a sentence."""
    about = [part for part in (check.get("attribute"), check.get("group")) if part and part != "*"]
    name = measure_name(check["measure"], translate)
    facts = {
        "what": f"{name}, {': '.join(about)}" if about else name,
        "value": number(check["value"]),
        "low": number(check["low"]),
        "high": number(check["high"]),
        "limit": translate(LIMITS[check["direction"]]) % {"limit": number(check["limit"])},
    }
    if check.get("reason") == "too_few":
        return translate(TOO_FEW) % facts
    if check["value"] is None or check["low"] is None:
        return translate(NOT_ESTIMABLE) % facts
    return translate(SENTENCES[check["verdict"]]) % facts


def decisive(measurement: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the check that decides the verdict.

    Of the worst ones, the figure nearest to trouble.
    """
    of_verdict = [
        check for check in measurement["checks"] if check["verdict"] == measurement["verdict"]
    ]
    judged = [
        check
        for check in of_verdict
        if check["value"] is not None and check.get("reason") != "too_few"
    ] or of_verdict

    def margin(check: Mapping[str, Any]) -> float:
        if check["value"] is None:
            return float("inf")
        gap: float = check["value"] - check["limit"]
        return gap if check["direction"] == "at_least" else -gap

    return min(judged, key=margin) if judged else None


def summary(measurement: Mapping[str, Any], translate: Translate = plain) -> str:
    """Return the measurement in a sentence: its verdict and the check that decides it."""
    verdict = translate(VERDICT_NAMES[measurement["verdict"]])
    check = decisive(measurement)
    if check is None and measurement["checks"]:
        return translate(gettext_noop("Not judged. Every group has too few rows."))
    if check is None:
        rows = measurement["honesty"]["rows_used"]
        return translate(gettext_noop("No limit was set; %(rows)s rows measured.")) % {"rows": rows}
    return f"{verdict}. {sentence(check, translate)}"


def title(kind: str, data: str, ordinal: int) -> str:
    """Return the exhibit's title: what, on which data, and the how-manieth run that was."""
    return f"{EVIDENCE_KINDS[kind]} on {data}, run {ordinal}"


# Why rows were left out; why a figure cannot be estimated is said by the measures themselves.
DROPPED = {
    "label_missing": gettext_noop("the label is missing"),
    "prediction_missing": gettext_noop("the prediction is missing"),
}


def reason_words(code: str, translate: Translate = plain) -> str:
    """Return why something was left out or cannot be estimated; an unknown code reads as it is."""
    words = {**REASONS, **DROPPED}
    return translate(words[code]) if code in words else code.replace("_", " ")
