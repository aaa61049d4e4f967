"""Runs and monitors as the workers leave them, for the tests of pages."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

from audits.measures import measure_fairness, measure_performance
from audits.models import Monitor, Run
from audits.services import monitors, performing, runs, watching
from audits.services.claims import claim
from registry.models import DataLink
from registry.rules.plans import effective
from registry.rules.refusals import Refused
from registry.services import policies
from tests import scenes
from tests.cast import (
    ROWS,
    Cast,
    a_dataset,
    a_dataset_version,
    a_model,
    a_table,
    a_trained_artefact,
    a_version,
    attached,
)


@scenes.kept
def a_run(cast: Cast, link: DataLink, kind: str, *, fails: bool = False) -> Run:
    """Ask for a run on handed-in predictions, and end it as a worker would."""
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.csv"
        predictions.write_text("score\n" + "0.7\n" * ROWS, encoding="utf-8")
        run = runs.request(
            version=link.version,
            data=link.data,
            kind=kind,
            predictions=predictions,
            by=cast.scientist,
        )
    held = claim(Run, run.pk)
    assert held
    if fails:
        why = Refused.because("run.broken", "The rows %(what)s.", what="are all alike")
        runs.fail(run=run, attempt=held.attempt, objections=why.objections)
    else:
        performing.conclude(run=run, held=held, measurement=a_measurement(kind))
    run.refresh_from_db()
    return run


@scenes.kept
def a_monitor(cast: Cast) -> Monitor:
    """Watch another model; no batch has come in, so the first look was in vain."""
    with tempfile.TemporaryDirectory() as folder:
        artefact = a_trained_artefact(Path(folder) / "model.json")
        version = a_version(cast, a_model(cast, "Limits"), artefact=artefact)
    reference = attached(cast, version, a_dataset_version(cast, a_dataset(cast, "Limits"))).data
    monitor = monitors.start(
        version=version,
        batches=a_dataset(cast, "Batches of limits"),
        reference=reference,
        every_days=30,
        announces="model.review_due",
        owner=cast.scientist,
        checks=[{"measure": "psi", "attribute": "*", "limit": 0.1, "direction": "at_most"}],
        by=cast.scientist,
    )
    watching.look(monitor=monitor)
    monitor.refresh_from_db()
    return monitor


@functools.cache
def a_measurement(kind: str) -> dict[str, Any]:
    """Measure the rows of the cast's table for real, with a score that follows the income."""
    import pandas as pd

    rows = [line.split(",") for line in a_table().splitlines()[1:]]
    frame = pd.DataFrame(
        {
            "label": [int(row[2]) for row in rows],
            "score": [float(row[0]) / 100 for row in rows],
            "s0": [row[3] for row in rows],
            "s1": [row[4] for row in rows],
        }
    )
    measuring = {"performance": measure_performance, "fairness": measure_fairness}[kind]
    with tempfile.TemporaryDirectory() as folder:
        scored = Path(folder) / "scored.parquet"
        frame.to_parquet(scored)
        found = measuring(
            scored,
            task="binary",
            threshold=0.5,
            positive_label=1,
            plan=effective({}, policies.in_force().definition["plans"][kind]),
            sensitive={"s0": "sex", "s1": "race"},
            reproduced=False,
            label_column="approve",
        )
    found["honesty"]["earlier_runs"] = 0
    return found
