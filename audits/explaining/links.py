"""What contributions add up to: the model's answer itself, or a scale from which it follows."""

from __future__ import annotations

from typing import Any

# By task, the likelier first. "identity" is the answer as it is; "logit" the log-odds of a
# probability, "log" the logarithm of a value, "softmax" one margin for each class.
_BY_TASK = {
    "binary": ("identity", "logit"),
    "multiclass": ("identity", "softmax", "logit"),
    "regression": ("identity", "log"),
}


def of(task: str) -> tuple[str, ...]:
    """Return the links that occur with a task."""
    return _BY_TASK[task]


def answered(total: Any, link: str) -> Any:
    """Turn base and contributions together, shape (rows, outputs), into the model's answers."""
    import numpy as np

    with np.errstate(over="ignore"):
        if link == "logit":
            return 1.0 / (1.0 + np.exp(-total))
        if link == "log":
            return np.exp(total)
        if link == "softmax":
            grown = np.exp(total - total.max(axis=1, keepdims=True))
            return grown / grown.sum(axis=1, keepdims=True)
    return total


def residual(total: Any, answers: Any, link: str) -> float:
    """Return the largest distance between what contributions add up to and the model's answers.

    On the answers' own scale; 0 is perfect.
    """
    import numpy as np

    difference = np.abs(answered(total, link) - answers)
    return float(difference.max()) if np.isfinite(difference).all() else float("inf")


def code(task: str, link: str) -> str:
    """Return what the contributions are measured in: probability, margin, value or log_value."""
    if link in ("logit", "softmax"):
        return "margin"
    if link == "log":
        return "log_value"
    return "value" if task == "regression" else "probability"
