"""Schemas: in what the columns of two tables differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# A review names so many columns of each kind and counts the rest.
MOST_NAMED = 20


def differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the columns added, removed and of another type; empty when there are none.

    ``before`` and ``after`` are columns as a dataset version keeps them. Their order says nothing.
    """
    old = {column["name"]: column["type"] for column in before}
    new = {column["name"]: column["type"] for column in after}
    found = {
        "added": sorted(set(new) - set(old)),
        "removed": sorted(set(old) - set(new)),
        "retyped": [
            f"{name}: {old[name]} → {new[name]}"
            for name in sorted(set(old) & set(new))
            if old[name] != new[name]
        ],
    }
    return {kind: _shortened(names) for kind, names in found.items() if names}


def _shortened(names: list[str]) -> list[str]:
    rest = len(names) - MOST_NAMED
    return [*names[:MOST_NAMED], f"+{rest}"] if rest > 0 else names
