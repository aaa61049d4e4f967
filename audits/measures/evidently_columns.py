"""What an Evidently result says of the drift of one column."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

MOST_COLUMNS = 5_000
LONGEST_TEXT = 255

# Where Evidently compares a p-value, a low score means drift; where a distance, a high one.
_BY_P_VALUE = re.compile(
    r".*p_value|ks|chisquare|z|anderson|anderson-darling|cramer_von_mises|cramer-von mises|es"
    r"|epps-singleton|fisher_exact|fisher's exact test|g_test|mannw|mann-whitney u-rank test"
    r"|t_test|empirical_mmd|tvd|total-variation-distance"
)
_BY_DISTANCE = re.compile(
    r"psi|wasserstein.*|kl_div|kullback-leibler divergence|jensenshannon|jensen-shannon distance"
    r"|hellinger.*|ed|energy-distance|.*text content drift"
)


@dataclass(frozen=True)
class Column:
    """A column with Evidently's method, score and threshold, and whether it drifted by these."""

    name: str
    method: str = ""
    score: float | None = None
    threshold: float | None = None
    drifted: bool | None = None

    @classmethod
    def of_result(cls, name: object, result: Mapping[str, Any]) -> Column:
        """Read a column's result in a report of the older shape."""
        return cls(
            text(result.get("column_name") or name),
            text(result.get("stattest_name")),
            number(result.get("drift_score")),
            number(result.get("stattest_threshold")),
            truth(result.get("drift_detected")),
        )

    @classmethod
    def of_parameters(cls, name: object, parameters: Mapping[str, Any]) -> Column:
        """Read the parameters of a test of the older shape."""
        return cls(
            text(name),
            text(parameters.get("stattest")),
            number(parameters.get("score")),
            number(parameters.get("threshold")),
            truth(parameters.get("detected")),
        )

    @classmethod
    def of_value(cls, config: Mapping[str, Any], named: str, value: object) -> Column:
        """Read a metric of the newer shape, whose file may lack all but the name."""
        inside = re.fullmatch(r"ValueDrift\((.*)\)", named, re.DOTALL)
        pairs = (part.partition("=") for part in (inside[1] if inside else "").split(","))
        said: dict[str, Any] = {key.strip(): value for key, _, value in pairs}
        said |= config
        method, score = text(said.get("method")), number(value)
        threshold = number(said.get("threshold"))
        drifted = _by_method(method, score, threshold)
        return cls(text(said.get("column")), method, score, threshold, drifted)

    @classmethod
    def of_test(cls, params: Mapping[str, Any], status: str) -> Column:
        """Read a test of the newer shape: it tells whether the column drifted, and no score."""
        drifted = {"pass": False, "fail": True}.get(status)
        method, threshold = text(params.get("method")), number(params.get("threshold"))
        return cls(text(params.get("column")), method, None, threshold, drifted)

    def over(self, known: Column) -> Column:
        """Return this with the gaps filled by what was known before."""
        return Column(
            self.name,
            self.method or known.method,
            known.score if self.score is None else self.score,
            known.threshold if self.threshold is None else self.threshold,
            known.drifted if self.drifted is None else self.drifted,
        )

    def verdict(self) -> str:
        """Return fail for a column that drifted, undecided where that cannot be told."""
        return {None: "undecided", True: "fail", False: "pass"}[self.drifted]

    def as_dict(self) -> dict[str, Any]:
        """Return the column as it stands in the answer."""
        found = asdict(self)
        return {"column": found.pop("name"), **found}


def text(value: object) -> str:
    """Return a short text, and nothing for what is none."""
    return str(value)[:LONGEST_TEXT] if isinstance(value, str | int | float) else ""


def number(value: object) -> float | None:
    """Return a finite number, also one that is written as text; else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def truth(value: object) -> bool | None:
    """Return a truth, which older files may hold as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _by_method(method: str, score: float | None, threshold: float | None) -> bool | None:
    """Tell drift by score and threshold, where the method says which way they point."""
    if score is None or threshold is None:
        return None
    if _BY_P_VALUE.fullmatch(method.lower()):
        return score < threshold
    return score >= threshold if _BY_DISTANCE.fullmatch(method.lower()) else None
