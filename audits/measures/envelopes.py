"""What every measurement has around its figures: checks, verdict, cells and the honesty block."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from audits.measures.honesty import honesty_block
from audits.measures.plans import Plan
from audits.measures.verdicts import judge

FORMAT = "mlops-gov/measurement/1"

Parts = dict[str, Any]


class Counted(Protocol):
    """What the rows were brought back as: cells with counts, or sums of moments."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many rows are in none, by reason."""

    @property
    def rows_used(self) -> int:
        """How many rows are in one."""

    def smaller_than(self, limit: int) -> int:
        """Return how many hold fewer rows than the limit."""

    def as_dict(self) -> dict[str, object]:
        """Return them as a table."""


def judged(
    measurement: Parts,
    plan: Plan,
    counted: Counted,
    missing: Mapping[str, int],
    seed: int | None,
    started: float,
) -> dict[str, Any]:
    """Return the measurement with checks, verdict, cells and the honesty block."""
    checks, verdict = judge(plan, measurement)
    honesty = honesty_block(
        measurement,
        plan=plan,
        dropped=counted.dropped,
        rows_used=counted.rows_used,
        missing_sensitive=missing,
        small_cells=counted.smaller_than(plan.smallest_cell),
        seed=seed,
        duration_seconds=time.perf_counter() - started,
    )
    return {
        **measurement,
        "checks": checks,
        "verdict": verdict,
        "cells": counted.as_dict(),
        "honesty": honesty,
    }


def scored_facts(
    reproduced: bool, threshold: float | None, positive_label: object, label_column: str
) -> Parts:
    """Return what every measurement states about its scores."""
    return {
        "reproduced": reproduced,
        "threshold": threshold,
        "positive_label": None if positive_label is None else str(positive_label),
        "label_column": label_column,
    }
