"""Explains a model on rows of a table; for the child alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audits.explaining.attributions import explain
from audits.explaining.draws import Draw, draw_all, fewer, numbers_of, taken
from audits.explaining.explainers import choose
from audits.explaining.findings import Findings, parts
from audits.explaining.rows import Rows, fetch
from audits.explaining.samples import strata_of
from registry.inspection import loaders
from registry.inspection.opened_tables import OpenTable, open_table
from registry.inspection.serving import Tell
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_LABEL_AMONG = gettext_noop(
    "The label column %(column)s is among the version's features, so the model would be shown what "
    "it is to predict. Take it off the list, or name the right label column."
)
_NO_SUCH_ROW = gettext_noop(
    "There is no row %(rows)s to explain: the data has the rows 1 to %(last)s. Name rows by their"
    " place in the file, the first one below the column names being 1."
)


def explain_rows(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Do what `audits.explaining.explain` asks, and return the parts of its measurement."""
    features, label, task = request["features"], request["label"], request["task"]
    if label in features:
        raise Refused.because("features.label_among", _LABEL_AMONG, column=label)
    scorer = loaders.load(
        Path(request["artefact"]),
        request["artefact_format"],
        features=features,
        task=task,
        positive_label=request["positive_label"],
    )
    with open_table(Path(request["data"]), request["data_format"]) as table:
        _check_cases(request["cases"], table)
        strata = strata_of(table, label, task)
        draws = draw_all(strata, request["rows"], request["seed"])
        rows = fetch(
            table,
            numbers_of(draws, request["cases"]),
            features=features,
            sensitive=request["sensitive"],
            scorer=scorer,
        )
    tell(10)
    found = _found(request, scorer, rows, draws, strata, tell)
    told = parts(found, request, scorer.labels)
    libraries = loaders.versions(request["artefact_format"])
    return {**told, "rows": len(strata), "libraries": {**libraries, **_versions()}}


def _found(
    request: dict[str, Any],
    scorer: loaders.Scorer,
    rows: Rows,
    draws: Sequence[Draw],
    strata: Any,
    tell: Tell,
) -> Findings:
    """Explain the rows drawn, then those of the further draws, then single ones."""
    drawn, background = taken(draws[0], rows)
    explainer = choose(scorer, drawn, background, len(drawn))
    if not explainer.looks_inside:
        width = len(request["features"])
        draws = [fewer(draw, strata, width=width, seed=request["seed"]) for draw in draws]
    sample, background = taken(draws[0], rows)
    explained = explain(explainer, scorer, sample, background, _part(tell, 10, 60))
    again = [
        explain(explainer, scorer, *taken(draw, rows), _part(tell, 60 + 10 * n, 70 + 10 * n))
        for n, draw in enumerate(draws[1:])
    ]
    single = None
    if request["cases"]:
        asked = rows.of(request["cases"])
        single = explain(explainer, scorer, asked, background, _part(tell, 90, 95))
    return Findings(explainer, explained, again, single, drawn, background)


def _check_cases(asked: Sequence[int], table: OpenTable) -> None:
    outside = [row for row in asked if not 1 <= row <= table.rows]
    if outside:
        listed = ", ".join(str(row) for row in outside)
        raise Refused.because("explanation.no_such_row", _NO_SUCH_ROW, rows=listed, last=table.rows)


def _part(tell: Tell, start: int, end: int) -> Callable[[float], None]:
    return lambda part: tell(round(start + part * (end - start)))


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("shap", "numba", "scikit-learn", "duckdb")}
