"""Loads XGBoost models saved as JSON or UBJ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from registry.inspection.loaders.models import Model, damaged, rows_refused
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NAME = "XGBoost"
_CATEGORIES = gettext_noop(
    "This XGBoost model was trained on columns of categories, whose codes need not be the same in "
    "other data. Train it on numbers (one-hot or ordinal) that are made before."
)


def open_model(path: Path) -> Model:
    """Load an XGBoost model; early stopping counts, as it does in XGBoost's own estimators."""
    import xgboost

    try:
        booster = xgboost.Booster({"nthread": 1})
        # As bytes: of a path XGBoost would guess the format by the name.
        booster.load_model(bytearray(path.read_bytes()))
        learner = json.loads(booster.save_config())["learner"]
    except (xgboost.core.XGBoostError, ValueError, KeyError) as error:
        raise damaged(_NAME, error) from error
    if "c" in (booster.feature_types or ()):
        raise Refused.because("artefact.categories", _CATEGORIES)
    objective = learner["objective"]["name"]
    # Only with margins can softmax, which gives nothing but the winner, be told in probabilities.
    margins = objective == "multi:softmax"
    best = booster.attr("best_iteration")

    def outputs(frame: Any) -> Any:
        try:
            predicted = booster.predict(
                xgboost.DMatrix(frame.to_numpy(), nthread=1),
                output_margin=margins,
                iteration_range=(0, 0 if best is None else int(best) + 1),
                validate_features=False,
            )
        except (xgboost.core.XGBoostError, ValueError) as error:
            raise rows_refused(frame, error) from error
        return _softmax(predicted) if margins else predicted

    classes = _classes(objective, learner)
    return Model(
        outputs=outputs,
        kind="classifier" if classes else "regressor",
        classes=classes,
        names=tuple(booster.feature_names) if booster.feature_names else None,
        width=booster.num_features(),
        native=booster if best is None else booster[: int(best) + 1],
    )


def _classes(objective: str, learner: dict[str, Any]) -> tuple[str, ...]:
    if objective == "binary:logistic":
        return ("0", "1")
    if objective in ("multi:softprob", "multi:softmax"):
        return tuple(str(n) for n in range(int(learner["learner_model_param"]["num_class"])))
    return ()


def _softmax(margins: Any) -> Any:
    import numpy as np

    grown = np.exp(margins - margins.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
