"""The demo's models, trained on the spot and saved in formats that nobody has to unpickle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from audits.management.demo.tables import SEED

if TYPE_CHECKING:
    import pandas as pd


def logistic(rows: pd.DataFrame, features: list[str], label: str, out: Path) -> Path:
    """Fit a logistic regression and save it with skops."""
    import skops.io
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(rows[features].astype(float), rows[label])
    skops.io.dump(model, out)
    return out


def boosted(
    rows: pd.DataFrame, features: list[str], label: str, out: Path, parameters: dict[str, object]
) -> Path:
    """Fit gradient-boosted trees and save them as XGBoost's JSON."""
    import xgboost

    matrix = xgboost.DMatrix(rows[features].astype(float), label=rows[label])
    rounds = int(str(parameters["rounds"]))
    trained = {name: value for name, value in parameters.items() if name != "rounds"}
    booster = xgboost.train({**trained, "seed": SEED, "nthread": 1}, matrix, num_boost_round=rounds)
    booster.save_model(out)
    return out


def vendor_scores(
    train: pd.DataFrame, test: pd.DataFrame, features: list[str], label: str, out: Path
) -> Path:
    """Write the scores a vendor would hand in.

    One for each test row, without the model behind them.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(train[features].astype(float).fillna(0), train[label])
    scores = model.predict_proba(test[features].astype(float).fillna(0))[:, 1]
    test.assign(score=scores)[["score"]].to_csv(out, index=False)
    return out


def environment(out: Path) -> Path:
    """Write down the packages the models were built with."""
    from importlib.metadata import version

    packages = ("numpy", "pandas", "scikit-learn", "skops", "xgboost-cpu")
    out.write_text("".join(f"{name}=={version(name)}\n" for name in packages), encoding="utf-8")
    return out
