"""Line (c): one draw of the bootstrap, from the counted cells beside from the rows."""

from __future__ import annotations

import sys
from pathlib import Path

from audits.measures.draws import DRAWS, drawn, drawn_figure
from audits.measures.performance import balanced_accuracy, f1, mcc
from benchmarks import children
from benchmarks.children import timed
from benchmarks.lines import Line, seconds, times
from benchmarks.sizes import Sizes

SEED = 7
PEER_DRAWS = 5
REPEATS = 5
FASTER = 10_000


def lines(sizes: Sizes, _folder: Path) -> list[Line]:
    """Draw for two groups and three figures."""
    found = children.run("benchmarks.draws", sizes.drawn)
    ratio = found["peer"] / found["ours"]
    return [
        Line(
            "c",
            f"One bootstrap draw, {sizes.drawn:,} rows, 2 groups, 3 metrics: ours over the counted"
            " cells, fairlearn's n_boot over the rows",
            seconds(found["ours"]),
            seconds(found["peer"]),
            times(ratio, of="as fast"),
            f"at least {FASTER:,} times as fast",
            ratio >= FASTER,
            f"F1, MCC and balanced accuracy. Ours is all {DRAWS:,} draws of both groups with their"
            f" quantiles, divided by {DRAWS:,}; the median of {REPEATS} runs, the one count of the"
            f" rows left out. fairlearn's is MetricFrame with n_boot={PEER_DRAWS} less MetricFrame"
            f" without, divided by {PEER_DRAWS}.",
        )
    ]


def main(rows: int) -> None:
    """Time both on the same labels and predictions."""
    import numpy as np
    from fairlearn.metrics import MetricFrame
    from sklearn.metrics import balanced_accuracy_score, f1_score, matthews_corrcoef

    generator = np.random.default_rng(SEED)
    group, label = generator.integers(0, 2, rows), generator.integers(0, 2, rows)
    prediction = np.where(generator.random(rows) < 0.8, label, 1 - label)
    matrices = [
        np.bincount(2 * label[group == one] + prediction[group == one], minlength=4)
        .reshape(2, 2)
        .astype(float)
        for one in (0, 1)
    ]

    def ours() -> None:
        for matrix in matrices:
            draws = drawn(matrix)
            for name, of in (("f1", f1), ("mcc", mcc), ("balanced_accuracy", balanced_accuracy)):
                drawn_figure(name, of, matrix, draws)

    def peer(**bootstrap: object) -> None:
        MetricFrame(
            metrics={"f1": f1_score, "mcc": matthews_corrcoef, "ba": balanced_accuracy_score},
            y_true=label,
            y_pred=prediction,
            sensitive_features=group,
            **bootstrap,
        )

    ours()
    peer()
    without = timed(peer)
    with_draws = timed(lambda: peer(n_boot=PEER_DRAWS, ci_quantiles=[0.025, 0.975], random_state=7))
    per_draw = (with_draws - without) / PEER_DRAWS
    children.tell(ours=timed(ours, repeats=REPEATS) / DRAWS, peer=per_draw)


if __name__ == "__main__":
    main(int(sys.argv[1]))
