"""Counts that make up a known sum, such as the bins of a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.suppression.bounds import about, bounded, is_small


def suppress_bins(counts: Sequence[Any], most: int) -> list[Any]:
    """Return the counts with the small ones bounded, and then all others rounded.

    Their sum is known, so the others would give a small one away.
    """
    if not any(is_small(count, most) for count in counts):
        return list(counts)
    return [
        bounded(count, most) if is_small(count, most) else about(count, most) for count in counts
    ]
