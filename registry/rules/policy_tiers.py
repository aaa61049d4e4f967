"""How a policy's definition says what holds for a tier: inherited, stated, and for one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TIERS = (1, 2, 3, 4)

# Parts of a tier that say where its other parts come from.
LIKE, ENVIRONMENTS = "like", "environments"


class Circle(ValueError):
    """A tier that is like itself, by way of whatever others."""


def section_of(definition: Mapping[str, Any], tier: int, environment: str = "") -> dict[str, Any]:
    """Return everything that is stated for a tier in an environment.

    A tier that is like another begins with all that holds for the other in that environment, and
    overrides it part by part. Raises KeyError, TypeError or AttributeError for a definition of the
    wrong shape, Circle for tiers that are like each other.
    """
    merged: dict[str, Any] = {}
    for ancestor in reversed(list(_line(definition, tier))):
        own = dict(definition["tiers"][ancestor])
        own.pop(LIKE, None)
        places = own.pop(ENVIRONMENTS, None) or {}
        merged |= own
        if environment:
            merged |= places.get(environment) or {}
    return merged


def _line(definition: Mapping[str, Any], tier: int) -> Iterator[str]:
    """Yield the tier, the one it is like, the one that is like, and so on."""
    seen: set[str] = set()
    name: object = str(tier)
    while name is not None:
        key = str(name)
        if key in seen:
            raise Circle(key)
        seen.add(key)
        yield key
        name = definition["tiers"][key].get(LIKE)


def environments_of(definition: Mapping[str, Any]) -> list[str]:
    """Return every environment that the definition has something to say on, by name."""
    return sorted(
        {
            environment
            for section in definition["tiers"].values()
            for environment in section.get(ENVIRONMENTS) or {}
        }
    )
