"""The shape of an evaluation plan: what a policy or a version may write into one."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

# What a run here can measure; the other kinds of evidence are made elsewhere and judged there.
KINDS = tuple(kind for kind in EVIDENCE_KINDS if kind not in ("validation", "other"))
DIRECTION_NAMES = {
    "at_least": gettext_noop("at least"),
    "at_most": gettext_noop("at most"),
}
PRESET_NAMES = {"ll144": gettext_noop("NYC Local Law 144")}
# The common measures, to choose from; any other code of the right shape is taken.
COMMON_MEASURES = {
    "roc_auc": gettext_noop("ROC AUC"),
    "accuracy": gettext_noop("Accuracy"),
    "balanced_accuracy": gettext_noop("Balanced accuracy"),
    "precision": gettext_noop("Precision"),
    "recall": gettext_noop("Recall"),
    "f1": gettext_noop("F1"),
    "mcc": gettext_noop("Matthews correlation"),
    "brier_score": gettext_noop("Brier score"),
    "r2": gettext_noop("R²"),
    "mae": gettext_noop("Mean absolute error"),
    "rmse": gettext_noop("Root mean squared error"),
    "impact_ratio": gettext_noop("Impact ratio"),
    "selection_rate": gettext_noop("Selection rate"),
    "demographic_parity_difference": gettext_noop("Demographic parity difference"),
    "equal_opportunity_difference": gettext_noop("Equal opportunity difference"),
    "equalized_odds_difference": gettext_noop("Equalised odds difference"),
    "predictive_parity_difference": gettext_noop("Predictive parity difference"),
    "additivity_residual": gettext_noop("Additivity residual"),
    "psi": gettext_noop("Population stability index of a column"),
    "missing_rate_difference": gettext_noop("Change of the share of missing values"),
    "prediction_psi": gettext_noop("Population stability index of the scores"),
    "overlap_share": gettext_noop("Share of rows shared with other data"),
    "duplicate_share": gettext_noop("Share of rows that are there twice"),
}

MEASURE = re.compile(r"[a-z][a-z0-9_]{0,79}")
# Control characters, and halves of surrogate pairs, which have no form in UTF-8.
UNREADABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST_NAME = 200
MOST_CHECKS = 60
MOST_COLUMNS = 10
MOST_ROWS = 100_000
LARGEST_SEED = 2**32 - 1
LARGEST_LIMIT = 1e15
CHECK_PARTS = {"measure", "attribute", "limit", "direction", "warn"}


def objections_to_shape(plans: object) -> list[Objection]:
    """Say what is wrong with a plan's shape, kind by kind; empty when it can be judged by."""
    if not isinstance(plans, Mapping):
        return [
            Objection(
                "plan.shape",
                gettext_noop("A plan is an object with a section for each kind of run."),
            )
        ]
    return [found for kind, section in plans.items() for found in _section(kind, section)]


def _section(kind: object, section: object) -> Iterator[Objection]:
    if kind not in KINDS:
        yield Objection(
            "plan.kind",
            gettext_noop("No run is of the kind %(kind)s; a plan has %(known)s."),
            {"kind": str(kind)[:LONGEST_NAME], "known": ", ".join(KINDS)},
        )
        return
    if not isinstance(section, Mapping) or not isinstance(section.get("checks", []), list):
        yield Objection(
            "plan.section",
            gettext_noop("The plan for %(kind)s has to be an object with a list of checks."),
            {"kind": kind},
        )
        return
    for name, value in section.items():
        fits, sentence = PARTS.get(name, (_never, UNKNOWN_PART))
        if not fits(value):
            yield Objection(
                f"plan.{name}" if name in PARTS else "plan.unknown_part",
                sentence,
                {"kind": kind, "part": str(name)[:LONGEST_NAME]},
            )
    yield from _checks(str(kind), section.get("checks", []))


def _checks(kind: str, checks: list[object]) -> Iterator[Objection]:
    keys = set()
    for check in checks:
        if not isinstance(check, Mapping) or not _is_check(check):
            measure = check.get("measure") if isinstance(check, Mapping) else None
            yield Objection(
                "plan.check",
                gettext_noop(
                    "%(kind)s: the check on “%(measure)s” cannot be judged by. It takes a measure"
                    " (small letters, digits, underscores), a number as limit, and at_least or"
                    " at_most as direction."
                ),
                {"kind": kind, "measure": str(measure or "?")[:LONGEST_NAME]},
            )
            continue
        yield from _mark(kind, check)
        key = (check["measure"], check.get("attribute") or "", check["direction"])
        if key in keys:
            yield Objection(
                "plan.twice",
                gettext_noop(
                    "%(kind)s: %(measure)s has two limits for “%(attribute)s”. Keep the stricter."
                ),
                {"kind": kind, "measure": key[0], "attribute": key[1]},
            )
        keys.add(key)


def _is_check(check: Mapping[str, Any]) -> bool:
    measure, attribute = check.get("measure"), check.get("attribute")
    return (
        set(check) <= CHECK_PARTS
        and isinstance(measure, str)
        and MEASURE.fullmatch(measure) is not None
        and (attribute in (None, "") or is_name(attribute))
        and is_limit(check.get("limit"))
        and check.get("direction") in tuple(DIRECTION_NAMES)
        and (check.get("warn") is None or is_limit(check["warn"]))
    )


def _mark(kind: str, check: Mapping[str, Any]) -> Iterator[Objection]:
    limit, warn = check["limit"], check.get("warn")
    if warn is None:
        return
    if (warn < limit) if check["direction"] == "at_least" else (warn > limit):
        yield Objection(
            "plan.warn",
            gettext_noop(
                "%(kind)s: %(measure)s warns at %(warn)s, which is laxer than its limit of"
                " %(limit)s. A warning comes before the limit is reached."
            ),
            {"kind": kind, "measure": check["measure"], "warn": warn, "limit": limit},
        )


def is_limit(value: object) -> bool:
    """Whether this is a number that a figure can be held against; true and NaN are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST_LIMIT and math.isfinite(value)


def is_name(value: object) -> bool:
    """Whether this can be the name of a column or a group: text that can be kept and read."""
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) == len(value) <= LONGEST_NAME
        and not UNREADABLE.search(value)
    )


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_ROWS


def _is_seed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEED


def _are_columns(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_COLUMNS and all(map(is_name, value))


def _are_references(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) <= MOST_COLUMNS
        and all(is_name(part) for pair in value.items() for part in pair)
    )


def _are_presets(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(preset, str) and preset in PRESET_NAMES for preset in value
    )


def _never(value: object) -> bool:
    return False


UNKNOWN_PART = gettext_noop(
    "%(kind)s: a plan has no part “%(part)s”. Take it out, or correct its name."
)
SIZE = gettext_noop("%(kind)s: %(part)s has to be a whole number from 1 to 100,000.")
# Each part of a section: whether a value fits, and what to say when it does not.
PARTS: dict[str, tuple[Callable[[object], bool], str]] = {
    "checks": (
        lambda value: isinstance(value, list) and len(value) <= MOST_CHECKS,
        gettext_noop("%(kind)s: a plan has up to 60 checks; keep those a decision rests on."),
    ),
    "smallest_group": (_is_size, SIZE),
    "smallest_cell": (_is_size, SIZE),
    "sample_rows": (_is_size, SIZE),
    "seed": (
        _is_seed,
        gettext_noop("%(kind)s: the seed has to be a whole number from 0 to 4294967295."),
    ),
    "strata": (
        _are_columns,
        gettext_noop("%(kind)s: strata are up to ten names of columns."),
    ),
    "reference": (
        _are_references,
        gettext_noop(
            "%(kind)s: a reference names, for each of up to ten attributes, the group that the"
            " others are held against."
        ),
    ),
    "presets": (
        _are_presets,
        gettext_noop("%(kind)s: the one preset known is ll144; take out the others."),
    ),
}
