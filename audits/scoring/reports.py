"""What is told of a scoring, beside the table of scored rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ScoringReport:
    """What a scoring found; the rows themselves are in the table it wrote.

    The table is Parquet, one line for each row of the data in its order, with the columns

    - ``row``: the number of the row, from 1;
    - ``label``: as text, spelt as in `registry.inspection.cells.text`; for regression a number;
      NULL where the data have none: in every row, where no label column was named;
    - ``score``: for binary the probability of ``positive_label``, from 0 to 1; for regression the
      value the model gives; not there for multiclass;
    - ``prediction``: for multiclass alone, the label the model gives;
    - ``s0``, ``s1``, ...: the columns kept, as text, NULL where missing; a number stands in the
      digits that read back as the same number. They are numbered so that no name of the data can
      collide; ``kept`` says which is which.

    ``labels`` counts the rows of each label (empty for regression), and ``positive_label`` is spelt
    as it stands there. ``classes`` are the labels the model knows, where it names them.
    ``rows_with_gaps`` have a feature missing, and were scored all the same.

    Where the labels came later, in a file of their own, ``truth_matched`` rows of the data found
    theirs; ``truth_unmatched`` says how many ``rows`` found none, and how many ``truths`` belong to
    no row. Without such a file nothing is matched, and ``truth_unmatched`` is empty.
    """

    rows: int
    labels: Mapping[str, int]
    labels_missing: int
    positive_label: str | None
    classes: tuple[str, ...]
    kept: Mapping[str, str]
    rows_with_gaps: int
    libraries: Mapping[str, str]
    duration_seconds: float
    truth_matched: int = 0
    truth_unmatched: Mapping[str, int] = field(default_factory=dict)
