"""How well the features give sensitive attributes away, though the model may never be told them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from audits.explaining.rows import Rows
from audits.measures.figures import TOO_FEW, Figure, not_estimable
from audits.measures.intervals import LEVEL, quantile

FOLDS = 5
MOST_GROUPS = 6
MOST_SINGLE = 5
# More values of a text feature than these fall together in the small model.
_MOST_CATEGORIES = 100


def proxies(rows: Rows, *, seed: int, smallest_group: int) -> list[dict[str, Any]]:
    """Return for each sensitive attribute how well all features together, and single ones, tell it.

    ``proxy_auc`` is the area under the ROC curve of small boosted trees, each row scored by trees
    that did not see it (five folds): 0.5 when the features say nothing, 1 when they say all. Groups
    of at least ``smallest_group`` rows are told apart, each from the others; of several the mean.
    Rows whose value is missing are left out.
    """
    coded = _coded(rows.frame)
    return [_attribute(rows, coded, name, seed, smallest_group) for name in rows.sensitive]


def comparison(proxy: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of one attribute as a comparison that a plan can judge."""
    return {
        "attribute": proxy["attribute"],
        **proxy["auc"],
        "left_out": proxy["left_out"],
        "judged": proxy["auc"],
    }


def area(is_in: Any, scores: Any) -> tuple[float, float]:
    """Return the area under the ROC curve and its variance, by DeLong's placement values.

    The chance that a row inside scores above one outside, 0 to 1, ties counted half.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845.
    """
    from scipy.stats import rankdata

    inside, outside = scores[is_in], scores[~is_in]
    ranks = rankdata(scores)
    above = (ranks[is_in] - rankdata(inside)) / len(outside)
    below = 1 - (ranks[~is_in] - rankdata(outside)) / len(inside)
    variance = above.var(ddof=1) / len(inside) + below.var(ddof=1) / len(outside)
    return float(above.mean()), float(variance)


def _attribute(
    rows: Rows, coded: tuple[Any, list[bool]], name: str, seed: int, smallest: int
) -> dict[str, Any]:
    import numpy as np

    values = rows.sensitive[name]
    known = np.array([value is not None for value in values])
    labels, counts = np.unique(values[known].astype(str), return_counts=True)
    by_size = labels[np.argsort(-counts, kind="stable")]
    enough = [str(one) for one in by_size if (values == one).sum() >= max(smallest, FOLDS)]
    groups = enough[:MOST_GROUPS]
    told: dict[str, Any] = {
        "attribute": name,
        "among_features": name in rows.frame.columns,
        "groups": groups,
        "left_out": [str(one) for one in by_size if one not in groups],
        "rows": 0,
        "single": [],
    }
    if len(groups) < 2:
        reason = "one_group" if len(labels) < 2 else TOO_FEW
        return {**told, "auc": not_estimable("proxy_auc", reason, int(known.sum())).as_dict()}
    chosen = np.isin(values.astype(str), groups) & known
    of_group = values[chosen].astype(str)
    numbers, is_text = coded[0][chosen], coded[1]
    scores = _out_of_fold(numbers, is_text, of_group, groups, seed)
    figure = _figure(of_group, scores, groups)
    single = _single(rows.frame, numbers, is_text, of_group, groups)
    return {**told, "rows": int(chosen.sum()), "single": single, "auc": figure.as_dict()}


def _figure(of_group: Any, scores: Any, groups: Sequence[str]) -> Figure:
    """Return the mean area; its interval is never too narrow, as if all areas went together."""
    # Of two groups each tells the other.
    told = groups[:1] if len(groups) == 2 else groups
    areas = [area(of_group == group, scores[:, n]) for n, group in enumerate(told)]
    mean = sum(one for one, _ in areas) / len(areas)
    reach = quantile(LEVEL) * sum(math.sqrt(variance) for _, variance in areas) / len(areas)
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    return Figure("proxy_auc", mean, len(of_group), low, high, "delong_normal")


def _out_of_fold(
    numbers: Any, is_text: list[bool], of_group: Any, groups: Sequence[str], seed: int
) -> Any:
    """Score each row for each group by trees trained on the other folds."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold

    scores = np.zeros((len(of_group), len(groups)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(numbers, of_group):
        # A column without a value among the rows trained on cannot be cut into bins.
        used = np.flatnonzero(~np.isnan(numbers[train]).all(axis=0))
        if not used.size:
            continue
        model = HistGradientBoostingClassifier(
            max_iter=40,
            max_leaf_nodes=8,
            learning_rate=0.1,
            early_stopping=False,
            categorical_features=[is_text[int(place)] for place in used],
            random_state=seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(numbers[np.ix_(train, used)], of_group[train])
            found = model.predict_proba(numbers[np.ix_(test, used)])
        known = [str(one) for one in model.classes_]
        scores[test] = found[:, [known.index(group) for group in groups]]
    return scores


def _single(
    frame: Any, numbers: Any, is_text: Sequence[bool], of_group: Any, groups: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the features that tell the attribute best by themselves.

    A number by its area for the group it tells best, turned so that it is 0.5 or more; a text by
    Cramer's V, 0 to 1.
    """
    told: list[dict[str, Any]] = []
    for place, name in enumerate(frame.columns):
        column = numbers[:, place]
        if is_text[place]:
            strength, measure = _cramers_v(column, of_group), "cramers_v"
        else:
            strength, measure = _best_area(column, of_group, groups), "auc"
        told.append({"feature": str(name), "strength": strength, "measure": measure})
    # Half of an area says nothing, as does a V of 0.
    told.sort(
        key=lambda one: (
            -(one["strength"] if one["measure"] == "cramers_v" else 2 * one["strength"] - 1),
            one["feature"],
        )
    )
    return told[:MOST_SINGLE]


def _best_area(column: Any, of_group: Any, groups: Sequence[str]) -> float:
    import numpy as np

    # That a value is missing may tell as well: it stands below all others.
    filled = np.where(np.isnan(column), -np.inf, column)
    areas = [area(of_group == group, filled)[0] for group in groups]
    return max(max(one, 1 - one) for one in areas)


def _cramers_v(column: Any, of_group: Any) -> float:
    """Return Cramer's V of two categorical columns: 0 when unrelated, 1 when one gives the other.

    With Bergsma's correction, since many categories would raise it by chance. Source: Bergsma,
    Journal of the Korean Statistical Society 42 (2013) 323-328.
    """
    import numpy as np

    _, rows = np.unique(np.nan_to_num(column, nan=-1.0), return_inverse=True)
    _, columns = np.unique(of_group, return_inverse=True)
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)
    number = table.sum()
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / number
    squared = ((table - expected) ** 2 / expected).sum() / number
    down, across = table.shape
    corrected = max(0.0, squared - (down - 1) * (across - 1) / (number - 1))
    least = min(down - (down - 1) ** 2 / (number - 1), across - (across - 1) ** 2 / (number - 1))
    return float(min(1.0, math.sqrt(corrected / (least - 1)))) if least > 1 else 0.0


def _coded(frame: Any) -> tuple[Any, list[bool]]:
    """Write texts as numbers, the most frequent first; the rarer ones share the last."""
    import numpy as np

    columns, is_text = [], []
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        is_text.append(column.dtype.kind == "O")
        if not is_text[-1]:
            columns.append(np.where(np.isinf(column), np.nan, column))
            continue
        order = {value: n for n, value in enumerate(column.value_counts().index)}
        codes = column.map(order).astype("float64").to_numpy()
        columns.append(np.minimum(codes, _MOST_CATEGORIES))
    return np.column_stack(columns), is_text
