"""What each feature weighs over all explained rows: its importance, its share and its direction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.explaining.attributions import Explained
from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL

# From this rank correlation of value and contribution on, up or down, a direction is told.
DIRECTED_FROM = 0.3


def magnitudes(explained: Explained) -> Any:
    """Return how much each feature moves each row's answer, shape (rows, features), from 0 upwards.

    Of several classes the mean over them.
    """
    import numpy as np

    return np.abs(explained.values).mean(axis=2)


def signed(explained: Explained, output: int) -> Any:
    """Return how much each feature raises or lowers one output of each row."""
    return explained.values[:, :, output]


def importances(explained: Explained, output: int) -> list[dict[str, Any]]:
    """Return the features, the weightiest first.

    ``importance`` is the mean size of the contribution, 0 for a feature that changes nothing, on
    the scale of what is explained; ``share`` its part of all features' sum, 0 to 1.
    ``mean_signed`` is the mean contribution to one output, and ``direction`` whether larger values
    raise it: by Spearman's rank correlation of value and contribution, told from 0.3 on.
    """
    import numpy as np

    sizes, moves = magnitudes(explained), signed(explained, output)
    totals = sizes.sum(axis=1)
    order = np.argsort(-sizes.mean(axis=0), kind="stable")
    told = []
    for rank, place in enumerate(order, start=1):
        name = str(explained.rows.frame.columns[place])
        correlation = rank_correlation(explained.rows.frame.iloc[:, place], moves[:, place])
        told.append(
            {
                "name": name,
                "rank": rank,
                "importance": mean_figure("importance", sizes[:, place]).as_dict(),
                "share": ratio_figure("importance_share", sizes[:, place], totals).as_dict(),
                "mean_signed": float(moves[:, place].mean()),
                "direction": direction(correlation, sizes[:, place]),
                "rank_correlation": correlation,
            }
        )
    return told


def direction(correlation: float | None, sizes: Any) -> str:
    """Say which way a feature goes: raises, lowers, mixed, or none where it changes nothing."""
    if not sizes.any():
        return "none"
    if correlation is None or abs(correlation) < DIRECTED_FROM:
        return "mixed"
    return "raises" if correlation > 0 else "lowers"


def rank_correlation(values: Any, moves: Any) -> float | None:
    """Return Spearman's correlation of a feature's values and contributions, -1 to 1.

    None for text, and where either has fewer than two values. Rows with a gap are left out.
    """
    import numpy as np
    from scipy.stats import rankdata

    if values.dtype.kind == "O":
        return None
    known = np.isfinite(values.to_numpy())
    values, moves = values.to_numpy()[known], moves[known]
    if len(values) < 3 or np.ptp(values) == 0 or np.ptp(moves) == 0:
        return None
    return float(np.corrcoef(rankdata(values), rankdata(moves))[0, 1])


def mean_figure(name: str, values: Any) -> Figure:
    """Return a mean that is never negative, with its interval by Student's t."""
    number = len(values)
    if not number:
        return not_estimable(name, "no_rows")
    mean = float(values.mean())
    if number < 2:
        return Figure(name, mean, number, reason="no_spread")
    reach = t_quantile(LEVEL, number - 1) * float(values.std(ddof=1)) / math.sqrt(number)
    return Figure(name, mean, number, max(0.0, mean - reach), mean + reach, "student")


def ratio_figure(name: str, parts: Any, totals: Any) -> Figure:
    """Return the sum of the parts over the sum of the totals, 0 to 1, with its interval.

    By the variance of the linearised ratio. Source: Cochran, Sampling Techniques (1977), 6.3.
    """
    number, total = len(parts), float(totals.sum())
    if not total:
        return not_estimable(name, "constant_scores", number)
    share = float(parts.sum()) / total
    if number < 2:
        return Figure(name, share, number, reason="no_spread")
    spread = float((parts - share * totals).std(ddof=1)) / (total / number)
    reach = t_quantile(LEVEL, number - 1) * spread / math.sqrt(number)
    return Figure(
        name, share, number, max(0.0, share - reach), min(1.0, share + reach), "linearised_ratio"
    )


def t_quantile(level: float, freedom: float) -> float:
    """Return the quantile of Student's t of a two-sided interval."""
    from scipy.stats import t

    return float(t.ppf(0.5 + level / 2, freedom))


def top(features: Sequence[dict[str, Any]], most: int) -> list[str]:
    """Return the names of the weightiest features that change anything at all."""
    return [one["name"] for one in features[:most] if one["importance"]["value"]]
