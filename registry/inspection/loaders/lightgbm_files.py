"""Loads LightGBM models saved as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from registry.inspection.loaders.models import Model, damaged, rows_refused
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NAME = "LightGBM"
_CUT_OFF = gettext_noop(
    "This LightGBM file is cut off: its end is missing. Save the model again and hand in the whole "
    "file."
)
_CATEGORIES = gettext_noop(
    "This LightGBM model was trained on columns of categories of pandas, whose codes need not be "
    "the same in other data. Train it on numbers (one-hot or ordinal) that are made before."
)


def open_model(path: Path) -> Model:
    """Load a LightGBM model; LightGBM itself saves the trees up to the best iteration."""
    import lightgbm

    _check_whole(path)
    try:
        booster = lightgbm.Booster(model_file=str(path))
    except (lightgbm.basic.LightGBMError, ValueError) as error:
        raise damaged(_NAME, error) from error
    if any(booster.pandas_categorical or ()):
        raise Refused.because("artefact.categories", _CATEGORIES)

    def outputs(frame: Any) -> Any:
        try:
            return booster.predict(frame.to_numpy(), num_threads=1)
        except (lightgbm.basic.LightGBMError, ValueError) as error:
            raise rows_refused(frame, error) from error

    names = tuple(booster.feature_name())
    unnamed = names == tuple(f"Column_{place}" for place in range(len(names)))
    classes = _classes(path)
    return Model(
        outputs=outputs,
        kind="classifier" if classes else "regressor",
        classes=classes,
        names=None if unnamed else names,
        width=len(names),
        spelling=_underlined,
        native=booster,
    )


def _check_whole(path: Path) -> None:
    """Refuse a text that is cut off, before LightGBM meets it: it would end the process.

    Damage elsewhere may still do that; the sandbox is what contains it.
    """
    text = path.read_bytes()
    has_trees = b"\nend of trees" in text
    has_parameters = b"\nparameters:" not in text or b"\nend of parameters" in text
    if not (has_trees and has_parameters and text.endswith(b"\n")):
        raise Refused.because("artefact.damaged", _CUT_OFF)


def _classes(path: Path) -> tuple[str, ...]:
    """Read the objective, which stands in the first lines, for the classes it tells apart."""
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(64 * 1024)
    objective = re.search(r"^objective=(\w+)(.*)$", head, re.M)
    if objective is None:
        return ()
    name, parameters = objective.groups()
    number = re.search(r"num_class:(\d+)", parameters)
    if name in ("multiclass", "multiclassova") and number:
        return tuple(str(n) for n in range(int(number[1])))
    return ("0", "1") if name == "binary" else ()


def _underlined(name: str) -> str:
    # LightGBM cannot write a space in a name, and puts an underline for it.
    return name.replace(" ", "_")
