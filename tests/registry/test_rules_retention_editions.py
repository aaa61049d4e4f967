"""What one edition of the retention rules changes: dropped and added frameworks, other periods."""

from __future__ import annotations

from registry.rules.periods import period
from registry.rules.retention_editions import ChangedPeriod, changes, frameworks
from registry.rules.retention_schedule import FRAMEWORKS, KINDS, Rules

USUAL = Rules()
LOGS = KINDS["automatic_log"].name


def test_an_edition_as_usual_changes_nothing() -> None:
    assert not changes(USUAL, Rules(edition=1))
    assert frameworks(USUAL) == tuple(FRAMEWORKS.values())


def test_a_dropped_and_an_added_framework_are_named() -> None:
    without = Rules(frameworks={"ccpa_admt", "nyc_ll144"})
    assert changes(USUAL, without).dropped == ("EU AI Act",)
    assert changes(USUAL, without).added == ()
    assert changes(without, USUAL).added == ("EU AI Act",)
    assert changes(without, USUAL)
    assert changes(without, Rules(frameworks={"eu_ai_act"})).dropped == (
        "CCPA, automated decision-making",
        "New York City Local Law 144",
    )


def test_a_period_that_is_left_out_goes_back_to_the_usual_one() -> None:
    longer = Rules(periods={"automatic_log": period("5 years")})
    (there,), (back,) = changes(USUAL, longer).periods, changes(longer, USUAL).periods
    assert there == ChangedPeriod(LOGS, period("3 years"), period("5 years"))
    assert back == ChangedPeriod(LOGS, period("5 years"), period("3 years"))
    assert (there.is_shorter, back.is_shorter) == (False, True)


def test_a_usual_period_that_is_written_out_changes_nothing() -> None:
    written = Rules(periods={"automatic_log": period("36 months"), "mail": period("12 months")})
    assert not changes(USUAL, written)
