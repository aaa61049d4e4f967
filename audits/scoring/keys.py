"""Checks a key column by which predictions, or truths, are matched to the rows of the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry.inspection.listings import listed
from registry.inspection.opened_tables import OpenTable
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_GAPS = gettext_noop(
    "The key column %(key)s is empty in %(data)s rows of the data and %(predictions)s of the "
    "predictions. Fill it in every row, or hand in the predictions in the order of the data."
)
_TWICE_IN_DATA = gettext_noop(
    "The key column %(key)s has a value more than once in the data: %(values)s. Use a column whose "
    "values stand once, or hand in the predictions in the order of the data."
)
_TWICE_IN_PREDICTIONS = gettext_noop(
    "The key column %(key)s has a value more than once in the predictions: %(values)s. Hand in one "
    "prediction for each row of the data."
)
_UNMATCHED = gettext_noop(
    "%(number)s rows of the data have no prediction with their value of %(key)s (for instance "
    "%(values)s). Hand in a prediction for every row of the data."
)
_TRUTH_GAPS = gettext_noop(
    "The key column %(key)s is empty in %(data)s rows of the data and %(truth)s of the file of "
    "labels. Fill it in every row."
)
_TRUTH_TWICE_IN_DATA = gettext_noop(
    "The key column %(key)s has a value more than once in the data: %(values)s. Use a column whose "
    "values stand once, so that each label finds its row."
)
_TRUTH_TWICE = gettext_noop(
    "The key column %(key)s has a value more than once in the file of labels: %(values)s. Hand in "
    "one label for each row, the one that holds."
)


def check_keys(
    data: OpenTable, predicted: OpenTable, *, our_key: str, their_key: str, key: str
) -> None:
    """Refuse a key by which not every row finds exactly one prediction."""
    (our_gaps,) = data.aggregate([f"count_if({our_key} IS NULL)"])
    (their_gaps,) = predicted.aggregate([f"count_if({their_key} IS NULL)"])
    if our_gaps or their_gaps:
        raise Refused.because(
            "predictions.key_gaps", _GAPS, key=key, data=our_gaps, predictions=their_gaps
        )
    for table, sql, message in (
        (data, our_key, _TWICE_IN_DATA),
        (predicted, their_key, _TWICE_IN_PREDICTIONS),
    ):
        twice = table.select([f"{sql} AS k"], "GROUP BY k HAVING count(*) > 1 LIMIT 5")
        if twice:
            raise Refused.because("predictions.key_twice", message, key=key, values=_first(twice))
    others = f"(SELECT {their_key} AS k FROM {predicted.source})"  # noqa: S608 - see OpenTable
    unmatched = f"ANTI JOIN {others} AS p ON p.k = {our_key}"
    ((number,),) = data.select(["count(*)"], unmatched)
    if number:
        values = _first(data.select([our_key], f"{unmatched} LIMIT 5"))
        raise Refused.because(
            "predictions.unmatched", _UNMATCHED, number=number, key=key, values=values
        )


def check_truth_keys(
    data: OpenTable, truth: OpenTable, *, our_key: str, their_key: str, key: str
) -> None:
    """Refuse a key by which a row could find more than one truth, or no row finds any."""
    (our_gaps,) = data.aggregate([f"count_if({our_key} IS NULL)"])
    (their_gaps,) = truth.aggregate([f"count_if({their_key} IS NULL)"])
    if our_gaps or their_gaps:
        raise Refused.because(
            "truth.key_gaps", _TRUTH_GAPS, key=key, data=our_gaps, truth=their_gaps
        )
    for table, sql, message in (
        (data, our_key, _TRUTH_TWICE_IN_DATA),
        (truth, their_key, _TRUTH_TWICE),
    ):
        twice = table.select([f"{sql} AS k"], "GROUP BY k HAVING count(*) > 1 LIMIT 5")
        if twice:
            raise Refused.because("truth.key_twice", message, key=key, values=_first(twice))


def _first(rows: Iterable[tuple[Any, ...]]) -> str:
    return listed(value for (value,) in rows)
