"""What every format's model looks like from outside, and how it says that it cannot go on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from registry.inspection.listings import listed
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_DAMAGED = gettext_noop(
    "This %(format)s file cannot be loaded (%(error)s). It is damaged or cut off. Save the model "
    "again and hand in the whole file."
)
_ROWS_REFUSED = gettext_noop(
    "The model refused the rows it was given (%(error)s). Hand in data as the model was trained on."
)
_MISSING_REFUSED = gettext_noop(
    "The model takes no missing values, but there are some in its features (%(error)s). Put the "
    "filling of gaps into the model, or hand in data without gaps."
)
_TEXT_REFUSED = gettext_noop(
    "The model takes numbers, but these features hold text: %(columns)s (%(error)s). Hand in data "
    "encoded as in training, or put the encoding into the model."
)

# What a model takes in the place of one feature. Either means that it looks for itself.
Reads = Literal["number", "text", "either"]


def reads_numbers(place: int) -> Reads:
    """Take a number in the place of every feature."""
    return "number"


def same(name: str) -> str:
    """Keep a feature's name as people write it."""
    return name


@dataclass(frozen=True)
class Model:
    """A loaded model, whatever it was saved as.

    ``outputs`` takes a pandas frame whose columns are the features in their order (float64, or
    objects where text is read; a gap is NaN) and returns a numpy array. ``kind`` says what it
    holds: of a classifier a probability for each of ``classes``, shape (n, classes), or that of
    the second class, shape (n,); of a regressor values, shape (n,); a model of unknown kind says
    nothing of itself, and its one number a row is what the task takes it for.

    ``names`` are the features it was trained on where the file carries them, spelt by its library
    as ``spelling`` does; ``width`` is their number where it is known.

    ``native`` is what the library itself made of the file, for those who look into its trees or
    coefficients; None where there is nothing to look into. Only ``outputs`` says what it answers.
    """

    outputs: Callable[[Any], Any]
    kind: Literal["classifier", "regressor", "unknown"]
    classes: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None
    width: int | None = None
    reads: Callable[[int], Reads] = reads_numbers
    spelling: Callable[[str], str] = same
    native: Any = None


def damaged(format: str, error: object) -> Refused:
    """Refuse a file that its own library does not load."""
    return Refused.because("artefact.damaged", _DAMAGED, format=format, error=first_line(error))


def rows_refused(frame: Any, error: object) -> Refused:
    """Refuse to go on where the library refuses the rows: for text, for a gap, or for the rest."""
    text = first_line(error)
    if "could not convert string to float" in text:
        columns = listed(name for name in frame if frame[name].dtype.kind == "O")
        return Refused.because("scoring.text", _TEXT_REFUSED, columns=columns, error=text)
    if frame.isna().to_numpy().any() and re.search(r"\bnan\b|missing|infinity", text, re.I):
        return Refused.because("scoring.missing_values", _MISSING_REFUSED, error=text)
    return Refused.because("scoring.rows_refused", _ROWS_REFUSED, error=text)


def first_line(error: object) -> str:
    """Return what a library says first, without the time and place in its source it puts before."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"^\[[\d:]+\] \S+:\d+: ", "", lines[0])[:200].rstrip(". :")
