"""The tables of New York City's Local Law 144: by sex, by race or ethnicity, and by both.

Source: 6 RCNY 5-301 (Rules of the City of New York, title 6, section 5-301). The law sets no mark
to pass; 0.8 is a customary flag only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.measures.cells import Values
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, mover_ratio, sidak, wilson
from audits.measures.plans import Plan
from audits.measures.rows import label_text
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir

SOURCE = "6 RCNY 5-301"
SMALLEST_PART = 0.02
"""A category under this part of the rows may be left out of the ratios, 5-301 (d)."""
NAMES = {
    "sex": ("sex", "gender"),
    "race": ("race", "race/ethnicity", "race_ethnicity", "race or ethnicity", "ethnicity"),
}
TABLES = (("sex", (0,)), ("race", (1,)), ("sex_by_race", (0, 1)))

Tally = Mapping[tuple[Values, object], int]
"""How many rows share sex, race and outcome."""


@dataclass(frozen=True)
class Category:
    """The people of one category: how many were assessed, and how many of them count."""

    values: Values
    share: Share
    left_out: bool


def ll144_columns(sensitive: Mapping[str, str], named: Mapping[str, str]) -> list[str]:
    """Return the columns that hold sex and race; refuse data that lacks one of them.

    ``named`` gives the attributes, or else their names tell.
    """
    found = []
    for part, usual in NAMES.items():
        wanted = (named[part],) if part in named else usual
        column = next(
            (
                column
                for name in wanted
                for column, known in sensitive.items()
                if known == name or (part not in named and known.lower() == name)
            ),
            None,
        )
        if column is None:
            raise Refused.because(
                "measure.ll144_attribute",
                gettext_noop(
                    "The tables of Local Law 144 need sex and race or ethnicity, and the test data"
                    " declares no sensitive column %(wanted)s. Declare it on the dataset version,"
                    ' or name the column under "ll144" in the plan.'
                ),
                wanted=" / ".join(wanted),
            )
        found.append(column)
    return found


def ll144(
    outcomes: ir.Table, sensitive: Mapping[str, str], plan: Plan, task: str
) -> dict[str, object]:
    """Return the tables of the law over all rows that are assessed, labelled or not.

    A tool that selects is counted by who is selected, one that sorts into classes by who is sorted
    into each, 5-301 (b); a tool that scores by who scores above the median of the sample, 5-301
    (c): a regression, or what the plan calls a scoring tool. ``outcomes`` has the sensitive
    columns, ``prediction``, and for a binary task ``score``.
    """
    columns = ll144_columns(sensitive, plan.ll144)
    tool = plan.ll144.get("tool", "scoring" if task == "regression" else "selection")
    scored = "prediction" if task == "regression" else "score"
    median = None
    if tool == "scoring" and task != "multiclass":
        assessed = outcomes.filter(outcomes[scored].notnull())
        median = float(assessed[scored].median().to_pyarrow().as_py())
        outcome = (assessed[scored] > median).cast("int64")
    else:
        tool = "selection"
        assessed = outcomes.filter(outcomes.prediction.notnull())
        outcome = assessed.prediction
    tally = _tally(assessed.select(*columns, outcome=outcome), columns)
    outputs = [1] if task != "multiclass" else sorted({key for _, key in tally}, key=str)
    return {
        "source": SOURCE,
        "tool": tool,
        "median": median,
        "rows": sum(tally.values()),
        "left_out_under": SMALLEST_PART,
        "tables": [
            {
                "by": by,
                "attribute": " x ".join(sensitive[columns[place]] for place in places),
                "output": None if task != "multiclass" else str(output),
                **_table(tally, output, places, tool, plan.smallest_group),
            }
            for output in outputs
            for by, places in TABLES
        ],
    }


def ll144_rate(share: Share, tool: str) -> Figure:
    """Return the share of a category that is selected, or that scores above the sample median.

    0 when nobody does, 1 when everybody does. Source: 6 RCNY 5-300.
    """
    low, high = wilson(share)
    name = "scoring_rate" if tool == "scoring" else "selection_rate"
    return Figure(name, share.rate, share.trials, low, high, "wilson")


def ll144_impact_ratio(categories: Sequence[Category], place: int) -> Figure | None:
    """Return a category's selection or scoring rate over the highest one, 0 to 1.

    1 for the category that fares best, 0 when nobody of a category counts. A category that is left
    out has none, and is not the highest either. The interval is MOVER-R at the Sidak level for all
    pairs, since the rows themselves choose the highest. Source: 6 RCNY 5-300, 5-301 (b) and (c).
    """
    name, own = "ll144_impact_ratio", categories[place]
    kept = [one for one in categories if not one.left_out]
    if own.left_out:
        return None
    if len(kept) < 2:
        return not_estimable(name, "one_group", own.share.trials)
    best = max(kept, key=lambda one: (one.share.rate, one.share.trials))
    if not best.share.successes:
        return not_estimable(name, "largest_is_zero", own.share.trials)
    if own is best:
        return Figure(name, 1.0, own.share.trials, 1.0, 1.0, "reference")
    low, high = mover_ratio(own.share, best.share, sidak(LEVEL, math.comb(len(kept), 2)))
    return Figure(name, own.share.rate / best.share.rate, own.share.trials, low, high, "mover_r")


def _tally(assessed: ir.Table, columns: Sequence[str]) -> Tally:
    keys = list(dict.fromkeys([*columns, "outcome"]))
    counted = assessed.group_by(keys).aggregate(rows=assessed.count())
    tally: Counter[tuple[Values, object]] = Counter()
    for row in counted.to_pyarrow().to_pylist():
        outcome = row["outcome"]
        known = outcome if isinstance(outcome, int) else label_text(outcome)
        tally[tuple(row[column] for column in columns), known] += int(row["rows"])
    return tally


def _table(
    tally: Tally, output: object, places: tuple[int, ...], tool: str, smallest: int
) -> dict[str, object]:
    """Return one table: every category, and how many rows have an unknown one."""
    assessed: Counter[Values] = Counter()
    counting: Counter[Values] = Counter()
    for (values, outcome), rows in tally.items():
        chosen = tuple(values[place] for place in places)
        assessed[chosen] += rows
        counting[chosen] += rows if outcome == output else 0
    unknown = sum(rows for values, rows in assessed.items() if None in values)
    least = SMALLEST_PART * (assessed.total() - unknown)
    categories = [
        Category(values, Share(counting[values], rows), rows < least)
        for values, rows in sorted(assessed.items(), key=str)
        if None not in values
    ]
    return {
        "unknown": unknown,
        "categories": [
            _as_dict(categories, place, tool, smallest) for place in range(len(categories))
        ],
    }


def _as_dict(
    categories: Sequence[Category], place: int, tool: str, smallest: int
) -> dict[str, object]:
    category = categories[place]
    ratio = ll144_impact_ratio(categories, place)
    return {
        "category": ", ".join(str(value) for value in category.values),
        "values": list(category.values),
        "count": category.share.trials,
        "counting": category.share.successes,
        "too_few": category.share.trials < smallest,
        "left_out": category.left_out,
        "rate": ll144_rate(category.share, tool).judged_from(smallest).as_dict(),
        "impact_ratio": ratio and ratio.judged_from(smallest).as_dict(),
    }
