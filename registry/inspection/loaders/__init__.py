"""Loads models and scores rows with them; for the sandboxed child alone, never elsewhere.

Each format has a module that makes one `models.Model` of a file. None of them unpickles, fetches
or imports what a file names; each refuses in a sentence what it cannot score truthfully.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from registry.inspection.loaders import (
    catboost_files,
    lightgbm_files,
    onnx_files,
    skops_files,
    xgboost_files,
)
from registry.inspection.loaders.features import check_features
from registry.inspection.loaders.models import Model
from registry.inspection.loaders.scorers import Scorer, scorer

__all__ = ["Scorer", "load", "open_model", "versions"]

_OPENERS: dict[str, Callable[[Path], Model]] = {
    "skops": skops_files.open_model,
    "xgboost-json": xgboost_files.open_model,
    "xgboost-ubj": xgboost_files.open_model,
    "lightgbm": lightgbm_files.open_model,
    "catboost": catboost_files.open_model,
    "onnx": onnx_files.open_model,
}

# The libraries on whose versions a score of each format depends, by the module they come as.
_LIBRARIES = {
    "skops": {"sklearn": "scikit-learn", "skops": "skops"},
    "xgboost-json": {"xgboost": "xgboost"},
    "xgboost-ubj": {"xgboost": "xgboost"},
    "lightgbm": {"lightgbm": "lightgbm"},
    "catboost": {"catboost": "catboost"},
    "onnx": {"onnxruntime": "onnxruntime"},
}


def open_model(path: Path, format: str) -> Model:
    """Load a file of one of `artefacts.FORMATS` whole, or refuse it."""
    return _OPENERS[format](path)


def load(
    path: Path, format: str, *, features: Sequence[str], task: str, positive_label: str | None
) -> Scorer:
    """Load a file to score rows of these features, in this order, for a task.

    ``task`` is binary, multiclass or regression. Refused where the names a model carries differ
    from the features, and where the model gives other numbers than the task needs.
    """
    model = open_model(path, format)
    check_features(model, features)
    return scorer(model, task=task, positive_label=positive_label)


def versions(format: str) -> dict[str, str]:
    """Return the versions of the libraries by which a format is scored, once it is loaded."""
    libraries = _LIBRARIES[format] | {"numpy": "numpy"}
    return {name: sys.modules[module].__version__ for module, name in libraries.items()}
