"""Finds the label of each row: in the data, in a file that came later, or nowhere yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audits.scoring.columns import as_text, check_columns
from audits.scoring.keys import check_truth_keys
from audits.scoring.labels import Labels, count_labels, read_labels
from registry.inspection import engines
from registry.inspection.opened_tables import OpenTable, read_table
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NO_KEY = gettext_noop(
    "A file of labels was handed in without a key. Name the column that both it and the data have, "
    "and whose values stand once in each."
)
_NO_LABEL = gettext_noop(
    "A file of labels was handed in, but no label column is named. Name the column that holds the "
    "labels."
)
_NONE_FOUND = gettext_noop(
    "No row of the data finds its label by the key column %(key)s. Hand in the labels of these "
    "rows, with the keys spelt as in the data."
)


@dataclass(frozen=True)
class Labelled:
    """The rows with their labels: ``labels.sql`` reads from ``rows``, as does the data's own SQL.

    ``matched`` counts the rows that found a truth, and ``unmatched`` what found nothing, where the
    labels came from a file of their own.
    """

    rows: OpenTable
    labels: Labels
    matched: int = 0
    unmatched: dict[str, int] | None = None

    def facts(self) -> dict[str, Any]:
        """Return what a `ScoringReport` tells of the labels."""
        truths = {"truth_matched": self.matched, "truth_unmatched": self.unmatched or {}}
        return {**self.labels.facts(), **truths}


@contextmanager
def opened(request: dict[str, Any]) -> Iterator[tuple[OpenTable, OpenTable | None]]:
    """Open the data and, where there is one, the file of labels that came later."""
    data, truth = Path(request["data"]), request["truth"]
    paths = [data] if truth is None else [data, Path(truth)]
    with engines.connect(*paths) as connection:
        table = read_table(connection, data, request["data_format"])
        later = None if truth is None else read_table(connection, paths[1], request["truth_format"])
        yield table, later


def label_rows(table: OpenTable, truth: OpenTable | None, request: dict[str, Any]) -> Labelled:
    """Return the rows with their labels, or refuse labels that do not fit the task or the rows."""
    column, task, positive = request["label"], request["task"], request["positive_label"]
    if truth is None:
        return Labelled(table, read_labels(table, column, task=task, positive_label=positive))
    key = request["truth_key"]
    if key is None:
        raise Refused.because("truth.no_key", _NO_KEY)
    if column is None:
        raise Refused.because("truth.no_label", _NO_LABEL)
    check_columns(table, [key])
    check_columns(truth, [key, column])
    labels = read_labels(truth, column, task=task, positive_label=positive)
    (ours,), (theirs,) = as_text(table, [key]), as_text(truth, [key])
    check_truth_keys(table, truth, our_key=ours, their_key=theirs, key=key)
    joined = _joined(table, truth, ours, theirs, labels.sql)
    matched, missing = joined.aggregate(["count(truth_key)", "count_if(truth IS NULL)"])
    if not matched:
        raise Refused.because("truth.none_found", _NONE_FOUND, key=key)
    counts = {} if task == "regression" else count_labels(joined, "truth", column)
    found = replace(labels, sql="truth", counts=counts, missing=missing)
    unmatched = {"rows": table.rows - matched, "truths": truth.rows - matched}
    return Labelled(joined, found, matched, unmatched)


def _joined(
    table: OpenTable, truth: OpenTable, our_key: str, their_key: str, label: str
) -> OpenTable:
    """Return the table with two columns more, ``truth`` and ``truth_key``, in its own order."""
    # Of places alone, as in OpenTable: no name of the data is in it.
    left = f"(SELECT *, row_number() OVER () AS n, {our_key} AS our_key FROM {table.source})"  # noqa: S608
    right = f"(SELECT {their_key} AS truth_key, {label} AS truth FROM {truth.source})"  # noqa: S608
    source = f"(SELECT * FROM {left} LEFT JOIN {right} ON truth_key = our_key ORDER BY n)"  # noqa: S608
    return replace(table, source=source)
