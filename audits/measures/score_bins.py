"""Cells and score-based figures of every group from one query over bins of the score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audits.measures.calibration import BINS
from audits.measures.cells import Cells, Values, gathered, within_limits
from audits.measures.figures import Figure
from audits.measures.group_scores import figures_of_tenths
from audits.measures.rows import group_words

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]

STEPS = 1000
RAW = "raw_"
LABEL_MISSING, SCORE_MISSING = -2, -1
MISSES = ("misses", "squared_misses", "misses_to_the_fourth")
SUMS = ("sum_score", "sum_squares", "sum_positive_score", "sum_loss", "sum_loss_squares")

Columns = tuple[str, ...]


@dataclass(frozen=True)
class ScoreBins:
    """The rows of a binary task by group, thousandth of the score, label and prediction.

    ``table`` has the sensitive columns; ``code``, which packs the other three; ``rows``; and the
    sums of how far the scores lie from the labels, and of the second and fourth powers of that.
    """

    table: pa.Table

    def cells(self, sensitive: Mapping[str, str]) -> Cells:
        """Return the cells, and what became of the rows that are in none."""
        frame = self._frame
        # Every row without a label counts as one, and so does every other one without a score.
        outcome = frame.code.where(frame.code < 0, frame.code % 4)
        keys = self._group_keys(tuple(sensitive))
        counted = frame.rows.groupby([keys, outcome], sort=False).sum()
        return gathered(
            (
                {
                    **dict(zip(sensitive, self._values(tuple(sensitive), key), strict=True)),
                    "label": None if code == LABEL_MISSING else int(code % 2),
                    "prediction": None if code < 0 else int(code // 2),
                    "rows": int(rows),
                }
                for (key, code), rows in counted.items()
            ),
            sensitive,
        )

    def figures(self, columns: Columns) -> dict[Values, dict[str, Figure]]:
        """Return what ``group_score_figures`` does for a choice of the columns.

        All but the area is exact; in the area two scores in the same thousandth count as a tie.
        """
        scored = self._scored
        key = self._group_keys(columns)[scored.index]
        rungs = scored.groupby([key, "step"])[["p", "q", *SUMS]].sum()
        group = rungs.index.get_level_values(0)
        upto = rungs[["p", "q"]].groupby(group).cumsum()
        under_p, under_q = 2 * upto.p - rungs.p, 2 * upto.q - rungs.q
        rungs = rungs.assign(
            positives=rungs.p,
            negatives=rungs.q,
            scores=1,
            pairs=rungs.p * under_q,
            above=rungs.p * under_q.astype(float) ** 2,
            below=rungs.q * under_p.astype(float) ** 2,
        )
        step = rungs.index.get_level_values("step").to_numpy()
        tenth = (step // (STEPS // BINS)).clip(max=BINS - 1)
        tenths = rungs.drop(columns=["p", "q"]).groupby([group, tenth]).sum()
        tenths = tenths.reset_index(names=["key", "tenth"])
        groups: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
        for row in tenths.to_dict("records"):
            groups[row["key"]].append(row)
        return {self._values(columns, key): figures_of_tenths(rows) for key, rows in groups.items()}

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return self.table.select(["code", "rows", *MISSES]).to_pandas()

    @cached_property
    def _scored(self) -> pd.DataFrame:
        """The rows that are used, with the sums that the figures are made of."""
        frame = self._frame[self._frame.code >= 0]
        is_positive = frame.code % 2
        misses, squares = frame.misses, frame.squared_misses
        # A positive is missed by what its score lacks to 1.
        score = misses.where(is_positive == 0, frame.rows - misses)
        return frame.assign(
            step=frame.code // 4,
            p=frame.rows * is_positive,
            q=frame.rows * (1 - is_positive),
            sum_score=score,
            sum_squares=squares.where(is_positive == 0, frame.rows - 2 * misses + squares),
            sum_positive_score=score * is_positive,
            sum_loss=squares,
            sum_loss_squares=frame.misses_to_the_fourth,
        )

    @cached_property
    def _columns(self) -> dict[str, tuple[Codes, list[str | None]]]:
        """Each sensitive column as numbers, and the texts that they stand for."""
        found = {}
        for name in self.table.column_names:
            if name not in ("code", "rows", *MISSES):
                column = self.table[name].combine_chunks().dictionary_encode("encode")
                words = column.dictionary.to_pylist()
                found[name] = column.indices.to_numpy(zero_copy_only=False), words
        return found

    def _group_keys(self, columns: Columns) -> Codes:
        """Return one number for each row by which rows of a group are known."""
        import numpy as np

        key = np.zeros(self.table.num_rows, dtype=np.int64)
        for name in columns:
            codes, words = self._columns[name]
            key = key * len(words) + codes
        return key

    def _values(self, columns: Columns, key: int) -> Values:
        """Return the values that the number of a group stands for."""
        values: list[str | None] = []
        for name in reversed(columns):
            words = self._columns[name][1]
            key, code = divmod(int(key), len(words))
            values.append(words[code])
        return tuple(reversed(values))


def raw_texts(rows: ir.Table, sensitive: Mapping[str, str]) -> dict[str, str]:
    """Return a name of its own for each sensitive column of texts, to hand it on as it is."""
    columns = [column for column in sensitive if column in rows.columns]
    return {RAW + column: column for column in columns if rows[column].type().is_string()}


def read_bins(outcomes: ir.Table, sensitive: Mapping[str, str]) -> ScoreBins:
    """Read the rows once, into a thousand bins of the score; refuse too many groups.

    Each further pass over the rows costs as much as this one, so that the cells and the check on
    the number of groups are taken from it as well. Where ``outcomes`` have the texts as they are,
    blanks are looked for in the groups made by them: in every row that takes longer than the rest.
    """
    label, score = outcomes.label, outcomes.score
    code = (_step(score) * 2 + outcomes.prediction) * 2 + label
    miss = (score - label).abs()
    raw = {name: RAW + name for name in sensitive if RAW + name in outcomes.columns}
    keys = [raw.get(name, name) for name in sensitive]
    rows = outcomes.select(
        *keys,
        # One number is grouped by in half the time of three.
        code=code.fill_null(label.isnull().ifelse(LABEL_MISSING, SCORE_MISSING).cast("int64")),
        misses=miss,
        squared_misses=miss * miss,
        misses_to_the_fourth=(miss * miss) * (miss * miss),
    )
    grouped = rows.group_by([*keys, "code"]).aggregate(
        rows=rows.count(), **{name: rows[name].sum() for name in MISSES}
    )
    words = {name: group_words(grouped[column]) for name, column in raw.items()}
    grouped = grouped.mutate(**words).drop(*raw.values())
    return ScoreBins(within_limits(grouped, outcomes, sensitive))


def _step(score: ir.FloatingColumn) -> ir.IntegerColumn:
    """Return the thousandth of a score, exactly: a score of 0.29 is in that of 290."""
    nearest = (score * STEPS + 0.5).floor().cast("int64")
    return (score >= nearest.cast("float64") / float(STEPS)).ifelse(nearest, nearest - 1)
