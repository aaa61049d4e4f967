"""Compares the features a version lists with those its model was trained on."""

from __future__ import annotations

from collections.abc import Sequence

from registry.inspection.listings import listed
from registry.inspection.loaders.models import Model
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NUMBER = gettext_noop(
    "The model takes %(model)s features, but the version lists %(version)s. List exactly the "
    "features the model was trained on, in that order."
)
_NAMES = gettext_noop(
    "The version's features are not those of the model. Only the model has: %(only_model)s. Only "
    "the version has: %(only_version)s. List the features as the model was trained on them."
)
_ORDER = gettext_noop(
    "The version lists the model's features in another order: at place %(place)s the model has "
    "%(model)s, the version %(version)s. The model's order is: %(order)s."
)


def check_features(model: Model, features: Sequence[str]) -> None:
    """Refuse features that differ from the model's in name, number or order."""
    if model.names is None:
        if model.width is not None and model.width != len(features):
            raise Refused.because(
                "features.number", _NUMBER, model=model.width, version=len(features)
            )
        return
    given = [model.spelling(name) for name in features]
    if sorted(given) != sorted(model.names):
        raise Refused.because(
            "features.names",
            _NAMES,
            only_model=listed(name for name in model.names if name not in given) or "-",
            only_version=listed(name for name in given if name not in model.names) or "-",
        )
    for place, (theirs, ours) in enumerate(zip(model.names, given, strict=True), start=1):
        if theirs != ours:
            raise Refused.because(
                "features.order",
                _ORDER,
                place=place,
                model=theirs,
                version=ours,
                order=listed(model.names, most=50),
            )
