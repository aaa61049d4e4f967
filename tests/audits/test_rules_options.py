"""What a run looks at besides: what is kept, what each kind takes, and what is refused."""

from __future__ import annotations

import pytest

from audits.rules.options import MOST_CASES, MOST_ROWS, Options, objections_to, read
from audits.rules.runs import Kind

COLUMNS = ["income", "region", "weight", "id"]
EVERYTHING = Options(
    slices=("region",),
    strata=("income",),
    cases=(3, 8),
    rows=500,
    weights="weight",
    truth_key="id",
)


def codes(options: Options, kind: str) -> list[str]:
    return [objection.code for objection in objections_to(options, kind, COLUMNS)]


def test_only_what_is_set_is_kept() -> None:
    assert Options().as_dict() == {}
    assert Options(slices=("region",), rows=10).as_dict() == {"slices": ["region"], "rows": 10}


def test_what_is_kept_reads_the_same() -> None:
    assert read(EVERYTHING.as_dict()) == EVERYTHING
    assert read({}) == Options()


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        (Kind.PERFORMANCE, {"slices", "weights"}),
        (Kind.FAIRNESS, {"strata", "weights"}),
        (Kind.EXPLANATION, {"cases", "rows"}),
        (Kind.DRIFT, {"truth_key"}),
        (Kind.DATA, set()),
    ],
)
def test_each_kind_takes_its_own(kind: str, taken: set[str]) -> None:
    own = EVERYTHING.for_kind(kind)
    assert set(own.as_dict()) == taken
    assert codes(own, kind) == (["run.weights"] if own.weights else [])


def test_an_option_of_another_kind_is_refused() -> None:
    assert codes(Options(cases=(1,)), Kind.FAIRNESS) == ["run.options_of_another_kind"]


def test_a_column_that_is_not_there_is_named() -> None:
    [objection] = objections_to(Options(slices=("land",)), Kind.PERFORMANCE, COLUMNS)
    assert str(objection) == "The data has no column land; it has income, region, weight, id."


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        (Options(slices=("approve",)), Kind.PERFORMANCE, "run.option_is_label"),
        (Options(strata=("approve",)), Kind.FAIRNESS, "run.option_is_label"),
        (Options(weights="weight"), Kind.FAIRNESS, "run.weights"),
        (Options(truth_key="approve"), Kind.DRIFT, "run.option_is_label"),
        (Options(strata=("sex",)), Kind.FAIRNESS, "run.stratum_is_sensitive"),
        (Options(slices=("income", "income")), Kind.PERFORMANCE, "run.column_twice"),
        (Options(cases=(4, 4)), Kind.EXPLANATION, "run.cases"),
        (Options(cases=(101,)), Kind.EXPLANATION, "run.cases"),
    ],
)
def test_what_would_say_nothing_is_refused(options: Options, kind: str, code: str) -> None:
    columns = [*COLUMNS, "approve", "sex"]
    found = objections_to(options, kind, columns, label="approve", sensitive=["sex"], rows=100)
    assert [objection.code for objection in found] == [code]


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        (Options(slices=tuple("abcdefghi")), Kind.PERFORMANCE, "run.too_many_columns"),
        (Options(cases=(0,)), Kind.EXPLANATION, "run.cases"),
        (Options(cases=tuple(range(1, MOST_CASES + 2))), Kind.EXPLANATION, "run.cases"),
        (Options(rows=MOST_ROWS + 1), Kind.EXPLANATION, "run.sample"),
        (Options(rows=-1), Kind.EXPLANATION, "run.sample"),
    ],
)
def test_too_much_is_refused(options: Options, kind: str, code: str) -> None:
    found = objections_to(options, kind, [*COLUMNS, *"abcdefghi"])
    assert [objection.code for objection in found] == [code]
