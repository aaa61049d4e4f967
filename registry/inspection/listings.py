"""Lists names and values within a sentence, shortened where they would drown it."""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 10
_LONGEST = 60


def listed(values: Iterable[object], most: int = _MOST) -> str:
    """Join values with commas: at most ``most`` of them, each cut to a readable length."""
    shown = [str(value) for value in values]
    cut = [value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…" for value in shown]
    return ", ".join(cut[:most]) + (", …" if len(cut) > most else "")
