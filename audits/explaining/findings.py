"""Puts together what was found in the child: the parts of the measurement, none of them a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audits.explaining import by_group, cases, importances, links, proxies, qualities, summaries
from audits.explaining.attributions import Explained, Explainer
from audits.explaining.rows import Rows

# Features in the signed summary, in the dependence, and in what is told of groups.
IN_SUMMARY, IN_DEPENDENCE, IN_GROUPS = 15, 4, 10


@dataclass(frozen=True)
class Findings:
    """An explanation, the same of further draws and of single rows, and what it rests on.

    ``drawn`` are the rows on which proxies are sought; of a black box fewer are ``explained``.
    """

    explainer: Explainer
    explained: Explained
    again: Sequence[Explained]
    single: Explained | None
    drawn: Rows
    background: Rows


def parts(found: Findings, request: dict[str, Any], classes: Sequence[str]) -> dict[str, Any]:
    """Return the parts of the measurement."""
    explained, task, smallest = found.explained, request["task"], request["smallest_group"]
    output = _output(explained, task)
    features = importances.importances(explained, output)
    names = importances.top(features, IN_SUMMARY)
    groups = by_group.by_group(explained, output, names[:IN_GROUPS], smallest_group=smallest)
    given_away = proxies.proxies(found.drawn, seed=request["seed"], smallest_group=smallest)
    residual, alike = qualities.additivity(explained), qualities.stability(explained, found.again)
    return {
        "explained": {
            "scale": links.code(task, explained.link),
            "label": classes[output] if task == "multiclass" else request["positive_label"],
            "classes": list(classes) if task == "multiclass" else [],
            "base": float(explained.base[output]),
        },
        "measures": [
            *(one.as_dict() for one in (residual, alike.tau, alike.overlap)),
            {**features[0]["share"], "name": "top_share"},
        ],
        "comparisons": [
            *map(proxies.comparison, given_away),
            *by_group.largest_differences(groups),
        ],
        "features": features,
        "summary": summaries.summary(explained, output, names),
        "dependence": summaries.dependence(explained, output, names[:IN_DEPENDENCE]),
        "cases": cases.cases(
            found.single,
            drawn=found.drawn,
            classes=classes,
            threshold=request["threshold"],
            task=task,
        )
        if found.single
        else [],
        "by_group": groups,
        "proxies": given_away,
        "missing_sensitive": _missing(explained.rows),
        "quality": {
            **_quality(found, request),
            "additivity_residual": residual.value,
            "rank_stability": alike.tau.value,
            "top_overlap": alike.overlap.value,
        },
    }


def _quality(found: Findings, request: dict[str, Any]) -> dict[str, Any]:
    return {
        "explainer": found.explainer.code,
        "exact": found.explainer.exact,
        "evaluations": found.explainer.evaluations,
        "background_sha256": found.background.digest(),
        "background_rows": len(found.background),
        "sample_rows": len(found.explained.rows),
        "proxy_rows": len(found.drawn),
        "stratified_by": request["label"],
        "seed": request["seed"],
        "shap_seconds": round(found.explained.seconds, 4),
    }


def _output(explained: Explained, task: str) -> int:
    """Return the output whose ups and downs are told: of several classes the one predicted most."""
    import numpy as np

    if task != "multiclass":
        return 0
    return int(np.bincount(explained.answers.argmax(axis=1)).argmax())


def _missing(rows: Rows) -> dict[str, int]:
    counted = {
        name: sum(value is None for value in values) for name, values in rows.sensitive.items()
    }
    return {name: count for name, count in counted.items() if count}
