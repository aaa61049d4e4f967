"""Score-based figures of every group and intersection are scikit-learn's on the group's rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn

from audits.measures.group_scores import SCORE_FIGURES, group_score_figures
from audits.measures.outcomes import binary_outcomes
from audits.measures.rows import open_rows
from tests.audits.test_measures_performance import calibration_error


@pytest.mark.parametrize("columns", [[], ["s0"], ["s0", "s1"], ["s1", "s0"]])
def test_each_group_has_its_own_ranks(tmp_path: Path, columns: list[str]) -> None:
    generator = np.random.default_rng(3)
    size = 1500
    label = (generator.random(size) < 0.4).astype(float)
    label[:20] = np.nan
    table = pd.DataFrame(
        {
            "label": label,
            "score": np.clip(np.nan_to_num(label) * 0.2 + generator.random(size), 0, 1).round(2),
            "s0": generator.choice(["f", "m", None], size),
            "s1": generator.choice(["x", "y"], size),
        }
    )
    table.to_parquet(tmp_path / "scored.parquet")
    with open_rows(tmp_path / "scored.parquet") as rows:
        outcomes = binary_outcomes(
            rows, threshold=0.5, positive_label="1", label_column="approve", kept=["s0", "s1"]
        )
        found = group_score_figures(outcomes, columns)
    used = table.dropna(subset=["label"])
    assert len(found) == {0: 1, 1: 3, 2: 6}[len(columns)]
    for values, figures in found.items():
        own = used
        for column, value in zip(columns, values, strict=True):
            own = own[own[column].isna()] if value is None else own[own[column] == value]
        assert tuple(figures) == SCORE_FIGURES
        assert {figure.n for figure in figures.values()} == {len(own)}
        assert {name: figure.value for name, figure in figures.items()} == pytest.approx(
            {
                "roc_auc": sklearn.roc_auc_score(own["label"], own["score"]),
                "brier_score": sklearn.brier_score_loss(own["label"], own["score"]),
                "ece": calibration_error(own["label"], own["score"]),
                "mean_score": own["score"].mean(),
                "calibration_gap": own["score"].mean() - own["label"].mean(),
            },
            abs=1e-10,
        )
        for figure in figures.values():
            assert figure.low is not None
            assert figure.high is not None
            assert figure.value is not None
            assert figure.low <= figure.value <= figure.high
