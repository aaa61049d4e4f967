"""Twins: versions of one model that are the very same artefact under another label."""

from __future__ import annotations

from typing import Protocol


class Build(Protocol):
    """What the rule needs to know of a version."""

    @property
    def pk(self) -> int:
        """Which version it is."""

    @property
    def model_id(self) -> int:
        """Which model it is of."""

    @property
    def artefact_id(self) -> int | None:
        """Which bytes it is, the same for the same digest; None without an artefact."""


def are_twins(one: Build, other: Build) -> bool:
    """Say whether two versions are the same work: a new label sheds neither findings nor hands.

    A vendor's model has no artefact, so nothing says that two versions of it are the same.
    """
    return (
        one.artefact_id is not None
        and one.artefact_id == other.artefact_id
        and one.model_id == other.model_id
        and one.pk != other.pk
    )
