"""Rows with weights: refused with a sentence, since a weight is not a count."""

from __future__ import annotations

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


def refuse_weights(weights: str | None) -> None:
    """Refuse a column of weights; without one nothing happens.

    A row of weight 3 is one person and not three. Counted as three, every interval would be too
    narrow, by the root of 3 and more (Kish 1965); left aside, every figure would be another one
    than was asked for.
    """
    if not weights:
        return
    raise Refused.because(
        "measure.weights",
        gettext_noop(
            "The column %(column)s holds weights, and rows with weights are not measured: taken as"
            " counts they would make every interval look surer than it is. Start the run without"
            " weights, or hand in a report that weighs the rows as evidence."
        ),
        column=weights,
    )
