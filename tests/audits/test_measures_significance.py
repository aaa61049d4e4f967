"""The test beside the four-fifths line, against scipy and by hand; Holm's reading of all tests."""

import json
import random

import pytest
from scipy import stats

from audits.measures.intervals import Share
from audits.measures.significance import (
    fisher_exact,
    holm,
    pooled_z,
    smallest_expected,
    two_rates,
)
from tests.audits.test_measures_fairness import group_named, rows_of
from tests.audits.test_measures_rows import measured


def table(first: Share, second: Share) -> list[list[int]]:
    return [[one.successes, one.trials - one.successes] for one in (first, second)]


def test_the_pooled_statistic_is_the_root_of_chi_squared() -> None:
    generator = random.Random(5)  # noqa: S311
    for _ in range(200):
        first, second = (
            Share(generator.randint(5, rows - 5), rows)
            for rows in (generator.randint(20, 400), generator.randint(20, 400))
        )
        chi = stats.chi2_contingency(table(first, second), correction=False)
        assert pooled_z(first, second) ** 2 == pytest.approx(chi.statistic, rel=1e-9)
        assert smallest_expected(first, second) == pytest.approx(chi.expected_freq.min())
        if smallest_expected(first, second) >= 5:
            test = two_rates(first, second)
            assert test.name == "z_pooled"
            assert test.p_value == pytest.approx(chi.pvalue, rel=1e-7, abs=1e-300)


def test_fisher_is_scipys() -> None:
    generator = random.Random(6)  # noqa: S311
    for _ in range(300):
        first, second = (
            Share(generator.randint(0, rows), rows)
            for rows in (generator.randint(1, 60), generator.randint(1, 400))
        )
        expected = stats.fisher_exact(table(first, second)).pvalue
        assert fisher_exact(first, second) == pytest.approx(expected, rel=1e-7)


def test_fisher_of_a_million_rows_is_scipys() -> None:
    first, second = Share(3, 1_000_000), Share(1, 900_000)
    expected = stats.fisher_exact(table(first, second)).pvalue
    assert fisher_exact(first, second) == pytest.approx(expected, rel=1e-6)
    assert two_rates(first, second).name == "fisher_exact"


def test_the_lady_tasting_tea() -> None:
    # Three of four cups right: (16 + 1) tables of 70 on one side, and as many on the other.
    assert fisher_exact(Share(3, 4), Share(1, 4)) == pytest.approx(34 / 70)


def test_rates_that_are_all_or_nothing_differ_in_nothing() -> None:
    assert two_rates(Share(40, 40), Share(90, 90)).p_value == pytest.approx(1)
    assert two_rates(Share(0, 40), Share(0, 90)).p_value == pytest.approx(1)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_every_large_group_but_the_most_selected_is_tested() -> None:
    rows = rows_of(
        ("a", 1, 1, 80), ("a", 1, 0, 20), ("b", 1, 1, 50), ("b", 1, 0, 50),
        ("c", 1, 1, 78), ("c", 1, 0, 22), ("d", 1, 0, 4),
    )  # fmt: skip
    found = measured("fairness", rows)
    tests = {group["group"]: group["significance"] for group in found["groups"]}
    assert tests["a"] is tests["d"] is None
    expected = [
        stats.chi2_contingency([[80, 20], other], correction=False).pvalue
        for other in ([50, 50], [78, 22])
    ]
    assert [tests[name]["p_value"] for name in "bc"] == pytest.approx(expected)
    assert [tests[name]["p_holm"] for name in "bc"] == pytest.approx([2 * expected[0], expected[1]])
    assert tests["b"]["statistic"] < 0
    assert found["honesty"]["holm"] == {"tests": 2, "level": 0.05, "differ": ["sex: b"]}


def test_holm_reads_all_attributes_together() -> None:
    columns = {
        "label": [1] * 200,
        "score": ([0.9] * 60 + [0.1] * 40) + ([0.9] * 44 + [0.1] * 56),
        "s0": ["f"] * 100 + ["m"] * 100,
        "s1": ["x", "y"] * 100,
    }
    found = measured("fairness", columns, sensitive={"s0": "sex", "s1": "race"})
    alone = measured("fairness", columns)
    assert group_named(alone, "m")["significance"]["p_value"] < 0.05
    assert alone["honesty"]["holm"]["differ"] == ["sex: m"]
    assert found["honesty"]["holm"] == {"tests": 5, "level": 0.05, "differ": []}
    json.dumps(found, allow_nan=False)


def test_where_there_is_nothing_to_test_there_is_no_reading() -> None:
    assert measured("fairness", rows_of(("a", 1, 1, 80)))["honesty"]["holm"] is None
