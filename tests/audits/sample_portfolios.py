"""A sample dossier on a portfolio: eight models of two units, one of each trouble."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from audits.rules.reports import RENDERER
from registry.rules.matrices import DEFAULT_MATRIX, place
from tests.audits.sample_facts import journal
from tests.audits.sample_proofs import envelope, short_release

RETAIL, MARKETS = "Retail credit", "Markets"


def portfolio(**changes: Any) -> dict[str, Any]:
    """Return a dossier on two units in which every kind of model occurs."""
    gone = [{"message": "The approval ended on %(day)s.", "params": {"day": "1 November 2026"}}]
    models = [
        model("Mortgage approval", RETAIL, "Jonas Weber", 1, (3, 4), release("2.1", "live")),
        model("Card limits", RETAIL, "Jonas Weber", 2, (2, 3),
              release("1.4", "approved_with_conditions"), open_findings={"medium": 2}),
        model("Overdraft pricing", RETAIL, "Mina Okafor", 2, (2, 3),
              release("3.0", "live", gate_allowed=False, reasons=gone),
              open_findings={"critical": 1, "high": 2, "low": 1}, uncovered=1, overdue_reviews=1),
        model("Early arrears", RETAIL, "Mina Okafor", 3, None, None, version=None),
        model("Old scorecard", RETAIL, "Jonas Weber", 3, (1, 2),
              release("9.2", "retired", gate_allowed=False), retired=True),
        model("Trade surveillance", MARKETS, "Hedda Falk", 1, (4, 4),
              release("0.9", "in_review", gate_allowed=False), open_incidents=1),
        model("Liquidity forecast", MARKETS, "Hedda Falk", 3, (1, 2), release("5.5", "live")),
        model("Client clusters", MARKETS, "Hedda Falk", None, None, None),
    ]  # fmt: skip
    entries = journal()
    public = changes.get("profile") == "public"
    dossier = {
        "renderer": RENDERER,
        "scope": "portfolio",
        "profile": "regulator",
        "language": "en",
        "as_of": "2026-11-20T16:00:00Z",
        "units": [{"slug": "retail", "name": RETAIL}, {"slug": "markets", "name": MARKETS}],
        "models": models,
        "matrix": {"definition": DEFAULT_MATRIX, "cells": cells(models)},
        **envelope(entries, public=public),
    }
    return {**dossier, **copy.deepcopy(changes)}


def model(
    name: str,
    unit: str,
    owner: str,
    tier: int | None,
    residual: tuple[int, int] | None,
    asked: dict[str, Any] | None,
    **changed: Any,
) -> dict[str, Any]:
    """Return a model as the portfolio tells it."""
    told: dict[str, Any] = {
        "slug": name.lower().replace(" ", "-"),
        "name": name,
        "unit": unit,
        "owner": owner,
        "tier": tier,
        "task": "binary",
        "retired": False,
        "version": asked["version"] if asked else "0.1",
        "residual": None,
        "release": asked,
        "open_findings": {},
        "open_incidents": 0,
        "overdue_reviews": 0,
        "uncovered": 0,
    }
    if residual:
        stands = place(DEFAULT_MATRIX, *residual)
        told["residual"] = {part: stands[part] for part in ("likelihood", "impact", "level")}
    return told | changed


def release(version: str, state: str, **changed: Any) -> dict[str, Any]:
    """Return the release of a model that the portfolio tells."""
    told = {**short_release("production", state), "version": version, "reasons": []}
    return told | changed


def cells(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return how many models in use stand where."""
    places = Counter(
        (one["residual"]["likelihood"], one["residual"]["impact"])
        for one in models
        if one["residual"] and not one["retired"]
    )
    return [
        {"likelihood": likelihood, "impact": impact, "models": count}
        for (likelihood, impact), count in sorted(places.items())
    ]
