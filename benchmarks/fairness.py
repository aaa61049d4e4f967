"""Lines (a) and (b): a fairness measurement with all its intervals beside fairlearn without any."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from statistics import median

from audits.measures import measure_fairness
from benchmarks import children
from benchmarks.children import timed
from benchmarks.lines import Line, seconds, times
from benchmarks.rows import SENSITIVE, write_scored_rows
from benchmarks.sizes import Sizes

THRESHOLD = 0.5
REPEATS = 3
WARM_UP_ROWS = 500
FASTER, SLOWER, PEAK_BYTES = 100, 4, 1.5e9


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Measure the rows and ten times as many, and let fairlearn take the rows once."""
    warm, small, large = (folder / f"{name}.parquet" for name in ("warm", "small", "large"))
    write_scored_rows(warm, WARM_UP_ROWS)
    write_scored_rows(small, sizes.rows)
    write_scored_rows(large, sizes.large)
    ours = children.run("benchmarks.fairness", "ours", warm, small, large)
    peer = children.run("benchmarks.fairness", "peer", warm, small)
    ratio = peer["seconds"] / ours["small"]
    longer, peak = ours["large"] / ours["small"], ours["peak_bytes"]
    return [
        Line(
            "a",
            f"Fairness, {sizes.rows:,} rows, 3 attributes and where they meet (40 groups): ours"
            " with every interval, fairlearn's MetricFrame of 8 metrics without",
            seconds(ours["small"]),
            seconds(peer["seconds"]),
            times(ratio, of="as fast"),
            f"at least {FASTER} times as fast",
            ratio >= FASTER,
            "Ours reads the Parquet file, counts, and takes every figure, interval, test and"
            f" verdict of a fairness measurement; the median of {REPEATS} runs. fairlearn is given"
            " the same rows in memory, its threshold already applied, and takes by_group,"
            " difference and ratio of 8 metrics for each attribute and for all three together,"
            " once, because it takes minutes.",
        ),
        Line(
            "b",
            f"The same, {sizes.large:,} rows",
            f"{seconds(ours['large'])}, {peak / 1e9:.2f} GB",
            f"{seconds(ours['small'])} (ours, {sizes.rows:,} rows)",
            times(longer, of="the time"),
            f"at most {SLOWER} times the time, under {PEAK_BYTES / 1e9} GB",
            longer <= SLOWER and peak < PEAK_BYTES,
            "Both sizes in turn in one process of their own; its memory is the most it ever held"
            " (VmHWM), Python and the libraries included.",
        ),
    ]


def ours(warm: str, *paths: str) -> None:
    """Time the measurement of each file in turn."""
    _measure(Path(warm))
    taken = [[timed(partial(_measure, Path(path))) for path in paths] for _ in range(REPEATS)]
    small, large = (median(one) for one in zip(*taken, strict=True))
    children.tell(small=small, large=large)


def _measure(scored: Path) -> object:
    return measure_fairness(
        scored,
        task="binary",
        threshold=THRESHOLD,
        positive_label=1,
        plan={},
        sensitive=SENSITIVE,
        reproduced=True,
        label_column="approved",
    )


def peer(warm: str, path: str) -> None:
    """Time fairlearn's frames over the rows in memory."""
    _frames(Path(warm))
    children.tell(seconds=_frames(Path(path)))


def _frames(path: Path) -> float:
    import pandas as pd
    from fairlearn import metrics
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, precision_score

    functions = {
        "selection_rate": metrics.selection_rate,
        "true_positive_rate": metrics.true_positive_rate,
        "false_positive_rate": metrics.false_positive_rate,
        "true_negative_rate": metrics.true_negative_rate,
        "false_negative_rate": metrics.false_negative_rate,
        "precision": precision_score,
        "accuracy": accuracy_score,
        "balanced_accuracy": balanced_accuracy_score,
    }
    rows = pd.read_parquet(path)
    prediction = (rows["score"] >= THRESHOLD).astype(int)

    def frames() -> None:
        for columns in (*([name] for name in SENSITIVE), list(SENSITIVE)):
            frame = metrics.MetricFrame(
                metrics=functions,
                y_true=rows["label"],
                y_pred=prediction,
                sensitive_features=rows[columns],
            )
            _ = frame.by_group, frame.difference(), frame.ratio()

    return timed(frames)


if __name__ == "__main__":
    side, *paths = sys.argv[1:]
    if side == "ours":
        ours(*paths)
    else:
        peer(*paths)
