"""Loads scikit-learn models from skops files, building nothing that is not on a fixed list."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

from registry.inspection.labels import spelt
from registry.inspection.listings import listed
from registry.inspection.loaders.models import Model, Reads, damaged, rows_refused
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# What may be built beyond the types skops itself trusts. The list is fixed: trusting whatever a
# file says it needs would be no protection at all.
#
# The two tree types are the storage of every tree of scikit-learn (forests, gradient boosting),
# so refusing them would refuse most models. Loading one runs no code, it copies arrays; but
# prediction follows the node numbers in them unchecked, so a made-up file can crash the process
# or have it read what lies beside the arrays. That is why this module runs in the sandboxed child
# alone, which holds no secret, reaches no network and may die. Nothing is written by following
# a node. The neighbours' trees (KDTree, BallTree) and kernels are left out: ONNX takes their place.
TRUSTED = frozenset(
    {
        "sklearn.tree._tree.Tree",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        # Read off an empty array that is saved beside it, with pickling off; imputers carry one.
        "numpy.dtype",
        # Plain Python classes that hold fitted numbers.
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn._loss.loss.HalfTweedieLoss",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.utils._bunch.Bunch",
    }
)

_NAME = "skops"
_UNTRUSTED = gettext_noop(
    "This skops file needs types that are not on the list of what may be built: %(types)s. Save "
    "boosters in their own format (XGBoost JSON or UBJ, LightGBM text, CatBoost cbm), and models "
    "with code of your own as ONNX."
)
_NO_MODEL = gettext_noop(
    "This skops file holds no model that predicts, but a %(type)s. Save the fitted estimator or "
    "pipeline itself."
)
_NO_PROBABILITIES = gettext_noop(
    "The classifier in this skops file (%(type)s) gives no probabilities. Train it with them "
    "(probability=True), or wrap it in CalibratedClassifierCV."
)


def open_model(path: Path) -> Model:
    """Load a scikit-learn estimator or pipeline, built of trusted types only."""
    estimator = _load(path)
    if not hasattr(estimator, "predict"):
        raise Refused.because("artefact.no_model", _NO_MODEL, type=type(estimator).__name__)
    names = getattr(estimator, "feature_names_in_", None)
    classes = getattr(estimator, "classes_", None)
    if classes is not None and not hasattr(estimator, "predict_proba"):
        raise Refused.because(
            "artefact.no_probabilities", _NO_PROBABILITIES, type=type(estimator).__name__
        )
    predict = estimator.predict if classes is None else estimator.predict_proba

    def outputs(frame: Any) -> Any:
        try:
            # Names are given only to an estimator that was trained on names.
            return predict(frame if names is not None else frame.to_numpy())
        except (ValueError, TypeError) as error:
            raise rows_refused(frame, error) from error

    return Model(
        outputs=outputs,
        kind="regressor" if classes is None else "classifier",
        classes=() if classes is None else tuple(spelt(label) for label in classes),
        names=None if names is None else tuple(str(name) for name in names),
        width=getattr(estimator, "n_features_in_", None),
        reads=_reads_either,
        native=estimator,
    )


def _reads_either(place: int) -> Reads:
    # A pipeline may encode text itself; a plain estimator refuses text with a sentence.
    return "either"


def _load(path: Path) -> Any:
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        untrusted = set(skops.io.get_untrusted_types(file=path)) - TRUSTED
        if untrusted:
            raise Refused.because(
                "artefact.untrusted_types", _UNTRUSTED, types=listed(sorted(untrusted))
            )
        return skops.io.load(path, trusted=sorted(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise Refused.because("artefact.untrusted_types", _UNTRUSTED, types=str(error)) from error
    # What zipfile, json, numpy and skops raise over damaged members and a schema that lies.
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ImportError,
        RuntimeError,
    ) as error:
        raise damaged(_NAME, error) from error
