"""How far an explanation can be relied on: does it add up, and would another draw say the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audits.explaining.attributions import Explained
from audits.explaining.importances import magnitudes, t_quantile
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Share, wilson

TOP = 5
ALIKE = 0.9999


@dataclass(frozen=True)
class Stability:
    """How alike the rankings of several draws are; see `stability`."""

    tau: Figure
    overlap: Figure


def additivity(explained: Explained) -> Figure:
    """Return how far base and contributions miss the model's own answer at most; 0 is perfect.

    Computed over every explained row, so it has no interval: both ends are the value.
    """
    found = explained.residual()
    return Figure(
        "additivity_residual", found, len(explained.rows), found, found, "computed_exactly"
    )


def stability(main: Explained, draws: Sequence[Explained]) -> Stability:
    """Return how alike further draws, of other rows and another background, rank the features.

    ``rank_stability`` is Kendall's tau-b of a draw with the explanation, the mean over the draws: 1
    when they rank alike, 0 when by chance, -1 when the other way round; its interval is Student's t
    on Fisher's scale. ``top_overlap`` is the share of the explanation's five weightiest features
    that are such in a draw, with Wilson's interval.
    """
    import numpy as np

    rankings = [magnitudes(one).mean(axis=0) for one in (main, *draws)]
    rows = sum(len(one.rows) for one in draws)
    used = np.flatnonzero(np.any([ranking > 0 for ranking in rankings], axis=0))
    if len(used) < 2:
        reason = "one_feature" if len(used) else "constant_scores"
        return Stability(
            not_estimable("rank_stability", reason, rows),
            not_estimable("top_overlap", reason, rows),
        )
    first, *others = (ranking[used] for ranking in rankings)
    return Stability(
        _agreement([_tau(first, other) for other in others], rows),
        _overlap(first, others, rows),
    )


def _tau(one: Any, other: Any) -> float:
    """Return tau-b; 0 where one of them knows no order at all."""
    from scipy.stats import kendalltau

    found = float(kendalltau(one, other).statistic)
    return found if math.isfinite(found) else 0.0


def _agreement(taus: Sequence[float], rows: int) -> Figure:
    import numpy as np

    mean = sum(taus) / len(taus)
    # On Fisher's scale an agreement of 1 lies at infinity.
    turned = np.arctanh(np.clip(taus, -ALIKE, ALIKE))
    reach = t_quantile(LEVEL, len(taus) - 1) * float(turned.std(ddof=1)) / math.sqrt(len(taus))
    low, high = np.tanh([turned.mean() - reach, turned.mean() + reach])
    return Figure(
        "rank_stability", mean, rows, min(mean, float(low)), max(mean, float(high)), "fisher_t"
    )


def _overlap(first: Any, others: Sequence[Any], rows: int) -> Figure:
    import numpy as np

    most = min(TOP, len(first))

    def top(ranking: Any) -> set[int]:
        return set(np.argsort(-ranking, kind="stable")[:most].tolist())

    kept = sum(len(top(first) & top(other)) for other in others)
    share = Share(kept, most * len(others))
    low, high = wilson(share)
    return Figure("top_overlap", share.rate, rows, low, high, "wilson")
