"""Line (d): SHAP values through audits.explaining beside shap called bare on the same rows."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from audits.explaining import explain
from benchmarks import children
from benchmarks.children import timed
from benchmarks.lines import Line, seconds, times
from benchmarks.sizes import Sizes

SEED = 7
FEATURES = [f"feature_{place}" for place in range(20)]
LABEL = "approved"
TREES = 200
BACKGROUND = 100
WARM_UP_ROWS = 20
REPEATS = 3
SLOWER = 1.15
EXPLAINER = "tree_rescaled"
"""What the measurement calls the explainer that the peer is: probabilities, and a background."""
# As in the sandbox that ours runs in.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_DISABLE_JIT": "1"}


def lines(sizes: Sizes, folder: Path) -> list[Line]:
    """Explain the rows by turns through the product and by shap alone."""
    model, data = folder / "model.txt", folder / "explained.parquet"
    _make(model, data, sizes.explained)
    ours, peer = [], []
    for _ in range(REPEATS):
        ours.append(_ours(model, data, sizes.explained))
        peer.append(_peer(model, data))
    ratio = median(ours) / median(peer)
    return [
        Line(
            "d",
            f"SHAP of {sizes.explained:,} rows, {len(FEATURES)} features, {TREES} trees: ours in"
            " its sandbox, shap's TreeExplainer called bare",
            seconds(median(ours)),
            seconds(median(peer)),
            times(ratio, of="the time"),
            f"at most {SLOWER} times the time",
            ratio <= SLOWER,
            f"A LightGBM model, explained against a background of {BACKGROUND} rows on the scale"
            " of the probability. Both are timed inside their child process with one thread and"
            " start with making the explainer; ours is the time that the measurement itself"
            f" states (quality.shap_seconds). By turns, the median of {REPEATS} each. Reading the"
            " rows, the draws for rank stability, the proxies and the summaries are not in it:"
            " shap has none of them.",
        )
    ]


def _ours(model: Path, data: Path, rows: int) -> float:
    measurement = explain(
        artefact=model,
        artefact_format="lightgbm",
        data=data,
        data_format="parquet",
        features=FEATURES,
        label=LABEL,
        task="binary",
        positive_label="1",
        threshold=0.5,
        sensitive=[],
        plan={},
        rows=rows,
    )
    quality = measurement["quality"]
    if (quality["explainer"], quality["sample_rows"]) != (EXPLAINER, rows):
        raise RuntimeError(f"Ours explained {quality['sample_rows']} rows: {quality['explainer']}.")
    return float(quality["shap_seconds"])


def _peer(model: Path, data: Path) -> float:
    found = children.run("benchmarks.explanations", model, data, extra=ONE_THREAD)
    return float(found["seconds"])


def main(model: Path, data: Path) -> None:
    """Time shap alone."""
    import lightgbm
    import pandas as pd
    import shap

    booster = lightgbm.Booster(model_file=str(model))
    rows = pd.read_parquet(data)[FEATURES].to_numpy()

    def values(explained: int) -> None:
        explainer = shap.TreeExplainer(
            booster,
            rows[:BACKGROUND],
            model_output="probability",
            feature_perturbation="interventional",
        )
        explainer.shap_values(rows[:explained], check_additivity=False)

    values(WARM_UP_ROWS)
    children.tell(seconds=timed(lambda: values(len(rows))))


def _make(model: Path, data: Path, rows: int) -> None:
    """Train a model of the usual size, and write the rows that are explained."""
    import lightgbm
    import numpy as np
    import pandas as pd

    generator = np.random.default_rng(SEED)
    frame = pd.DataFrame(generator.normal(size=(max(rows, 2000), len(FEATURES))), columns=FEATURES)
    weights = generator.normal(size=len(FEATURES))
    frame[LABEL] = (frame.to_numpy() @ weights + generator.normal(size=len(frame)) > 0).astype(int)
    settings = {"objective": "binary", "num_leaves": 31, "verbose": -1, "seed": SEED}
    trained = lightgbm.train(
        settings,
        lightgbm.Dataset(frame[FEATURES].to_numpy(), frame[LABEL], feature_name=FEATURES),
        num_boost_round=TREES,
    )
    trained.save_model(model)
    frame.iloc[:rows].to_parquet(data)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
