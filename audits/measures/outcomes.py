"""Reads label and prediction of the scored rows, as each kind of task defines them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from audits.measures.rows import (
    as_numbers,
    distinct_words,
    group_words,
    label_text,
    label_words,
    need_columns,
    numbers,
)
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

MAX_LABELS = 100


def binary_outcomes(
    rows: ir.Table,
    *,
    threshold: float | None,
    positive_label: object,
    label_column: str,
    kept: Iterable[str] = (),
    as_they_are: Mapping[str, str] | None = None,
) -> ir.Table:
    """Return label and prediction as 1 (positive), 0 or missing, with the score and kept columns.

    A row is predicted positive when its score is at or over the threshold. A row without a label or
    without a score keeps its gap, to be counted and left out. ``as_they_are`` maps further names to
    columns that are handed on without being read as groups.
    """
    import ibis

    need_columns(rows, ["label", "score", *kept])
    positives = _positive_texts(rows, positive_label, label_column)
    words = label_words(rows.label)
    score = _probabilities(rows)
    # A missing label is in no list, which an empty list would turn into a negative one.
    label = words.isnull().ifelse(ibis.null("int64"), words.isin(positives).cast("int64"))
    return rows.select(
        *_kept(rows, kept),
        label=label,
        prediction=(score >= _threshold(threshold)).cast("int64"),
        score=score,
        **{name: rows[column] for name, column in (as_they_are or {}).items()},
    )


def multiclass_outcomes(rows: ir.Table, *, label_column: str, kept: Iterable[str] = ()) -> ir.Table:
    """Return label and predicted class as texts; their number is limited to a hundred."""
    need_columns(rows, ["label", "prediction", *kept])
    label, prediction = label_words(rows.label), label_words(rows.prediction)
    classes = {
        label_text(word)
        for words in (label, prediction)
        for word in distinct_words(words, MAX_LABELS)
    }
    if len(classes) > MAX_LABELS:
        raise Refused.because(
            "measure.too_many_classes",
            gettext_noop(
                "The label column %(column)s and the predictions hold more than %(limit)d classes."
                " Choose another label column, or register the model as a regression."
            ),
            column=label_column,
            limit=MAX_LABELS,
        )
    return rows.select(*_kept(rows, kept), label=label, prediction=prediction)


def regression_outcomes(rows: ir.Table, *, label_column: str, kept: Iterable[str] = ()) -> ir.Table:
    """Return label and predicted value as numbers."""
    need_columns(rows, ["label", "score", *kept])
    return rows.select(
        *_kept(rows, kept),
        label=numbers(rows, "label", label_column),
        prediction=numbers(rows, "score", "score"),
    )


def _kept(rows: ir.Table, names: Iterable[str]) -> list[ir.StringColumn]:
    """Return the columns that make groups, as text."""
    return [group_words(rows[name]).name(name) for name in names]


def _positive_texts(rows: ir.Table, positive_label: object, label_column: str) -> list[str]:
    """Return the label texts that mean positive; refuse labels that are not binary."""
    positive = "" if positive_label is None else label_text(positive_label)
    if not positive:
        raise Refused.because(
            "measure.positive_label_missing",
            gettext_noop(
                "A binary task needs a positive label. Declare which value of the column %(column)s"
                " is the positive one."
            ),
            column=label_column,
        )
    found = distinct_words(label_words(rows.label), MAX_LABELS)
    meanings = sorted({label_text(word) for word in found})
    if len(meanings) > 2:
        raise Refused.because(
            "measure.labels_not_binary",
            gettext_noop(
                "The label column %(column)s holds more than two values (%(examples)s, ...), so it"
                " is not binary. Choose another label column, or register the model for another"
                " task."
            ),
            column=label_column,
            examples=", ".join(meanings[:3]),
        )
    if len(meanings) == 2 and positive not in meanings:
        raise Refused.because(
            "measure.positive_label_unknown",
            gettext_noop(
                "The positive label %(positive)s does not occur in the column %(column)s, which"
                " holds %(labels)s. Declare one of these as the positive label."
            ),
            positive=str(positive_label),
            column=label_column,
            labels=", ".join(meanings),
        )
    return [word for word in found if label_text(word) == positive]


def _probabilities(rows: ir.Table) -> ir.FloatingColumn:
    """Return the scores; refuse those that are no probabilities."""
    if rows.score.type().is_string():
        numbers(rows, "score", "score")
    score = as_numbers(rows.score)
    # Both ends in one look at the rows, of which none is fetched.
    ends = rows.aggregate(low=score.min(), high=score.max()).to_pyarrow().to_pylist()[0]
    low, high = ends["low"] or 0.0, ends["high"] or 0.0
    if math.isinf(low) or math.isinf(high):
        numbers(rows, "score", "score")
    if low < 0 or high > 1:
        raise Refused.because(
            "measure.score_range",
            gettext_noop(
                "The score %(score)s is not between 0 and 1. A binary task is measured on"
                " probabilities of the positive label: hand in those."
            ),
            score=f"{low if low < 0 else high:g}",
        )
    return score


def _threshold(threshold: float | None) -> float:
    """Return the threshold; refuse one that is missing or no probability."""
    if threshold is None or not 0 <= threshold <= 1:
        raise Refused.because(
            "measure.threshold",
            gettext_noop(
                "A binary task needs a threshold between 0 and 1. Declare it on the model version."
            ),
        )
    return float(threshold)
