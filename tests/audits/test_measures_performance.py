"""Performance figures against scikit-learn on the raw rows, by hand, and in simulated coverage."""

import json
import math
import warnings
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import ibis
import numpy as np
import pyarrow
import pytest
from scipy.stats import ks_2samp, norm
from sklearn import metrics as sklearn

from audits.measures.counts import Counts
from audits.measures.draws import drawn, drawn_figure
from audits.measures.intervals import Share, wilson
from audits.measures.performance import balanced_accuracy, binary_matrix, f1, macro_f1, mcc
from audits.measures.ranks import overall_ranks, roc_auc
from audits.measures.regression import regression_figures, take_moments
from tests.audits.test_measures_rows import codes, measured, refusal

NAMES = [
    "accuracy",
    "precision",
    "recall",
    "specificity",
    "balanced_accuracy",
    "f1",
    "mcc",
    "roc_auc",
    "gini",
    "pr_auc",
    "ks",
    "brier_score",
    "log_loss",
    "ece",
    "calibration_gap",
]


def figures(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {figure["name"]: figure for figure in found["measures"]}


def values(found: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: figure["value"] for name, figure in figures(found).items()}


def reasons(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: figure["reason"] for name, figure in figures(found).items() if figure["reason"]}


def sample(size: int = 500, seed: int = 1) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    label = (generator.random(size) < 0.4).astype(int)
    # Rounded, so that scores tie.
    return label, np.clip(label * 0.2 + generator.random(size) * 0.8, 0, 1).round(2)


def calibration_error(label: Any, score: Any) -> float:
    """Return the error over ten bins, from one row after another."""
    bins: dict[int, list[float]] = defaultdict(list)
    for one, value in zip(label, score, strict=True):
        bins[min(int(Fraction(str(value)) * 10), 9)].append(value - one)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / len(label)


def test_every_figure_of_a_binary_task_is_scikit_learns() -> None:
    label, score = sample()
    predicted = (score >= 0.5).astype(int)
    found = measured("performance", {"label": label, "score": score})
    assert values(found) == pytest.approx(
        {
            "accuracy": sklearn.accuracy_score(label, predicted),
            "precision": sklearn.precision_score(label, predicted),
            "recall": sklearn.recall_score(label, predicted),
            "specificity": sklearn.recall_score(label, predicted, pos_label=0),
            "balanced_accuracy": sklearn.balanced_accuracy_score(label, predicted),
            "f1": sklearn.f1_score(label, predicted),
            "mcc": sklearn.matthews_corrcoef(label, predicted),
            "roc_auc": sklearn.roc_auc_score(label, score),
            "gini": 2 * sklearn.roc_auc_score(label, score) - 1,
            "pr_auc": sklearn.average_precision_score(label, score),
            "ks": ks_2samp(score[label == 1], score[label == 0]).statistic,
            "brier_score": sklearn.brier_score_loss(label, score),
            "log_loss": sklearn.log_loss(label, score),
            "ece": calibration_error(label, score),
            "calibration_gap": score.mean() - label.mean(),
        },
        abs=1e-12,
    )
    assert [figure["name"] for figure in found["measures"]] == NAMES
    assert found["baseline"] == {
        "name": "majority_class",
        "measure": "accuracy",
        "value": pytest.approx(max(label.mean(), 1 - label.mean())),
    }
    assert found["honesty"]["seed"] == 7


def test_a_small_table_by_hand() -> None:
    found = measured("performance", {"label": [1, 1, 1, 0, 0], "score": [0.9, 0.8, 0.3, 0.6, 0.1]})
    assert values(found) == pytest.approx(
        {
            "accuracy": 3 / 5,
            "precision": 2 / 3,
            "recall": 2 / 3,
            "specificity": 1 / 2,
            "balanced_accuracy": 7 / 12,
            "f1": 2 / 3,
            "mcc": (2 * 1 - 1 * 1) / math.sqrt(3 * 3 * 2 * 2),
            "roc_auc": 5 / 6,
            "gini": 2 / 3,
            "pr_auc": (1 + 1 + 3 / 4) / 3,
            "ks": 1 - 1 / 3,
            "brier_score": (0.01 + 0.04 + 0.49 + 0.36 + 0.01) / 5,
            "log_loss": -sum(map(math.log, (0.9, 0.8, 0.3, 0.4, 0.9))) / 5,
            "ece": (0.1 + 0.2 + 0.7 + 0.6 + 0.1) / 5,
            "calibration_gap": 2.7 / 5 - 3 / 5,
        }
    )
    assert set(reasons(found).values()) == {"too_few"}


def test_scores_of_exactly_0_and_1_have_a_log_loss() -> None:
    label, score = [1, 0, 1, 0], [1.0, 0.0, 0.0, 1.0]
    found = figures(measured("performance", {"label": label, "score": score}))
    assert found["log_loss"]["value"] == pytest.approx(sklearn.log_loss(label, score), abs=1e-9)


def test_the_interval_of_the_area_is_delongs_on_the_logit_scale() -> None:
    label, score = sample(200, seed=5)
    positives, negatives = score[label == 1], score[label == 0]
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    area = wins.mean()
    variance = wins.mean(axis=1).var(ddof=1) / len(positives) + wins.mean(axis=0).var(ddof=1) / len(
        negatives
    )
    reach = norm.ppf(0.975) * math.sqrt(variance) / (area * (1 - area))
    logit = math.log(area / (1 - area))
    figure = figures(measured("performance", {"label": label, "score": score}))["roc_auc"]
    assert figure["interval"] == "delong"
    assert figure["value"] == pytest.approx(area, abs=1e-12)
    assert figure["low"] == pytest.approx(1 / (1 + math.exp(reach - logit)), abs=1e-10)
    assert figure["high"] == pytest.approx(1 / (1 + math.exp(-reach - logit)), abs=1e-10)


def test_a_perfect_area_is_not_perfectly_certain() -> None:
    rows = {"label": [1] * 20 + [0] * 60, "score": [0.9] * 20 + [0.1] * 60}
    found = figures(measured("performance", rows))
    area = found["roc_auc"]
    assert (area["value"], area["low"], area["high"]) == (1, *wilson(Share(20, 20)))
    assert area["interval"] == "wilson_smaller_class"
    for name in ("balanced_accuracy", "f1", "mcc"):
        assert found[name]["value"] == 1
        assert found[name]["low"] < 0.99
        assert found[name]["high"] == 1


def test_draws_repeat_and_hold_the_value() -> None:
    label, score = sample()
    first, second = (
        figures(measured("performance", {"label": label, "score": score})) for _ in range(2)
    )
    for name in ("balanced_accuracy", "f1", "mcc"):
        assert first[name] == second[name]
        assert first[name]["interval"] == "multinomial"
        assert first[name]["low"] < first[name]["value"] < first[name]["high"]


def test_draws_agree_with_the_bootstrap_of_the_rows() -> None:
    label, score = sample(800, seed=2)
    predicted = (score >= 0.5).astype(int)
    generator = np.random.default_rng(0)
    picks = generator.integers(0, 800, (1500, 800))
    bootstrap = [sklearn.f1_score(label[rows], predicted[rows]) for rows in picks]
    figure = figures(measured("performance", {"label": label, "score": score}))["f1"]
    low, high = np.quantile(bootstrap, [0.025, 0.975])
    assert (figure["low"], figure["high"]) == pytest.approx((low, high), abs=0.006)


@pytest.mark.parametrize(("label", "reason"), [(0, "no_positives"), (1, "no_negatives")])
def test_one_class_only_is_not_estimable_where_both_are_needed(label: int, reason: str) -> None:
    found = measured(
        "performance", {"label": [label] * 40, "score": np.linspace(0, 1, 40).round(3)}
    )
    said = reasons(found)
    assert {said["balanced_accuracy"], said["mcc"], said["roc_auc"]} == {reason}
    assert ("recall" in said) == (label == 0)
    assert ("specificity" in said) == (label == 1)
    assert values(found)["accuracy"] == 0.5


def test_constant_scores_rank_nothing() -> None:
    found = measured("performance", {"label": [1, 0] * 50, "score": [0.2] * 100})
    assert reasons(found) == {
        "precision": "no_selected",
        "mcc": "constant_predictions",
        "roc_auc": "constant_scores",
        "gini": "constant_scores",
    }
    assert values(found)["pr_auc"] == 0.5
    assert values(found)["ks"] == 0
    assert figures(found)["ks"]["low"] == 0
    assert {one["measure"] for one in found["honesty"]["not_estimable"]} == set(reasons(found))


def test_a_single_row_gives_reasons_and_no_exception() -> None:
    for label in (0, 1):
        for score in (0.0, 0.5, 1.0):
            found = measured("performance", {"label": [label], "score": [score]})
            json.dumps(found, allow_nan=False)


def test_a_multiclass_task_is_scikit_learns() -> None:
    generator = np.random.default_rng(4)
    label = generator.choice(["a", "b", "c"], 400, p=[0.6, 0.3, 0.1])
    guess = np.where(generator.random(400) < 0.7, label, generator.choice(["a", "b", "d"], 400))
    found = measured("performance", {"label": label, "prediction": guess}, task="multiclass")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn remarks on the class that is no label
        expected = {
            "accuracy": sklearn.accuracy_score(label, guess),
            "balanced_accuracy": sklearn.balanced_accuracy_score(label, guess),
            "macro_f1": sklearn.f1_score(label, guess, average="macro"),
        }
    assert values(found) == pytest.approx(expected, abs=1e-12)
    assert found["confusion"]["labels"] == ["a", "b", "c", "d"]
    assert found["confusion"]["matrix"] == sklearn.confusion_matrix(label, guess).tolist()
    assert found["baseline"]["value"] == (label == "a").mean()
    assert sum(row[-1] for row in found["cells"]["rows"]) == 400


def test_classes_are_matched_as_text_and_stand_in_order() -> None:
    found = measured(
        "performance",
        {"label": [1, 2, 10, None], "prediction": [1.0, 10.0, 10.0, 2.0]},
        task="multiclass",
        threshold=None,
        positive_label=None,
    )
    assert found["confusion"] == {
        "labels": ["1", "2", "10"],
        "matrix": [[1, 0, 0], [0, 0, 1], [0, 0, 1]],
    }
    assert found["honesty"]["dropped"][0] == {"reason": "label_missing", "rows": 1}


def test_more_than_a_hundred_classes_are_refused() -> None:
    rows = {"label": list(range(101)), "prediction": list(range(101))}
    assert codes(refusal("performance", rows, task="multiclass")) == ["measure.too_many_classes"]


def test_a_regression_is_scikit_learns() -> None:
    generator = np.random.default_rng(6)
    label = generator.normal(50, 10, 300)
    guess = label + generator.normal(0, 4, 300)
    found = measured(
        "performance",
        {"label": label, "score": guess},
        task="regression",
        threshold=None,
        positive_label=None,
    )
    assert values(found) == pytest.approx(
        {
            "r2": sklearn.r2_score(label, guess),
            "mae": sklearn.mean_absolute_error(label, guess),
            "rmse": sklearn.root_mean_squared_error(label, guess),
            "bias": (guess - label).mean(),
        },
        abs=1e-10,
    )
    for figure in found["measures"]:
        assert figure["low"] < figure["value"] < figure["high"]
    assert found["baseline"]["value"] == pytest.approx(label.std())
    assert "confusion" not in found
    assert found["cells"]["rows"][0][-1] == 300


def test_a_regression_on_a_constant_label_has_no_r2() -> None:
    found = measured(
        "performance", {"label": [0.1] * 40, "score": [0.1, 0.3] * 20}, task="regression"
    )
    assert reasons(found) == {"r2": "constant_label"}
    assert found["baseline"]["value"] == 0


def test_a_regression_without_any_error_has_no_interval() -> None:
    rows = {"label": np.arange(40) / 10, "score": np.arange(40) / 10}
    found = measured("performance", rows, task="regression")
    assert values(found) == {"r2": 1, "mae": 0, "rmse": 0, "bias": 0}
    assert set(reasons(found).values()) == {"no_spread"}


def test_labels_of_a_regression_must_be_numbers() -> None:
    refused = refusal("performance", {"label": ["1.5", "x"], "score": [1, 2]}, task="regression")
    assert codes(refused) == ["measure.not_a_number"]
    assert "approve" in str(refused)
    nothing = {"label": [None, 1.0], "score": [1.0, None]}
    assert codes(refusal("performance", nothing, task="regression")) == ["measure.no_rows"]


def test_sensitive_columns_are_counted_where_they_have_gaps() -> None:
    rows = {"label": [1, 0], "score": [0.9, 0.1], "s0": ["f", None]}
    found = measured("performance", rows, sensitive={"s0": "sex"})
    assert found["honesty"]["missing_sensitive"] == {"sex": 1}
    assert found["cells"]["columns"] == ["label", "prediction"]


@pytest.mark.parametrize(
    "shares", [(0.4, 0.1, 0.1, 0.4), (0.1, 0.05, 0.05, 0.8), (0.28, 0.02, 0.02, 0.68)]
)
def test_drawn_intervals_of_a_hundred_rows_are_covered(shares: tuple[float, ...]) -> None:
    generator = np.random.default_rng(8)
    truth = np.array([[shares[3], shares[1]], [shares[2], shares[0]]])
    functions = (balanced_accuracy, f1, mcc)
    covered, repeats = np.zeros(3), 250
    for tp, fp, fn, tn in generator.multinomial(100, shares, size=repeats):
        matrix = binary_matrix(Counts(int(tp), int(fp), int(fn), int(tn)))
        draws = drawn(matrix)
        for place, function in enumerate(functions):
            figure = drawn_figure("figure", function, matrix, draws)
            assert figure.low is not None
            assert figure.high is not None
            covered[place] += figure.low <= function(truth[np.newaxis])[0] <= figure.high
    assert (covered / repeats >= 0.92).all()


def test_drawn_intervals_of_three_classes_are_covered() -> None:
    generator = np.random.default_rng(9)
    truth = np.array([[0.45, 0.03, 0.02], [0.05, 0.25, 0.02], [0.03, 0.02, 0.13]])
    covered, repeats = np.zeros(2), 150
    for counts in generator.multinomial(150, truth.ravel(), size=repeats):
        matrix = counts.reshape(3, 3).astype(float)
        draws = drawn(matrix)
        for place, function in enumerate((balanced_accuracy, macro_f1)):
            figure = drawn_figure("figure", function, matrix, draws)
            assert figure.low is not None
            assert figure.high is not None
            covered[place] += figure.low <= function(truth[np.newaxis])[0] <= figure.high
    assert (covered / repeats >= 0.91).all()


@pytest.mark.parametrize("area", [0.7, 0.95])
@pytest.mark.filterwarnings("ignore:fetch_:DeprecationWarning")
def test_the_area_is_covered(area: float) -> None:
    generator = np.random.default_rng(10)
    shift, repeats, covered = norm.ppf(area) * math.sqrt(2), 100, 0
    label = np.repeat([1, 0], 60)
    for _ in range(repeats):
        score = generator.normal(label * shift)
        rows = ibis.memtable(pyarrow.table({"label": label, "score": score}))
        ranks, _ = overall_ranks(rows, Counts(true_positives=60, false_positives=60))
        figure = roc_auc(ranks)
        assert figure.low is not None
        assert figure.high is not None
        covered += figure.low <= area <= figure.high
    assert covered / repeats >= 0.91


@pytest.mark.filterwarnings("ignore:fetch_:DeprecationWarning")
def test_figures_of_a_regression_are_covered() -> None:
    generator = np.random.default_rng(11)
    truth = {"r2": 0.8, "mae": math.sqrt(2 / math.pi), "rmse": 1.0, "bias": 0.0}
    covered, repeats = dict.fromkeys(truth, 0), 60
    for _ in range(repeats):
        guess = generator.normal(0, 2, 200)
        label = guess + generator.normal(0, 1, 200)
        rows = ibis.memtable(pyarrow.table({"label": label, "prediction": guess}))
        for figure in regression_figures(take_moments(rows)):
            assert figure.low is not None
            assert figure.high is not None
            covered[figure.name] += figure.low <= truth[figure.name] <= figure.high
    assert all(count / repeats >= 0.88 for count in covered.values())
