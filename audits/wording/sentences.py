"""Says a verdict, a figure and a reason in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audits.measures.figures import REASONS
from audits.wording.measures import MEASURE_NAMES
from registry.rules.catalogue import EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.wording import gettext_noop

Translate = Callable[[str], str]

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
# What is held equal: people are compared with those of the same stratum.
GIVEN = gettext_noop("%(what)s, given %(given)s")
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
    what = f"{name}, {': '.join(about)}" if about else name
    if check.get("given"):
        what = translate(GIVEN) % {"what": what, "given": check["given"]}
    facts = {
        "what": what,
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
    "not_sampled": gettext_noop("not drawn into the sample"),
}


def reason_words(code: str, translate: Translate = plain) -> str:
    """Return why something was left out or cannot be estimated; an unknown code reads as it is."""
    words = {**REASONS, **DROPPED}
    return translate(words[code]) if code in words else code.replace("_", " ")
