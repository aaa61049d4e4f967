"""A residual risk that is released by exception only: by conditions, or by no signature at all."""

from __future__ import annotations

import pytest

from registry.rules.conditions import objections_to_exception, objections_to_plain_approval


@pytest.mark.parametrize(
    ("by_exception", "allowed", "codes"),
    [
        (False, False, []),
        (False, True, []),
        (True, True, []),
        (True, False, ["release.exception_not_allowed"]),
    ],
)
def test_an_exception_where_no_conditions_are_allowed_ends_before_it_begins(
    by_exception: bool, allowed: bool, codes: list[str]
) -> None:
    found = objections_to_exception(
        by_exception=by_exception, allowed=allowed, tier=1, environment="production"
    )
    assert [one.code for one in found] == codes
    assert all("allows none for tier 1 in production" in str(one) for one in found)


@pytest.mark.parametrize(
    ("by_exception", "allowed", "named", "codes"),
    [
        (True, True, False, ["release.needs_exception"]),
        (True, True, True, []),
        (False, True, False, []),
        # Nobody can name any: that is refused on its own ground, and not twice.
        (True, False, False, []),
    ],
)
def test_a_plain_approval_is_enough_unless_an_exception_is_needed(
    by_exception: bool, allowed: bool, named: bool, codes: list[str]
) -> None:
    found = objections_to_plain_approval(by_exception=by_exception, allowed=allowed, named=named)
    assert [one.code for one in found] == codes
    assert all("has to name conditions" in str(one) for one in found)
