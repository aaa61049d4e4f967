"""Reads a model's features from a table, each as the model takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.scoring.columns import MOST_OBJECTIONS, not_a_number
from registry.inspection import cells
from registry.inspection.loaders import Scorer
from registry.inspection.opened_tables import OpenTable
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

_NONE = gettext_noop(
    "The version lists no features. List the columns the model was trained on, in their order."
)
_LABEL_AMONG = gettext_noop(
    "The label column %(column)s is among the version's features, so the model would be shown what "
    "it is to predict. Take it off the list, or name the right label column."
)
_NOT_NUMBERS = gettext_noop(
    "The feature %(column)s holds values that are no numbers (for instance %(value)s), but the "
    "model takes numbers. Hand in data encoded as in training; in CSV leave the cell empty where a "
    "value is missing."
)


def check_list(features: Sequence[str], label: str | None) -> None:
    """Refuse a list of features by which nothing can be scored, or nothing honestly."""
    if not features:
        raise Refused.because("features.none", _NONE)
    if label in features:
        raise Refused.because("features.label_among", _LABEL_AMONG, column=label)


def feature_cells(table: OpenTable, features: Sequence[str], scorer: Scorer) -> list[str]:
    """Write each feature as the model reads it, or refuse all those that do not fit at once."""
    places = [table.place(name) for name in features]
    facts = cells.examine(table, places)
    written: list[str] = []
    objections: list[Objection] = []
    for n, place in enumerate(places):
        reads, type = scorer.reads(n), facts[place].type
        is_number = type in (*cells.NUMERIC, "empty")
        if reads == "text" or (reads == "either" and not is_number):
            written.append(cells.text(place, type))
        elif is_number:
            written.append(cells.number(place, type))
        else:
            params = {"column": features[n], "value": not_a_number(table, place, type)}
            objections.append(Objection("features.not_numbers", _NOT_NUMBERS, params))
    if objections:
        raise Refused(*objections[:MOST_OBJECTIONS])
    return written


def frame(features: Sequence[str], columns: Sequence[Any]) -> Any:
    """Make a pandas frame of Arrow columns: float64, or objects where text; a gap is NaN."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if all(pa.types.is_floating(column.type) for column in columns):
        numbers = [column.to_numpy(zero_copy_only=False) for column in columns]
        return pd.DataFrame(np.column_stack(numbers), columns=list(features))
    series = {}
    for name, column in zip(features, columns, strict=True):
        if pa.types.is_floating(column.type):
            series[name] = pd.Series(column.to_numpy(zero_copy_only=False))
        else:
            values = [np.nan if value is None else value for value in column.to_pylist()]
            series[name] = pd.Series(values, dtype=object)
    return pd.DataFrame(series)
