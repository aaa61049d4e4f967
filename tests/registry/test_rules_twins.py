"""Which versions are the same work under another name."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from registry.rules.twins import are_twins


class Owned(NamedTuple):
    """A model, as the rule knows it."""

    unit_id: int


class Build(NamedTuple):
    """A version, as the rule knows it."""

    pk: int
    model: Owned
    artefact_id: int | None


HERE, ELSEWHERE = Owned(1), Owned(2)
FIRST = Build(1, HERE, 7)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        # Whatever model of the unit it is registered under.
        (Build(2, HERE, 7), True),
        (Build(2, HERE, 8), False),
        (Build(2, HERE, None), False),
        # The same bytes in another unit are that unit's, and its people's.
        (Build(2, ELSEWHERE, 7), False),
        (FIRST, False),
    ],
)
def test_the_same_bytes_in_the_same_unit_are_twins(other: Build, expected: bool) -> None:
    assert are_twins(FIRST, other) is expected
    assert are_twins(other, FIRST) is expected


def test_versions_without_an_artefact_are_no_twins() -> None:
    assert not are_twins(Build(1, HERE, None), Build(2, HERE, None))
