"""What an explanation is made of: a way to attribute answers to features, and what came of it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audits.explaining import links
from audits.explaining.rows import Rows
from registry.inspection.loaders import Scorer
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

NOT_FINITE = gettext_noop(
    "The model gives rows of this data, or mixtures of them, answers that are no finite numbers, so"
    " nothing can be said of what drives it. Look for infinite values among the features, or for a"
    " model that overflows."
)

# Takes a frame of rows; gives contributions (rows, features, outputs) and bases (outputs,).
Attribute = Callable[[Any], tuple[Any, Any]]

# Signs of progress on the way through one explanation.
STEPS = 10


@dataclass(frozen=True)
class Explainer:
    """A way to explain a model.

    ``make`` binds it to a background. ``link`` says what it explains, see `links`. ``exact`` is
    whether its values are Shapley values computed and not estimated, and ``evaluations`` how often
    a black box is asked for each row and row of the background; 0 where the model is not asked.
    """

    code: str
    link: str
    make: Callable[[Rows], Attribute]
    exact: bool = True
    evaluations: int = 0

    @property
    def looks_inside(self) -> bool:
        """Whether it reads the model itself; otherwise it asks the model for many answers."""
        return not self.evaluations


@dataclass(frozen=True)
class Explained:
    """Rows and what each feature adds to each answer.

    ``values`` has shape (rows, features, outputs); ``base`` (outputs,) is the answer for nobody in
    particular, the mean over the background; ``answers`` (rows, outputs) is what the model says.
    """

    rows: Rows
    values: Any
    base: Any
    answers: Any
    link: str
    seconds: float = 0.0

    def residual(self) -> float:
        """Return how far base and contributions miss the answers at most, on the answers' scale."""
        return links.residual(self.values.sum(axis=1) + self.base, self.answers, self.link)


def explain(
    explainer: Explainer,
    scorer: Scorer,
    rows: Rows,
    background: Rows,
    on_done: Callable[[float], None] = lambda part: None,
) -> Explained:
    """Explain rows against a background; ``on_done`` hears which part of them is done.

    ``seconds`` of what comes back is the time the explainer itself took.
    """
    import numpy as np

    started = time.perf_counter()
    attribute = quietly(explainer.make, background)
    seconds = time.perf_counter() - started
    values, base = [], None
    for places in np.array_split(np.arange(len(rows)), min(STEPS, len(rows))):
        started = time.perf_counter()
        found, base = quietly(attribute, rows.frame.iloc[places])
        seconds += time.perf_counter() - started
        values.append(found)
        on_done((places[-1] + 1) / len(rows))
    answers = outputs(scorer, rows.frame)
    return Explained(rows, np.concatenate(values), base, answers, explainer.link, seconds)


def outputs(scorer: Scorer, frame: Any) -> Any:
    """Return the model's answers in the shape (rows, outputs), or refuse what is no number."""
    import numpy as np

    found = scorer.scores(frame)
    if not np.isfinite(found).all():
        raise Refused.because("explanation.not_finite", NOT_FINITE)
    return found[:, None] if found.ndim == 1 else found


def quietly(work: Callable[[Any], Any], on: Any) -> Any:
    """Do work without what shap and scikit-learn say on the way about names and types."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work(on)
