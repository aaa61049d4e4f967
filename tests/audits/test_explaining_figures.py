"""What is made of contributions: importances, bins, groups, proxies, stability and reasons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from audits.explaining import by_group, cases, importances, links, proxies, qualities, summaries
from audits.explaining.samples import stratified
from tests.audits.explaining import explained, rows

RANDOM = np.random.default_rng(3)
FRAME = pd.DataFrame({"income": RANDOM.normal(50, 10, 200), "debt": RANDOM.normal(0, 1, 200)})
VALUES = np.column_stack([(FRAME["income"] - 50) / 100, -0.2 * FRAME["debt"] ** 2])


def test_importance_is_the_mean_size_with_students_interval():
    income, debt = sorted(
        importances.importances(explained(VALUES, FRAME), 0), key=lambda one: one["name"] == "debt"
    )
    sizes = np.abs(VALUES[:, 0])
    expected = stats.t.interval(0.95, 199, sizes.mean(), stats.sem(sizes))
    figure = income["importance"]
    assert figure["value"] == pytest.approx(sizes.mean())
    assert (figure["low"], figure["high"]) == pytest.approx(expected)
    assert income["mean_signed"] == pytest.approx(VALUES[:, 0].mean())
    total = np.abs(VALUES).sum()
    assert income["share"]["value"] == pytest.approx(sizes.sum() / total)
    assert income["share"]["value"] + debt["share"]["value"] == pytest.approx(1)
    assert debt["rank"] == 1 and income["rank"] == 2


def test_the_interval_of_a_share_is_that_of_a_ratio_of_means():
    parts, totals = np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 4.0, 5.0, 7.0])
    figure = importances.ratio_figure("importance_share", parts, totals)
    share = 10 / 20
    residuals = parts - share * totals
    deviation = np.sqrt((residuals**2).sum() / 3 / 4) / 5
    reach = stats.t.ppf(0.975, 3) * deviation
    assert figure.value == share
    assert (figure.low, figure.high) == pytest.approx((share - reach, share + reach))


def test_direction_is_told_by_ranks_and_only_where_it_is_clear():
    told = {one["name"]: one for one in importances.importances(explained(VALUES, FRAME), 0)}
    assert told["income"]["direction"] == "raises"
    assert told["income"]["rank_correlation"] == pytest.approx(1)
    assert told["debt"]["direction"] == "mixed"
    expected = stats.spearmanr(FRAME["debt"], VALUES[:, 1]).statistic
    assert told["debt"]["rank_correlation"] == pytest.approx(expected)
    falling = {one["name"]: one for one in importances.importances(explained(-VALUES, FRAME), 0)}
    assert falling["income"]["direction"] == "lowers"


def test_a_feature_that_changes_nothing_has_no_share_where_none_does():
    told = importances.importances(explained(np.zeros((200, 2)), FRAME), 0)
    assert [one["direction"] for one in told] == ["none", "none"]
    assert {one["share"]["reason"] for one in told} == {"constant_scores"}
    assert importances.top(told, 5) == []


def test_bins_hold_every_row_once_and_show_none():
    frame = FRAME.assign(income=FRAME["income"].where(FRAME.index % 10 != 0))
    found = explained(VALUES, frame)
    (one,) = summaries.summary(found, 0, ["income"])
    assert sum(part["rows"] for part in one["bins"]) == 200
    assert min(part["rows"] for part in one["bins"]) >= summaries.ROWS_IN_A_BIN
    assert len(one["bins"]) == summaries.SUMMARY_BINS + 1
    *ranges, missing = one["bins"]
    assert missing["kind"] == "missing" and missing["rows"] == 20
    assert missing["mean"] == pytest.approx(VALUES[::10, 0].mean())
    inside = frame["income"].between(ranges[4]["low"], ranges[4]["high"]).to_numpy()
    moves = VALUES[inside, 0]
    assert ranges[4]["rows"] == inside.sum()
    assert ranges[4]["mean"] == pytest.approx(moves.mean())
    assert ranges[4]["low_5"] == pytest.approx(np.quantile(moves, 0.05))
    assert ranges[4]["high_75"] == pytest.approx(np.quantile(moves, 0.75))
    assert [part["high"] for part in ranges] == sorted(part["high"] for part in ranges)


def test_equal_values_stay_in_one_bin_and_texts_are_told_by_value():
    frame = pd.DataFrame({"flag": [0.0, 1.0] * 100, "town": ["a"] * 150 + ["b"] * 40 + ["c"] * 10})
    frame["town"] = frame["town"].astype(object)
    flags, towns = summaries.dependence(explained(VALUES, frame), 0, ["flag", "town"])
    assert [(part["low"], part["high"], part["rows"]) for part in flags["bins"]] == [
        (0.0, 0.0, 100),
        (1.0, 1.0, 100),
    ]
    assert [(part["value"], part["rows"]) for part in towns["bins"]] == [
        ("a", 150),
        ("b", 40),
        ("c", 10),
    ]


def test_groups_are_split_as_numpy_splits_them():
    sex = np.array(["f", "m", None, "m"] * 50, dtype=object)
    found = explained(VALUES, FRAME, sensitive={"sex": sex})
    (attribute,) = by_group.by_group(found, 0, ["debt", "income"], smallest_group=30)
    assert [(one["group"], one["count"], one["missing"]) for one in attribute["groups"]] == [
        ("m", 100, False),
        ("f", 50, False),
        ("missing", 50, True),
    ]
    men = attribute["groups"][0]
    inside = sex == "m"
    told = {one["name"]: one for one in men["features"]}
    assert told["income"]["importance"]["value"] == pytest.approx(np.abs(VALUES[inside, 0]).mean())
    assert told["income"]["mean_signed"] == pytest.approx(VALUES[inside, 0].mean())
    difference = next(one for one in men["differences"] if one["feature"] == "income")
    # Three groups and two features are six comparisons.
    level = 0.95 ** (1 / 6)
    expected = stats.ttest_ind(
        VALUES[inside, 0], VALUES[~inside, 0], equal_var=False
    ).confidence_interval(level)
    assert attribute["comparisons"] == 6
    assert (difference["low"], difference["high"]) == pytest.approx((expected.low, expected.high))


def test_a_small_group_is_shown_but_not_compared():
    sex = np.array(["f"] * 5 + ["m"] * 195, dtype=object)
    found = explained(VALUES, FRAME, sensitive={"sex": sex})
    (attribute,) = by_group.by_group(found, 0, ["income"], smallest_group=30)
    men, women = attribute["groups"]
    assert women["too_few"] and women["features"][0]["importance"]["reason"] == "too_few"
    assert men["differences"] == women["differences"] == []
    (largest,) = by_group.largest_differences([attribute])
    assert largest["reason"] == "too_few" and largest["left_out"] == ["f"]


def test_the_largest_difference_has_limits_that_hold_for_all():
    sex = np.array(["f", "m"] * 100, dtype=object)
    values = VALUES + np.where(sex == "m", 0.5, 0.0)[:, None] * [1, 0]
    found = explained(values, FRAME, sensitive={"sex": sex})
    (attribute,) = by_group.by_group(found, 0, ["income", "debt"], smallest_group=30)
    (largest,) = by_group.largest_differences([attribute])
    assert attribute["comparisons"] == 2
    assert largest["of"]["feature"] == "income"
    assert largest["low"] < 0.5 < largest["high"]
    assert largest["value"] == pytest.approx(abs(values[1::2, 0].mean() - values[::2, 0].mean()))


def test_a_column_of_identifiers_has_no_more_groups_than_can_be_read():
    found = explained(VALUES, FRAME, sensitive={"id": [f"p{n}" for n in range(200)]})
    (attribute,) = by_group.by_group(found, 0, ["income"], smallest_group=30)
    assert len(attribute["groups"]) == by_group.MOST_GROUPS
    assert attribute["groups_left_out"] == 200 - by_group.MOST_GROUPS


def test_the_area_is_that_of_scikit_learn_and_its_variance_delongs():
    is_in = RANDOM.random(80) < 0.4
    scores = np.round(RANDOM.normal(is_in * 0.7, 1), 1)
    area, variance = proxies.area(is_in, scores)
    assert area == pytest.approx(roc_auc_score(is_in, scores))
    inside, outside = scores[is_in], scores[~is_in]
    kernel = (inside[:, None] > outside) + 0.5 * (inside[:, None] == outside)
    expected = kernel.mean(axis=1).var(ddof=1) / len(inside)
    expected += kernel.mean(axis=0).var(ddof=1) / len(outside)
    assert variance == pytest.approx(expected)


def test_features_that_tell_an_attribute_are_found_and_named():
    sex = np.array(["f", "m"] * 100, dtype=object)
    frame = FRAME.assign(height=np.where(sex == "m", 180.0, 165.0) + RANDOM.normal(0, 4, 200))
    (one,) = proxies.proxies(rows(frame, {"sex": sex}), seed=7, smallest_group=30)
    assert one["auc"]["low"] > 0.9 and one["groups"] == ["f", "m"]
    assert one["single"][0]["feature"] == "height"
    alone = roc_auc_score(sex == "m", frame["height"])
    assert one["single"][0]["strength"] == pytest.approx(alone)
    assert not one["among_features"]
    (noise,) = proxies.proxies(rows(FRAME, {"sex": sex}), seed=7, smallest_group=30)
    assert noise["auc"]["low"] < 0.5 < noise["auc"]["high"] + 0.05


def test_an_attribute_among_the_features_is_said_to_be_one():
    sex = np.array(["f", "m"] * 100, dtype=object)
    frame = FRAME.assign(sex=sex)
    (one,) = proxies.proxies(rows(frame, {"sex": sex}), seed=7, smallest_group=30)
    assert one["among_features"] and one["auc"]["value"] == 1.0
    assert one["single"][0] == {
        "feature": "sex",
        "strength": pytest.approx(1),
        "measure": "cramers_v",
    }


def test_attributes_of_one_group_or_of_small_ones_are_not_estimated():
    alone, small, missing = proxies.proxies(
        rows(FRAME, {"a": ["x"] * 200, "b": ["x"] * 190 + ["y"] * 10, "c": [None] * 200}),
        seed=7,
        smallest_group=30,
    )
    assert [one["auc"]["reason"] for one in (alone, small, missing)] == [
        "one_group",
        "too_few",
        "one_group",
    ]
    assert small["left_out"] == ["y"]


def test_several_groups_are_told_apart_each_from_the_others():
    race = np.array(["a", "b", "c", None] * 50, dtype=object)
    frame = FRAME.assign(town=np.array(["x", "y", "z", "x"] * 50, dtype=object))
    (one,) = proxies.proxies(rows(frame, {"race": race}), seed=7, smallest_group=30)
    assert one["groups"] == ["a", "b", "c"] and one["rows"] == 150
    assert one["auc"]["value"] == pytest.approx(1.0)


def test_stability_compares_the_rankings_of_draws():
    main = explained(np.tile([4.0, 3.0, 2.0, 1.0], (50, 1)), pd.DataFrame(np.ones((50, 4))))
    same = explained(np.tile([8.0, 6.0, 4.0, 2.0], (50, 1)), pd.DataFrame(np.ones((50, 4))))
    swapped = explained(np.tile([3.0, 4.0, 2.0, 1.0], (50, 1)), pd.DataFrame(np.ones((50, 4))))
    alike = qualities.stability(main, [same, same, same])
    assert (alike.tau.value, alike.overlap.value) == (1.0, 1.0)
    assert alike.tau.high == 1.0
    mixed = qualities.stability(main, [same, swapped, swapped])
    # Of six pairs one is turned round: (5 - 1) / 6.
    assert mixed.tau.value == pytest.approx((1 + 4 / 6 + 4 / 6) / 3)
    assert mixed.tau.low < mixed.tau.value < mixed.tau.high


def test_reasons_are_what_lowered_the_answer_most_in_words():
    frame = pd.DataFrame({"a": [10.0, 20.0, 30.0], "b": [1.0, np.nan, 3.0], "c": [5.0, 5.0, 5.0]})
    found = explained([[0.1, -0.3, -0.2], [0.0, -0.1, 0.2], [0.2, 0.1, 0.3]], frame)
    first, second, third = cases.cases(
        found, drawn=found.rows, classes=(), threshold=0.5, task="binary"
    )
    assert [one["params"]["feature"] for one in first["reasons"]] == ["b", "c"]
    reason = first["reasons"][0]
    assert reason["message"] == cases.REASON
    # Of the two rows with a value none is lower, and one is the row itself.
    place = {"kind": "number", "below": 0.0, "equal": 0.5}
    assert reason["params"] == {"feature": "b", "standing": place, "points": 0.3, "usual": "3.0"}
    assert second["reasons"][0]["params"]["standing"] == {"kind": "missing"}
    assert third["reasons"] == []
    assert [one["selected"] for one in (first, second, third)] == [False, True, True]
    assert [one["feature"] for one in first["contributions"]] == ["b", "c", "a"]
    assert first["additivity"] == 0.0 and first["score"] == pytest.approx(0.1)


def test_the_links_turn_sums_into_answers():
    total = np.array([[0.0], [2.0]])
    assert links.answered(total, "logit")[:, 0] == pytest.approx([0.5, 1 / (1 + np.exp(-2))])
    assert links.answered(total, "log")[:, 0] == pytest.approx([1, np.exp(2)])
    assert links.answered(np.array([[1.0, 1.0, 1.0]]), "softmax") == pytest.approx(1 / 3)
    assert links.residual(total, np.array([[0.5], [2.0]]), "identity") == 0.5
    assert links.code("binary", "logit") == "margin"
    assert links.code("regression", "identity") == "value"


def test_a_sample_keeps_the_proportions_of_the_labels():
    strata = np.array([0] * 700 + [1] * 250 + [2] * 50)
    chosen = stratified(strata, 101, np.random.default_rng(7))
    assert len(chosen) == len(set(chosen)) == 101
    assert np.bincount(strata[chosen]).tolist() == [71, 25, 5]
    assert chosen.tolist() == stratified(strata, 101, np.random.default_rng(7)).tolist()
    assert chosen.tolist() != stratified(strata, 101, np.random.default_rng(8)).tolist()
    assert stratified(strata, 5_000, np.random.default_rng(7)).tolist() == list(range(1000))
