"""Makes small real artefacts and the data they score, each trained on the spot."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FEATURES = ["age", "income", "debt ratio", "years"]
LABELS = {"binary": "approve", "multiclass": "grade", "regression": "loss"}
GRADES = ["high", "low", "mid"]


@dataclass(frozen=True)
class Artefact:
    """A model file, and what its own library predicts for the rows of `people`.

    ``expected`` is the probability of 1 for binary, the probabilities of the classes in order for
    multiclass, and the values for regression.
    """

    path: Path
    format: str
    task: str
    features: list[str]
    expected: np.ndarray

    @property
    def label(self) -> str:
        """The label column of `people` for this task."""
        return LABELS[self.task]


def people(rows: int = 400, seed: int = 7) -> pd.DataFrame:
    """Draw applicants with features, a label for each task, and two sensitive columns."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.normal(40, 12, rows).round(1),
            "income": random.lognormal(10, 0.5, rows).round(2),
            "debt ratio": random.uniform(0, 1, rows).round(4),
            "years": random.integers(0, 30, rows).astype("float64"),
        }
    )
    worth = frame["income"] / 20_000 - 2 * frame["debt ratio"] + random.normal(0, 0.5, rows)
    frame["approve"] = (worth > worth.median()).astype(int)
    frame["grade"] = pd.cut(worth, 3, labels=["low", "mid", "high"]).astype(object)
    frame["loss"] = (1_000 * worth + 3 * frame["age"]).round(3)
    frame["sex"] = random.choice(["female", "male"], rows)
    frame["race"] = random.choice(["a", "b", "c"], rows)
    return frame


def make(format: str, folder: Path, task: str = "binary", *, named: bool = True) -> Artefact:
    """Train a small model for a task on `people` and save it in a format.

    Without ``named`` it is trained on bare numbers, so that the file carries no feature names.
    Boosters of XGBoost and LightGBM know the grades as 0, 1, 2, in the order of `GRADES`.
    """
    data = people()
    rows = data[FEATURES] if named else data[FEATURES].to_numpy()
    label = data[LABELS[task]]
    if task == "multiclass" and (format.startswith("xgboost") or format == "lightgbm"):
        label = label.map(GRADES.index)
    path = folder / f"{format}-{task}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = _MAKERS[format](path, task, rows, label)
    return Artefact(path, format, task, list(FEATURES), np.asarray(expected))


def save_skops(estimator: Any, path: Path) -> Path:
    """Save any fitted estimator as skops."""
    import skops.io

    path.write_bytes(skops.io.dumps(estimator))
    return path


def save_onnx(estimator: Any, path: Path, rows: Any, **options: Any) -> Path:
    """Convert any fitted estimator of scikit-learn to ONNX, in single precision."""
    from skl2onnx import to_onnx

    model = to_onnx(estimator, np.asarray(rows, "float32")[:1], **options)
    path.write_bytes(model.SerializeToString())
    return path


def _predictions(model: Any, rows: Any, task: str) -> Any:
    if task == "regression":
        return model.predict(rows)
    return model.predict_proba(rows) if task == "multiclass" else model.predict_proba(rows)[:, 1]


def _make_skops(path: Path, task: str, rows: Any, label: Any) -> Any:
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    last = LinearRegression() if task == "regression" else LogisticRegression()
    model = make_pipeline(StandardScaler(), last).fit(rows, label)
    save_skops(model, path)
    return _predictions(model, rows, task)


def _make_xgboost(path: Path, task: str, rows: Any, label: Any, suffix: str) -> Any:
    import xgboost

    kind = xgboost.XGBRegressor if task == "regression" else xgboost.XGBClassifier
    model = kind(n_estimators=8, max_depth=3, n_jobs=1).fit(rows, label)
    named = path.with_suffix(suffix)
    model.save_model(named)
    named.rename(path)
    return _predictions(model, rows, task)


def _make_lightgbm(path: Path, task: str, rows: Any, label: Any) -> Any:
    import lightgbm

    kind = lightgbm.LGBMRegressor if task == "regression" else lightgbm.LGBMClassifier
    model = kind(n_estimators=8, num_leaves=7, n_jobs=1, verbose=-1).fit(rows, label)
    model.booster_.save_model(path)
    return _predictions(model, rows, task)


def _make_catboost(path: Path, task: str, rows: Any, label: Any) -> Any:
    import catboost

    kind = catboost.CatBoostRegressor if task == "regression" else catboost.CatBoostClassifier
    model = kind(
        iterations=8, depth=3, thread_count=1, verbose=False, allow_writing_files=False
    ).fit(rows, label)
    model.save_model(str(path), format="cbm")
    return _predictions(model, rows, task)


def _make_onnx(path: Path, task: str, rows: Any, label: Any) -> Any:
    import onnxruntime
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestRegressor if task == "regression" else RandomForestClassifier
    model = kind(n_estimators=5, max_depth=4, random_state=1).fit(np.asarray(rows), label)
    save_onnx(model, path, rows)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"X": np.asarray(rows, "float32")})
    if task == "regression":
        return outputs[0][:, 0]
    probabilities = np.array([list(row.values()) for row in outputs[1]])
    return probabilities if task == "multiclass" else probabilities[:, 1]


_MAKERS: dict[str, Callable[[Path, str, Any, Any], Any]] = {
    "skops": _make_skops,
    "xgboost-json": lambda *args: _make_xgboost(*args, ".json"),
    "xgboost-ubj": lambda *args: _make_xgboost(*args, ".ubj"),
    "lightgbm": _make_lightgbm,
    "catboost": _make_catboost,
    "onnx": _make_onnx,
}
