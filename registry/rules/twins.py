"""Twins: versions of one unit that are the very same artefact under another name."""

from __future__ import annotations

from typing import Protocol


class Owned(Protocol):
    """What the rule needs to know of a model."""

    @property
    def unit_id(self) -> int:
        """Which unit it is of."""


class Build(Protocol):
    """What the rule needs to know of a version."""

    @property
    def pk(self) -> int:
        """Which version it is."""

    @property
    def model(self) -> Owned:
        """The model it is of."""

    @property
    def artefact_id(self) -> int | None:
        """Which bytes it is, the same for the same digest; None without an artefact."""


def are_twins(one: Build, other: Build) -> bool:
    """Say whether two versions are the same work: another name sheds neither findings nor hands.

    Neither a new label nor another model of the unit does. A vendor's model has no artefact, so
    nothing says that two versions of it are the same.
    """
    return (
        one.artefact_id is not None
        and one.artefact_id == other.artefact_id
        and one.model.unit_id == other.model.unit_id
        and one.pk != other.pk
    )
