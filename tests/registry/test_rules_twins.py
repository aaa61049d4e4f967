"""Which versions are the same work under another label."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from registry.rules.twins import are_twins


class Build(NamedTuple):
    """A version, as the rule knows it."""

    pk: int
    model_id: int
    artefact_id: int | None


FIRST = Build(1, 1, 7)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Build(2, 1, 7), True),
        (Build(2, 1, 8), False),
        (Build(2, 1, None), False),
        # The same bytes in another model are that model's, and its people's.
        (Build(2, 2, 7), False),
        (FIRST, False),
    ],
)
def test_the_same_bytes_in_the_same_model_are_twins(other: Build, expected: bool) -> None:
    assert are_twins(FIRST, other) is expected
    assert are_twins(other, FIRST) is expected


def test_versions_without_an_artefact_are_no_twins() -> None:
    assert not are_twins(Build(1, 1, None), Build(2, 1, None))
