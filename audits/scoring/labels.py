"""Checks the label column of the data against the task, and against the classes of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audits.scoring.columns import not_a_number
from registry.inspection import cells
from registry.inspection.labels import spelt
from registry.inspection.listings import listed
from registry.inspection.opened_tables import OpenTable
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

MOST_LABELS = 1_000

_NONE = gettext_noop(
    "Every row of the label column %(column)s is empty. Hand in data with their labels."
)
_NOT_BINARY = gettext_noop(
    "The task is binary, but the label column %(column)s holds %(number)s values: %(values)s. Hand "
    "in data with two labels, or register the model as multiclass."
)
_NO_POSITIVE = gettext_noop(
    "The positive label %(label)s does not occur in the label column %(column)s, which holds: "
    "%(values)s. Correct the version's positive label, or hand in data that have it."
)
_TOO_MANY = gettext_noop(
    "The label column %(column)s holds more than %(most)s values (%(values)s), too many to be "
    "classes. Name the right column, or register the model for regression."
)
_NOT_NUMBERS = gettext_noop(
    "The task is regression, but the label column %(column)s holds values that are no numbers (for "
    "instance %(value)s). Name the right column, or register the model for classification."
)
_INFINITE = gettext_noop(
    "The label column %(column)s holds infinite values in %(number)s rows. Repair them or leave "
    "the rows out."
)
_NOT_THE_CLASSES = gettext_noop(
    "The label column %(column)s holds %(values)s, but the model's classes are %(classes)s. Hand "
    "in data labelled as the model was trained."
)


@dataclass(frozen=True)
class Labels:
    """The label column: how it is read, and what is in it."""

    sql: str
    counts: Mapping[str, int]
    missing: int
    positive: str | None

    def facts(self) -> dict[str, Any]:
        """Return what a `ScoringReport` tells of the labels."""
        return {
            "labels": self.counts,
            "labels_missing": self.missing,
            "positive_label": self.positive,
        }


def no_labels(table: OpenTable, *, task: str, positive_label: str | None) -> Labels:
    """Read rows of which nobody knows the truth yet: no row has a label."""
    positive = spelt(positive_label) if task == "binary" and positive_label is not None else None
    type = "DOUBLE" if task == "regression" else "VARCHAR"
    return Labels(f"CAST(NULL AS {type})", {}, table.rows, positive)


def read_labels(
    table: OpenTable, column: str | None, *, task: str, positive_label: str | None
) -> Labels:
    """Read what labels there are, or refuse them where they do not fit the task."""
    if column is None:
        return no_labels(table, task=task, positive_label=positive_label)
    place = table.place(column)
    facts = cells.examine(table, [place])[place]
    if facts.missing == table.rows:
        raise Refused.because("labels.none", _NONE, column=column)
    if task == "regression":
        return _numbers(table, column, place, facts)
    sql = cells.text(place, facts.type)
    positive = spelt(positive_label) if task == "binary" else None
    counts = count_labels(table, sql, column)
    if positive is not None:
        _check_binary(counts, column, positive)
    return Labels(sql, counts, facts.missing, positive)


def count_labels(table: OpenTable, sql: str, column: str) -> dict[str, int]:
    """Count the rows of each label, or refuse a column with more labels than classes can be."""
    found = table.select(
        [f"{sql} AS v", "count(*)"],
        f"WHERE v IS NOT NULL GROUP BY v ORDER BY v LIMIT {MOST_LABELS + 1}",
    )
    if len(found) > MOST_LABELS:
        raise Refused.because(
            "labels.too_many",
            _TOO_MANY,
            column=column,
            most=MOST_LABELS,
            values=listed(value for value, _ in found),
        )
    return dict(found)


def _check_binary(counts: Mapping[str, int], column: str, positive: str) -> None:
    values = listed(counts)
    if len(counts) > 2:
        raise Refused.because(
            "labels.not_binary", _NOT_BINARY, column=column, number=len(counts), values=values
        )
    if positive not in counts:
        raise Refused.because(
            "labels.no_positive", _NO_POSITIVE, label=positive, column=column, values=values
        )


def check_classes(labels: Labels, column: str | None, classes: Sequence[str]) -> None:
    """Refuse data labelled otherwise than the model was trained.

    A binary model that knows the positive label must know the other one too: a model of the
    classes 0 and 1 would take the 1 of data labelled 1 and 2 for what may be their opposite. One
    that knows neither codes them as 0 and 1, see `registry.inspection.loaders.scorers`. A
    multiclass model need not know every label, but none at all is another coding.
    """
    if not classes or column is None:
        return
    known = [label for label in labels.counts if label in classes]
    if labels.positive is None:
        fits = bool(known)
    else:
        fits = labels.positive not in classes or len(known) == len(labels.counts)
    if not fits:
        raise Refused.because(
            "labels.not_the_classes",
            _NOT_THE_CLASSES,
            column=column,
            values=listed(labels.counts),
            classes=listed(classes),
        )


def _numbers(table: OpenTable, column: str, place: int, facts: cells.CellFacts) -> Labels:
    if facts.type not in cells.NUMERIC:
        value = not_a_number(table, place, facts.type)
        raise Refused.because("labels.not_numbers", _NOT_NUMBERS, column=column, value=value)
    sql = cells.number(place, facts.type)
    (infinite,) = table.aggregate([f"count_if(isinf({sql}))"])
    if infinite:
        raise Refused.because("labels.infinite", _INFINITE, column=column, number=infinite)
    return Labels(f"CASE WHEN isnan({sql}) THEN NULL ELSE {sql} END", {}, facts.missing, None)
