"""How far two samples lie apart, from counts of bins: figures with intervals in closed form.

Beside each value stands what it comes to be without any drift: with few rows or many bins two
samples of the same people differ as well. A verdict rests on the limits, never on the value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from audits.measures.figures import Figure, not_estimable
from audits.measures.intervals import LEVEL, Interval, Share, newcombe, quantile

Counts = Sequence[int]

# Beyond this a noncentral chi-squared is as good as normal, and its series takes too long.
_LARGE = 5_000.0


def psi(name: str, before: Counts, after: Counts, level: float = LEVEL) -> Figure:
    """Return the population stability index of two histograms over the same bins.

    The sum over the bins of the difference of the two shares times the logarithm of their ratio:
    0 when both are the same, without an upper end; by usage stable under 0.1 and shifted over 0.2.
    A bin that is empty on one side counts there as half a row, and one empty on both is left out.

    The interval is that of the index without its sampling error: times the effective number of rows
    the index is a noncentral chi-squared, whose noncentrality is tested at both ends; far from 0
    the scale is that of the delta method's variance. Its upper limit is never under the value.
    Simulated, it covers 94 to 99 % from 100 rows a side on, at 4 to 20 bins and true values to 0.4.
    Sources: Siddiqi, Credit Risk Scorecards (2006); Yurdakul and Naranjo, Journal of Risk Model
    Validation 14 (2020) 89-100, for the chi-squared; Kullback, Information Theory (1959).
    """
    bins = _shares(before, after)
    n, m = sum(before), sum(after)
    if not n or not m:
        return not_estimable(name, "no_rows")
    value = sum((a - b) * math.log(a / b) for b, a in bins)
    low, high = _psi_limits(value, bins, n, m, level)
    return Figure(name, value, min(n, m), low, max(value, high), "noncentral_chi_squared")


def expected_psi(before: Counts, after: Counts) -> float:
    """Return the index that two samples without any drift show on average.

    One less than the number of bins, times 1 / rows before + 1 / rows after.
    """
    n, m = sum(before), sum(after)
    bins = len(_shares(before, after))
    return max(0, bins - 1) * (1 / n + 1 / m) if n and m else 0.0


def kolmogorov_smirnov(distance: float, n: int, m: int, level: float = LEVEL) -> Figure:
    """Return the largest distance of two distribution functions with its interval.

    0 when the same values occur as often in both, 1 when the two do not overlap. The limits hold by
    the Dvoretzky-Kiefer-Wolfowitz inequality with Massart's constant, half of the error to each
    sample: they never cover less than they say, mostly more.
    """
    error = (1 - level) / 2
    reach = sum(math.sqrt(math.log(2 / error) / (2 * rows)) for rows in (n, m))
    low, high = max(0.0, distance - reach), min(1.0, distance + reach)
    return Figure("ks", distance, min(n, m), low, high, "dkw")


def ks_p_value(distance: float, n: int, m: int) -> float:
    """Return how often samples of one continuous distribution lie as far apart; 0 to 1.

    With tied values it is too large rather than too small. Source: scipy's ks_2samp, asymptotic.
    """
    from scipy.stats import kstwo

    return float(min(1.0, max(0.0, kstwo.sf(distance, max(1, round(n * m / (n + m)))))))


def chi_squared(before: Counts, after: Counts) -> tuple[float, int]:
    """Return Pearson's statistic of two histograms and its degrees of freedom.

    0 and up; bins that are empty on both sides are left out. Without a second bin there is no
    degree of freedom. Source: Pearson 1900; scipy's chi2_contingency without Yates' correction.
    """
    n, m = sum(before), sum(after)
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if b + a]
    statistic = 0.0
    for b, a in pairs:
        whole = b + a
        for count, rows in ((b, n), (a, m)):
            expected = whole * rows / (n + m)
            statistic += (count - expected) ** 2 / expected if expected else 0.0
    return statistic, max(0, len(pairs) - 1)


def chi_squared_p_value(statistic: float, freedom: int) -> float:
    """Return how often samples of one distribution lie as far apart; 0 to 1."""
    from scipy.special import chdtrc

    return float(chdtrc(freedom, statistic)) if freedom else 1.0


def cramers_v(before: Counts, after: Counts, level: float = LEVEL) -> Figure:
    """Return how strongly the categories tell the two samples apart.

    0 when their shares are the same, 1 when no category occurs in both. The interval comes from the
    noncentrality of the chi-squared. Sources: Cramer 1946; Smithson, Confidence Intervals (2003).
    """
    n, m = sum(before), sum(after)
    if not n or not m:
        return not_estimable("cramers_v", "no_rows")
    statistic, freedom = chi_squared(before, after)
    if not freedom:
        return not_estimable("cramers_v", "constant_feature", min(n, m))
    value = math.sqrt(min(1.0, statistic / (n + m)))
    low, high = (
        math.sqrt(min(1.0, limit / (n + m))) for limit in noncentrality(statistic, freedom, level)
    )
    limits = min(low, value), max(high, value)
    return Figure("cramers_v", value, min(n, m), *limits, "noncentral_chi_squared")


def rate_change(name: str, before: Share, after: Share, level: float = LEVEL) -> Figure:
    """Return a rate afterwards minus the rate before, -1 to 1; above 0 when it rose.

    With Newcombe's interval.
    """
    if not before.trials or not after.trials:
        return not_estimable(name, "no_rows")
    low, high = newcombe(after, before, level)
    rows = min(before.trials, after.trials)
    return Figure(name, after.rate - before.rate, rows, low, high, "newcombe")


def change(name: str, before: Figure, after: Figure) -> Figure:
    """Return a figure afterwards minus the same before; above 0 when it rose.

    The limits come from those of the two (MOVER), which may lie unevenly about their values.
    Source: Zou and Donner, Statistics in Medicine 27 (2008) 1693-1702.
    """
    rows = min(before.n, after.n)
    if before.value is None or after.value is None:
        reason = before.reason if before.value is None else after.reason
        return not_estimable(name, reason, rows)
    value = after.value - before.value
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return Figure(name, value, rows, reason=before.reason or after.reason or "no_spread")
    below = math.hypot(after.value - after.low, before.high - before.value)
    above = math.hypot(after.high - after.value, before.value - before.low)
    reason = before.reason or after.reason
    return Figure(name, value, rows, value - below, value + above, "mover", reason)


def noncentrality(statistic: float, freedom: int, level: float = LEVEL) -> Interval:
    """Return between which noncentralities a chi-squared statistic is unsurprising; from 0.

    The lower limit is 0 where the statistic is within reach without any.
    """
    from scipy.special import chndtr

    if statistic > _LARGE:
        centre = statistic - freedom
        reach = quantile(level) * math.sqrt(2 * freedom + 4 * centre)
        return Interval(max(0.0, centre - reach), centre + reach)
    tail = (1 - level) / 2

    def solved(probability: float) -> float:
        if chndtr(statistic, freedom, 0) <= probability:
            return 0.0
        low, high = 0.0, max(10.0, statistic)
        while chndtr(statistic, freedom, high) > probability:
            low, high = high, 2 * high
        for _ in range(60):
            middle = (low + high) / 2
            above = chndtr(statistic, freedom, middle) > probability
            low, high = (middle, high) if above else (low, middle)
        return high

    return Interval(solved(1 - tail), solved(tail))


def _shares(before: Counts, after: Counts) -> list[tuple[float, float]]:
    """Return the shares of each bin that has rows; one empty on one side has half a row there."""
    n, m = sum(before), sum(after)
    return [
        ((b or 0.5) / n, (a or 0.5) / m)
        for b, a in zip(before, after, strict=True)
        if (b or a) and n and m
    ]


def _psi_limits(
    value: float, bins: Sequence[tuple[float, float]], n: int, m: int, level: float
) -> Interval:
    scale, freedom = n * m / (n + m), len(bins) - 1
    if not freedom:
        return Interval(0.0, 0.0)
    variance = _psi_variance(bins, n, m)
    if variance:
        scale = min(scale, 4 * value / variance)
    low, high = noncentrality(scale * value, freedom, level)
    return Interval(min(value, low / scale), high / scale)


def _psi_variance(bins: Sequence[tuple[float, float]], n: int, m: int) -> float:
    """Return the variance of the index by the delta method."""
    slopes_b = [math.log(b / a) + 1 - a / b for b, a in bins]
    slopes_a = [math.log(a / b) + 1 - b / a for b, a in bins]
    return _spread([b for b, _ in bins], slopes_b) / n + _spread([a for _, a in bins], slopes_a) / m


def _spread(shares: Sequence[float], slopes: Sequence[float]) -> float:
    total = sum(shares)
    mean = sum(p * g for p, g in zip(shares, slopes, strict=True)) / total
    return sum(p * (g - mean) ** 2 for p, g in zip(shares, slopes, strict=True)) / total
