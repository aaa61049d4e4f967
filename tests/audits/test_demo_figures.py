"""The demo's mortgage figures are fairlearn's and scikit-learn's own.

The versions are trained, scored by the worker's code in the sandbox, measured and filed; the
expected figures come from the raw rows alone, without any code of ours in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fairlearn
from sklearn import metrics as scikit

from audits.management.demo import builds, tables
from audits.models import Run
from audits.services import performing, runs
from registry.models import DatasetVersion, ModelVersion
from registry.services import datasets, files, versions
from tests.cast import Cast, a_dataset, a_model, attached

SENSITIVE = ["sex", "race", "ethnicity"]
PARAMETERS: dict[str, object] = {
    "objective": "binary:logistic",
    "max_depth": 4,
    "eta": 0.05,
    "rounds": 200,
}
# The versions of the demo: how each is trained, its file and its threshold.
THRESHOLDS = {"1.0": 0.4, "2.0": 0.94}


@dataclass(frozen=True)
class Examined:
    """One version of the demo: the filed exhibits, and the raw rows they were measured on."""

    fairness: dict[str, Any]
    performance: dict[str, Any]
    raw: pd.DataFrame
    score: np.ndarray
    prediction: np.ndarray

    @property
    def label(self) -> pd.Series:
        return self.raw["approve"]

    def groups(self, attribute: str) -> pd.Series:
        """Return each row's group, a missing value being a group of its own."""
        columns = [self.raw[name].fillna("missing") for name in attribute.split(" x ")]
        return columns[0].str.cat(columns[1:], sep=", ")


_examined: dict[str, Examined] = {}


@pytest.fixture(params=THRESHOLDS)
def examined(request: pytest.FixtureRequest, cast: Cast, tmp_path: Path) -> Examined:
    """Examine each version once for all tests; what they compare is plain data."""
    label: str = request.param
    if label not in _examined:
        _examined[label] = examine(label, cast, tmp_path)
    return _examined[label]


def examine(label: str, cast: Cast, folder: Path) -> Examined:
    train, test = tables.halves(tables.loans())
    artefact, score = trained(label, train, test, folder)
    version = versions.register(
        model=a_model(cast, tier=1),
        build=versions.Build(
            label=label,
            features=tables.LOAN_FEATURES,
            label_column="approve",
            positive_label="1",
            threshold=THRESHOLDS[label],
            artefact=versions.Upload(artefact, artefact.name),
        ),
        by=cast.scientist,
    )
    rows = folder / "test.parquet"
    test.to_parquet(rows, index=False)
    data = datasets.register_version(
        dataset=a_dataset(cast),
        table=rows,
        role="test",
        sensitive_columns=SENSITIVE,
        provenance="The demo's test rows.",
        by=cast.scientist,
    )
    attached(cast, version, data)
    filed = {kind: filed_by(cast, version, data, kind) for kind in ("fairness", "performance")}
    prediction = (score >= THRESHOLDS[label]).astype(int)
    return Examined(**filed, raw=test.reset_index(drop=True), score=score, prediction=prediction)


def trained(
    label: str, train: pd.DataFrame, test: pd.DataFrame, folder: Path
) -> tuple[Path, np.ndarray]:
    """Train as the demo does; return the artefact, and its scores by its own library."""
    import skops.io
    import xgboost

    facts = test[tables.LOAN_FEATURES].astype(float)
    if label == "1.0":
        path = builds.logistic(train, tables.LOAN_FEATURES, "approve", folder / "1.0.skops")
        unknown = skops.io.get_untrusted_types(file=path)
        return path, skops.io.load(path, trusted=unknown).predict_proba(facts)[:, 1]
    path = builds.boosted(train, tables.LOAN_FEATURES, "approve", folder / "2.0.json", PARAMETERS)
    booster = xgboost.Booster(model_file=path)
    return path, booster.predict(xgboost.DMatrix(facts)).astype(float)


def filed_by(cast: Cast, version: ModelVersion, data: DatasetVersion, kind: str) -> dict[str, Any]:
    run = runs.request(version=version, data=data, kind=kind, by=cast.scientist)
    performing.perform(run_id=run.pk)
    run = Run.objects.get(pk=run.pk)
    assert run.state == "done", run.reason
    assert run.evidence is not None
    content: dict[str, Any] = json.loads(files.read_checked(run.evidence.file))
    return content


Metric = Callable[..., float]
RATES: dict[str, Metric] = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": lambda label, found: scikit.precision_score(label, found, zero_division=0),
    "accuracy": scikit.accuracy_score,
}
COMPARED: dict[str, Metric] = {
    "demographic_parity_difference": fairlearn.demographic_parity_difference,
    "demographic_parity_ratio": fairlearn.demographic_parity_ratio,
    "equal_opportunity_difference": fairlearn.equal_opportunity_difference,
    "equal_opportunity_ratio": fairlearn.equal_opportunity_ratio,
    "equalized_odds_difference": fairlearn.equalized_odds_difference,
    "equalized_odds_ratio": fairlearn.equalized_odds_ratio,
}
# The rows a rate is taken of; a group that has none of them cannot be estimated.
TAKEN_OF: dict[str, Callable[[pd.Series, np.ndarray], Any]] = {
    "true_positive_rate": lambda label, _: label == 1,
    "false_negative_rate": lambda label, _: label == 1,
    "false_positive_rate": lambda label, _: label == 0,
    "true_negative_rate": lambda label, _: label == 0,
    "precision": lambda _, found: found == 1,
}


def close(value: float) -> Any:
    return pytest.approx(value, rel=0, abs=1e-12)


def attributes(examined: Examined) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each attribute, the one where all meet included, with its groups."""
    found: dict[str, list[dict[str, Any]]] = {}
    for group in examined.fairness["groups"]:
        found.setdefault(group["attribute"], []).append(group)
    assert list(found) == [*SENSITIVE, "sex x race x ethnicity"]
    yield from found.items()


def test_the_rows_are_the_demos_with_their_gaps(examined: Examined) -> None:
    """No row without sex was denied, so no false positive rate can be told of those."""
    honesty = examined.fairness["honesty"]
    unknown = examined.raw["sex"].isna()
    assert (honesty["rows_in"], honesty["rows_used"]) == (995, 995)
    assert honesty["missing_sensitive"] == {"sex": 8, "race": 62, "ethnicity": 0}
    assert unknown.sum() == 8
    assert (examined.label[unknown] == 1).all()


def test_the_rates_of_every_group_are_fairlearns(examined: Examined) -> None:
    for attribute, groups in attributes(examined):
        of_row = examined.groups(attribute)
        frame = fairlearn.MetricFrame(
            metrics=RATES,
            y_true=examined.label,
            y_pred=examined.prediction,
            sensitive_features=of_row,
        ).by_group
        assert {group["group"] for group in groups} == set(frame.index)
        for group in groups:
            inside = of_row == group["group"]
            assert group["count"] == inside.sum()
            for name, figure in group["measures"].items():
                taken_of = TAKEN_OF.get(name, lambda label, _: label >= 0)
                rows = taken_of(examined.label[inside], examined.prediction[inside])
                assert figure["estimable"] == bool(rows.any()), (group["group"], name)
                if figure["estimable"]:
                    assert figure["value"] == close(frame.loc[group["group"], name])
                    assert figure["n"] == rows.sum()


def test_impact_ratios_are_fairlearns_selection_rates_over_the_largest_judged(
    examined: Examined,
) -> None:
    for attribute, groups in attributes(examined):
        rates = fairlearn.MetricFrame(
            metrics=fairlearn.selection_rate,
            y_true=examined.label,
            y_pred=examined.prediction,
            sensitive_features=examined.groups(attribute),
        ).by_group
        large = [group["group"] for group in groups if group["count"] >= 30]
        largest = rates[large].max()
        for group in groups:
            if group["group"] in large:
                assert group["impact_ratio"]["value"] == close(rates[group["group"]] / largest)


def comparisons(examined: Examined) -> Iterator[tuple[str, dict[str, Any], pd.Series]]:
    """Yield each comparison that fairlearn has too, with the groups of the rows."""
    for one in examined.fairness["comparisons"]:
        if one["name"] in COMPARED:
            yield one["name"], one, examined.groups(one["attribute"])


def of_groups(examined: Examined, metric: Metric, kept: Any, of_row: pd.Series) -> float:
    return metric(examined.label[kept], examined.prediction[kept], sensitive_features=of_row[kept])


def test_comparisons_of_all_groups_are_fairlearns(examined: Examined) -> None:
    compared = set()
    for name, one, of_row in comparisons(examined):
        kept = ~of_row.isin(one["left_out"])
        if name.startswith("equalized_odds") and one["left_out"]:
            continue  # the next test
        compared.add((name, one["attribute"]))
        assert one["value"] == close(of_groups(examined, COMPARED[name], kept, of_row))
    for attribute in (*SENSITIVE, "sex x race x ethnicity"):
        assert ("demographic_parity_difference", attribute) in compared
        assert ("demographic_parity_ratio", attribute) in compared
        assert ("equal_opportunity_difference", attribute) in compared
    for attribute in ("race", "ethnicity"):
        assert ("equalized_odds_difference", attribute) in compared
        assert ("equalized_odds_ratio", attribute) in compared


@pytest.mark.parametrize("attribute", ["sex", "sex x race x ethnicity"])
def test_equalised_odds_leave_out_only_who_has_no_false_positive_rate(
    examined: Examined, attribute: str
) -> None:
    """Fairlearn takes 0 for a rate of no rows; on the rows where it has some, both agree."""
    of_row = examined.groups(attribute)
    denied = examined.label.groupby(of_row).transform(lambda label: (label == 0).any())
    found = {name: one for name, one, _ in comparisons(examined) if one["attribute"] == attribute}
    difference, ratio = found["equalized_odds_difference"], found["equalized_odds_ratio"]
    assert set(difference["left_out"]) == set(of_row[~denied])
    rates = {
        metric: fairlearn.MetricFrame(
            metrics=metric,
            y_true=examined.label[rows],
            y_pred=examined.prediction[rows],
            sensitive_features=of_row[rows],
        )
        for metric, rows in (
            (fairlearn.true_positive_rate, examined.label >= 0),
            (fairlearn.false_positive_rate, denied),
        )
    }
    assert difference["value"] == close(max(rate.difference() for rate in rates.values()))
    assert ratio["value"] == close(min(rate.ratio() for rate in rates.values()))


def test_comparisons_of_the_groups_large_enough_are_fairlearns_on_their_rows(
    examined: Examined,
) -> None:
    told = 0
    for name, one, of_row in comparisons(examined):
        judged = one["judged"]
        if judged["estimable"] and not name.startswith("equalized_odds"):
            kept = ~of_row.isin(judged["left_out"])
            assert judged["value"] == close(of_groups(examined, COMPARED[name], kept, of_row))
            told += 1
    assert told >= 8


def test_the_second_version_fails_for_its_fairness_and_the_first_does_not(
    examined: Examined,
) -> None:
    """What the demo's story tells."""
    failing = examined.fairness["about"]["version"] == "2.0"
    assert (examined.fairness["verdict"] == "fail") == failing


OF_PREDICTIONS: dict[str, Metric] = {
    "accuracy": scikit.accuracy_score,
    "balanced_accuracy": scikit.balanced_accuracy_score,
    "precision": scikit.precision_score,
    "recall": scikit.recall_score,
    "specificity": lambda label, found: scikit.recall_score(label, found, pos_label=0),
    "f1": scikit.f1_score,
    "mcc": scikit.matthews_corrcoef,
}


def expected_calibration_error(label: Any, score: Any) -> float:
    """Ten bins of equal width; in each, how far the mean score lies from the share of positives."""
    label, score = np.asarray(label), np.asarray(score)
    bins = np.minimum((score * 10).astype(int), 9)
    parts = [bins == place for place in range(10)]
    gaps = [
        part.sum() * abs(score[part].mean() - label[part].mean()) for part in parts if any(part)
    ]
    return float(sum(gaps) / len(label))


def kolmogorov_smirnov(label: Any, score: Any) -> float:
    """The largest gap between the two rates of the ROC curve."""
    false_positives, true_positives, _ = scikit.roc_curve(label, score, drop_intermediate=False)
    return float(np.abs(true_positives - false_positives).max())


OF_SCORES: dict[str, Metric] = {
    "roc_auc": scikit.roc_auc_score,
    "gini": lambda label, score: 2 * scikit.roc_auc_score(label, score) - 1,
    "pr_auc": scikit.average_precision_score,
    "ks": kolmogorov_smirnov,
    "ece": expected_calibration_error,
    "calibration_gap": lambda label, score: float(np.mean(score) - np.mean(label)),
    "brier_score": scikit.brier_score_loss,
    "log_loss": scikit.log_loss,
}


def test_every_performance_figure_is_scikit_learns(examined: Examined) -> None:
    figures = {one["name"]: one["value"] for one in examined.performance["measures"]}
    assert set(OF_PREDICTIONS) | {"roc_auc", "brier_score"} <= set(figures)
    for name, value in figures.items():
        if name in OF_PREDICTIONS:
            expected = OF_PREDICTIONS[name](examined.label, examined.prediction)
        else:
            expected = OF_SCORES[name](examined.label, examined.score)
        assert value == close(expected), name


def test_the_confusion_is_scikit_learns(examined: Examined) -> None:
    told = examined.performance["confusion"]
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    counted = scikit.confusion_matrix(examined.label, examined.prediction).ravel()
    assert [told[name] for name in names] == list(counted)


def test_the_cells_let_an_outsider_count_the_same_groups(examined: Examined) -> None:
    cells = examined.fairness["cells"]
    counted = pd.DataFrame(cells["rows"], columns=[*cells["columns"], "count"])
    female = counted[counted["sex"] == "female"]
    assert female["count"].sum() == (examined.raw["sex"] == "female").sum()
    selected = female[female["prediction"] == 1]["count"].sum()
    assert selected == examined.prediction[(examined.raw["sex"] == "female")].sum()
