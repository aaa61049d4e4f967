"""Turns a model's outputs into what a task needs: the score of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry.inspection.labels import spelt
from registry.inspection.listings import listed
from registry.inspection.loaders.models import Model, Reads
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_NO_PROBABILITIES = gettext_noop(
    "This model gives values, not probabilities of classes, but the task is %(task)s. Save a "
    "classifier (with an objective that gives probabilities), or register the model for regression."
)
_NOT_A_REGRESSOR = gettext_noop(
    "This model is a classifier (its classes are %(classes)s), but the task is regression. Save a "
    "regressor, or register the model for classification."
)
_TOO_MANY_CLASSES = gettext_noop(
    "The task is binary, but this model tells %(number)s classes apart (%(classes)s). Register the "
    "model as multiclass, or save one with two classes."
)
_NO_SUCH_CLASS = gettext_noop(
    "The positive label %(label)s is none of the model's classes, which are %(classes)s. Correct "
    "the version's positive label, or train the model on the labels of the data."
)
_SHAPE = gettext_noop(
    "The model gave an array of shape %(shape)s for %(rows)s rows, which is not one number a row "
    "nor one for each class. Save the model so that it gives one of these."
)


@dataclass(frozen=True)
class Scorer:
    """Scores rows for one task.

    ``labels`` are the classes of a multiclass model, in the order of the scores' columns, and the
    two classes of a binary one where the model names them; spelt as in `labels.spelt`.
    """

    model: Model
    task: str
    labels: tuple[str, ...]
    positive: int

    def reads(self, place: int) -> Reads:
        """Say what the model takes in the place of a feature."""
        return self.model.reads(place)

    def scores(self, frame: Any) -> Any:
        """Return the scores of the rows of a pandas frame as a numpy array.

        Of a binary task the probability of the positive label, shape (n,); of a multiclass task
        the probabilities of ``labels``, shape (n, labels); of regression values, shape (n,). They
        are not checked for lying in [0, 1].
        """
        import numpy as np

        outputs = np.asarray(self.model.outputs(frame), dtype=np.float64)
        if outputs.ndim == 2 and outputs.shape[1] == 1:
            outputs = outputs[:, 0]
        if outputs.ndim == 1 and len(self.labels) == 2:
            outputs = np.column_stack([1.0 - outputs, outputs])
        width = len(self.labels)
        if outputs.shape != ((len(frame), width) if width else (len(frame),)):
            shape = " x ".join(str(length) for length in outputs.shape)
            raise Refused.because("scoring.shape", _SHAPE, shape=shape, rows=len(frame))
        return outputs[:, self.positive] if self.task == "binary" and width else outputs


def scorer(model: Model, *, task: str, positive_label: str | None) -> Scorer:
    """Fit a model to a task, or refuse where it gives other numbers than the task needs."""
    classes = model.classes
    if task == "regression":
        if model.kind == "classifier":
            raise Refused.because(
                "scoring.not_a_regressor", _NOT_A_REGRESSOR, classes=listed(classes)
            )
        return Scorer(model, task, (), 0)
    if model.kind == "regressor" or (task == "multiclass" and not classes):
        raise Refused.because("scoring.no_probabilities", _NO_PROBABILITIES, task=task)
    if task == "multiclass":
        return Scorer(model, task, classes, 0)
    if len(classes) > 2:
        raise Refused.because(
            "scoring.too_many_classes",
            _TOO_MANY_CLASSES,
            number=len(classes),
            classes=listed(classes),
        )
    return Scorer(model, task, classes, _place_of(positive_label, classes))


def _place_of(positive_label: str | None, classes: tuple[str, ...]) -> int:
    """Find the positive label among the classes.

    Boosters know their classes as 0 and 1 only. Where the positive label is neither, it is what
    was coded as 1 in training: there is no other custom, and the labels' own names are lost.
    """
    label = spelt(positive_label)
    if label in classes:
        return classes.index(label)
    if classes in ((), ("0", "1")):
        return len(classes) - 1 if classes else 0
    raise Refused.because(
        "scoring.no_such_class", _NO_SUCH_CLASS, label=label, classes=listed(classes)
    )
