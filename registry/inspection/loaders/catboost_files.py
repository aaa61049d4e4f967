"""Loads CatBoost models saved in its binary format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.inspection.labels import spelt
from registry.inspection.loaders.models import Model, Reads, damaged, rows_refused
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NAME = "CatBoost"
# The losses whose prediction is the exponent of the raw value, as CatBoost's own estimators know.
_EXPONENTS = ("Poisson", "Tweedie", "LogLinQuantile")
_OTHER_INPUTS = gettext_noop(
    "This CatBoost model reads free text or embeddings, which cannot be scored here. Train it on "
    "numbers and categories."
)


def open_model(path: Path) -> Model:
    """Load a CatBoost model; features trained as categories are read as text."""
    import catboost

    model = catboost.CatBoost({"thread_count": 1})
    try:
        model.load_model(str(path), format="cbm")
        loss = str(model.get_all_params().get("loss_function", "")).split(":")[0]
    except (catboost.CatBoostError, ValueError) as error:
        raise damaged(_NAME, error) from error
    if model.get_text_feature_indices() or model.get_embedding_feature_indices():
        raise Refused.because("artefact.other_inputs", _OTHER_INPUTS)
    categories = frozenset(model.get_cat_feature_indices())
    classes = tuple(spelt(label) for label in model.classes_)
    meaning = "Exponent" if loss in _EXPONENTS else "RawFormulaVal"

    def outputs(frame: Any) -> Any:
        # Bare rows: the names were compared before, and CatBoost's own would not match where the
        # model was trained without any.
        rows = frame.to_numpy(dtype=object if categories else "float64")
        try:
            return model.predict(
                rows, prediction_type="Probability" if classes else meaning, thread_count=1
            )
        except (catboost.CatBoostError, ValueError) as error:
            raise rows_refused(frame, error) from error

    def reads(place: int) -> Reads:
        return "text" if place in categories else "number"

    names = tuple(model.feature_names_)
    unnamed = names == tuple(str(place) for place in range(len(names)))
    return Model(
        outputs=outputs,
        kind="classifier" if classes else "regressor",
        classes=classes,
        names=None if unnamed else names,
        width=len(names),
        reads=reads,
        native=model,
    )
