"""Queries that stand for data: their states, and what their columns are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

MOST_COLUMNS = 64


class State(StrEnum):
    """Where a proposed query stands; what was decided once stays so."""

    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    REFUSED = "refused"


STATE_NAMES = {
    State.PROPOSED: gettext_noop("Waits for review"),
    State.REVIEWED: gettext_noop("Reviewed"),
    State.REFUSED: gettext_noop("Refused"),
}


@dataclass(frozen=True)
class Columns:
    """What the columns of a query are.

    ``score`` is the model's answer as a number (a probability, or a predicted value) and
    ``prediction`` its answer as a class; a query has one of them. ``others`` are kept to tell rows
    apart by.
    """

    label: str
    score: str = ""
    prediction: str = ""
    sensitive: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return every column, in this order."""
        answers = [one for one in (self.label, self.score, self.prediction) if one]
        return [*answers, *self.sensitive, *self.others]

    def as_dict(self) -> dict[str, object]:
        """Return them as the statement keeps them."""
        return {
            "label": self.label,
            "score": self.score,
            "prediction": self.prediction,
            "sensitive": list(self.sensitive),
            "others": list(self.others),
        }


def objections_to(columns: Columns) -> Iterator[Objection]:
    """Say what stands against these columns before anything is asked."""
    if not columns.label:
        yield Objection(
            "query.no_label", gettext_noop("Name the column that holds the true outcome.")
        )
    if bool(columns.score) == bool(columns.prediction):
        yield Objection(
            "query.score_or_prediction",
            gettext_noop(
                "Name the column of the model's score, or that of its predicted class, and not"
                " both."
            ),
        )
    names = columns.names()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        yield Objection(
            "query.column_twice",
            gettext_noop("The columns %(columns)s are named twice; give each one meaning."),
            {"columns": ", ".join(twice)},
        )
    if len(names) > MOST_COLUMNS:
        yield Objection(
            "query.too_many_columns",
            gettext_noop("Name up to %(most)d columns; leave out those nobody measures by."),
            {"most": MOST_COLUMNS},
        )
