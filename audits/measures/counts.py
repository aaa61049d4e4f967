"""The four counts of a binary prediction, and the rates that are shares of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, wilson


@dataclass(frozen=True)
class Counts:
    """How many rows fell into each cell of label against prediction."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    true_negatives: int = 0

    @property
    def positives(self) -> int:
        """Rows with the positive label."""
        return self.true_positives + self.false_negatives

    @property
    def negatives(self) -> int:
        """Rows with the negative label."""
        return self.false_positives + self.true_negatives

    @property
    def selected(self) -> int:
        """Rows predicted as positive."""
        return self.true_positives + self.false_positives

    @property
    def rows(self) -> int:
        """All rows."""
        return self.positives + self.negatives

    def weighted(self) -> list[tuple[int, int, int]]:
        """Return the cells that hold rows, as (label, prediction, count)."""
        cells = [
            (1, 1, self.true_positives),
            (0, 1, self.false_positives),
            (1, 0, self.false_negatives),
            (0, 0, self.true_negatives),
        ]
        return [cell for cell in cells if cell[2]]

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def selection_rate(counts: Counts) -> Share:
    """Rows predicted positive among all; 0 when nobody is selected, 1 when everybody is."""
    return Share(counts.selected, counts.rows)


def true_positive_rate(counts: Counts) -> Share:
    """Positives that are predicted positive (recall, sensitivity); 1 when none is missed."""
    return Share(counts.true_positives, counts.positives)


def false_positive_rate(counts: Counts) -> Share:
    """Negatives that are predicted positive (fall-out); 0 when there is no false alarm."""
    return Share(counts.false_positives, counts.negatives)


def true_negative_rate(counts: Counts) -> Share:
    """Negatives that are predicted negative (specificity); 1 when there is no false alarm."""
    return Share(counts.true_negatives, counts.negatives)


def false_negative_rate(counts: Counts) -> Share:
    """Positives that are predicted negative (miss rate); 0 when none is missed."""
    return Share(counts.false_negatives, counts.positives)


def precision(counts: Counts) -> Share:
    """Positives among the rows predicted positive; 1 when every selected row deserved it."""
    return Share(counts.true_positives, counts.selected)


def accuracy(counts: Counts) -> Share:
    """Rows predicted as they are labelled; 1 when all are right, 0 when all are wrong."""
    return Share(counts.true_positives + counts.true_negatives, counts.rows)


class Rate(NamedTuple):
    """A share of the counts, and the reason it has when its denominator is empty."""

    share: Callable[[Counts], Share]
    empty: str


RATES: Mapping[str, Rate] = {
    "selection_rate": Rate(selection_rate, "no_rows"),
    "true_positive_rate": Rate(true_positive_rate, "no_positives"),
    "false_positive_rate": Rate(false_positive_rate, "no_negatives"),
    "true_negative_rate": Rate(true_negative_rate, "no_negatives"),
    "false_negative_rate": Rate(false_negative_rate, "no_positives"),
    "precision": Rate(precision, "no_selected"),
    "accuracy": Rate(accuracy, "no_rows"),
}


def rate_figure(name: str, share: Share, empty: str) -> Figure:
    """Return a rate with its Wilson interval over its own denominator.

    Without a denominator it is not estimable, for the reason ``empty``.
    """
    if share.trials == 0:
        return not_estimable(name, empty)
    low, high = wilson(share, LEVEL)
    return Figure(name, share.rate, share.trials, low, high, "wilson")
