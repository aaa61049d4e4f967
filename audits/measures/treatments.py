"""Treatment equality: whether a group's errors go against it as often as another group's do."""

from __future__ import annotations

from audits.measures.counts import Counts
from audits.measures.figures import Figure, not_estimable
from audits.measures.groups import Grouping
from audits.measures.intervals import (
    LEVEL,
    Interval,
    Share,
    odds,
    range_difference,
    range_ratio,
    sidak,
    wilson,
)


def misses_among_errors(counts: Counts) -> Share:
    """Positives that are missed, among all rows answered wrongly."""
    return Share(counts.false_negatives, counts.false_negatives + counts.false_positives)


def treatment_ratio(counts: Counts, smallest: int = 0) -> Figure:
    """Return false negatives over false positives of a group, from 0 upwards.

    1 when the model errs to the disadvantage of as many as to their advantage, 0 when it misses
    nobody, large when its errors mostly cost people what they deserved; not estimable without a
    false positive. It is the odds that an error is a miss, so the interval is that of Wilson's
    limits for the share of misses among the errors, which are the rows it rests on.
    Source: Berk, Heidari, Jabbari, Kearns and Roth, Sociological Methods and Research 50 (2021).
    """
    share = misses_among_errors(counts)
    if share.successes == share.trials:
        return not_estimable("treatment_ratio", "no_false_positives", share.trials)
    value = counts.false_negatives / counts.false_positives
    low, high = _limits(share, LEVEL)
    figure = Figure("treatment_ratio", value, share.trials, low, high, "wilson_odds")
    return figure.judged_from(smallest)


def treatment_equality_difference(grouping: Grouping, places: tuple[int, ...]) -> Figure:
    """Largest treatment ratio minus the smallest, from 0; 0 when the errors weigh alike for all.

    Bounds from Wilson's limits of the share of misses among the errors, turned into odds, at the
    Sidak level for the groups compared. Source: Berk et al. 2021.
    """
    name = "treatment_equality_difference"
    ratios, limits, rows = _of(grouping, places)
    if len(ratios) < 2:
        return _nothing(name, grouping, rows)
    low, high = range_difference(limits)
    return Figure(name, max(ratios) - min(ratios), rows, low, high, "simultaneous_wilson_odds")


def treatment_equality_ratio(grouping: Grouping, places: tuple[int, ...]) -> Figure:
    """Smallest treatment ratio over the largest, 0 to 1; 1 when the errors weigh alike for all.

    Bounds as those of the difference. Source: Berk et al. 2021.
    """
    name = "treatment_equality_ratio"
    ratios, limits, rows = _of(grouping, places)
    if len(ratios) < 2:
        return _nothing(name, grouping, rows)
    if not max(ratios):
        return not_estimable(name, "largest_is_zero", rows)
    low, high = range_ratio(limits)
    return Figure(name, min(ratios) / max(ratios), rows, low, high, "simultaneous_wilson_odds")


def with_errors(grouping: Grouping, rows: int = 1) -> tuple[int, ...]:
    """Return the groups with a treatment ratio that rests on at least so many errors."""
    return tuple(
        place
        for place, group in enumerate(grouping.groups)
        if group.counts.false_positives and misses_among_errors(group.counts).trials >= rows
    )


def _of(grouping: Grouping, places: tuple[int, ...]) -> tuple[list[float], list[Interval], int]:
    """Return the ratios of some groups, limits of theirs that hold together, and the errors."""
    some = [grouping.groups[place].counts for place in places]
    shares = [misses_among_errors(counts) for counts in some]
    level = sidak(LEVEL, max(1, len(some)))
    ratios = [counts.false_negatives / counts.false_positives for counts in some]
    rows = sum(share.trials for share in shares)
    return ratios, [_limits(share, level) for share in shares], rows


def _limits(share: Share, level: float) -> Interval:
    return odds(wilson(share, level))


def _nothing(name: str, grouping: Grouping, rows: int) -> Figure:
    reason = "one_group" if len(grouping.groups) < 2 else "no_false_positives"
    return not_estimable(name, reason, rows)
