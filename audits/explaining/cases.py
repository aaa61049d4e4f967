"""Explains single rows: what raised and lowered the answer, and the reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audits.explaining import links
from audits.explaining.attributions import Explained
from audits.explaining.rows import Rows
from registry.rules.wording import gettext_noop

MOST_REASONS = 4

REASON = gettext_noop(
    "%(feature)s is %(standing)s, which lowered the answer by %(points)s (usual here: %(usual)s)."
)


def cases(
    explained: Explained,
    *,
    drawn: Rows,
    classes: Sequence[str],
    threshold: float | None,
    task: str,
) -> list[dict[str, Any]]:
    """Return each row with its answer, its contributions by size, and the principal reasons.

    A row's own values are not told, only where they stand among the rows ``drawn``: an exhibit is
    kept for good, and people's rows are not. ``selected`` says whether a binary score reaches the
    threshold; None without one. Of several classes the one that is predicted for the row is
    explained, and is the ``output``.
    """
    import numpy as np

    told = []
    usual = usual_values(drawn)
    for place, number in enumerate(explained.rows.numbers):
        output = int(np.argmax(explained.answers[place])) if task == "multiclass" else 0
        values = explained.values[place, :, output]
        base, score = float(explained.base[output]), float(explained.answers[place, output])
        total = explained.values[place : place + 1].sum(axis=1) + explained.base
        reached = float(links.answered(total, explained.link)[0, output])
        selected = score >= threshold if task == "binary" and threshold is not None else None
        told.append(
            {
                "row": int(number),
                "score": score,
                "selected": selected,
                "output": classes[output] if task == "multiclass" else "",
                "base": base,
                "contributions": _contributions(explained.rows, place, values, drawn),
                "additivity": abs(reached - score),
                "reasons": reasons(explained.rows, place, values, drawn, usual),
            }
        )
    return told


def reasons(
    rows: Rows, place: int, values: Any, drawn: Rows, usual: Mapping[str, str | None]
) -> list[dict[str, Any]]:
    """Return the features that lowered the row's answer most, up to four, as words to translate.

    ``params`` hold the feature, where its value stands among the rows drawn, the points it took
    off, on the scale of what is explained, and the usual value (the median, or the most frequent
    text).
    """
    import numpy as np

    told = []
    for feature in np.argsort(values, kind="stable")[:MOST_REASONS]:
        if values[feature] >= 0:
            break
        name = str(rows.texts.columns[feature])
        params = {
            "feature": name,
            "standing": standing(rows, place, int(feature), drawn),
            "points": float(-values[feature]),
            "usual": usual[name] or "–",
        }
        told.append({"message": REASON, "params": params})
    return told


def standing(rows: Rows, place: int, feature: int, drawn: Rows) -> dict[str, Any]:
    """Return where a row's value stands among those drawn.

    ``kind`` is missing, number or text; ``equal`` is the share of the rows drawn with the very same
    value, and ``below``, of a number, the share with a smaller one, both 0 to 1. Rows without a
    value count in neither.
    """
    text = rows.texts.iat[place, feature]
    if text is None:
        return {"kind": "missing"}
    column = drawn.frame.iloc[:, feature]
    known = drawn.texts.iloc[:, feature].notna().to_numpy()
    among = max(int(known.sum()), 1)
    if column.dtype.kind == "O":
        same = int((drawn.texts.iloc[:, feature][known] == text).sum())
        return {"kind": "text", "equal": same / among}
    value, others = rows.frame.iat[place, feature], column[known]
    below, same = int((others < value).sum()), int((others == value).sum())
    return {"kind": "number", "below": below / among, "equal": same / among}


def usual_values(rows: Rows) -> dict[str, str | None]:
    """Return each feature's middle or most frequent value, as text; None where none is given."""
    found: dict[str, str | None] = {}
    for place, name in enumerate(rows.texts.columns):
        texts, column = rows.texts.iloc[:, place], rows.frame.iloc[:, place]
        known = texts.notna().to_numpy()
        if not known.any():
            found[str(name)] = None
        elif column.dtype.kind == "O":
            found[str(name)] = str(texts[known].value_counts().index[0])
        else:
            # The value in the middle as it stands in the data, and no mean of two.
            order = column[known].argsort(kind="stable")
            found[str(name)] = str(texts[known].iloc[order.iloc[len(order) // 2]])
    return found


def _contributions(rows: Rows, place: int, values: Any, drawn: Rows) -> list[dict[str, Any]]:
    import numpy as np

    return [
        {
            "feature": str(rows.texts.columns[feature]),
            "standing": standing(rows, place, int(feature), drawn),
            "shap": float(values[feature]),
        }
        for feature in np.argsort(-np.abs(values), kind="stable")
    ]
