"""Files that were handed in: whatever they say, a report about the version can be set."""

from __future__ import annotations

from typing import Any

import pytest

from audits.rendering.document import html
from audits.rendering.redaction import published
from tests.audits import dossiers

FOREIGN: list[dict[str, Any]] = [
    {"kind": "fairness", "groups": ["a", "b"], "checks": [1], "measures": {"x": 1}},
    {"kind": "fairness", "honesty": {}, "scored": {"reproduced": True}},
    {"kind": "performance", "honesty": "none", "cells": 3, "confusion": "x", "comparisons": "no"},
    {"about": {"data": "Applications"}, "kind": ["drift"]},
    {"format": 7, "kind": "drift", "honesty": {"smallest_cell": "few"}},
]


def with_foreign(content: dict[str, Any], profile: str = "regulator") -> dict[str, Any]:
    """Return the full sample with a newest exhibit of each kind that somebody handed in."""
    dossier = dossiers.full(profile=profile)
    handed_in = [
        {**exhibit, "at": "2027-01-01T00:00:00.000000Z", "content": content, "text": "{}"}
        for exhibit in dossier["evidence"]
    ]
    return {**dossier, "evidence": [*dossier["evidence"], *handed_in]}


@pytest.mark.parametrize("content", FOREIGN)
def test_a_file_of_any_shape_is_shown_and_stops_no_report(content: dict[str, Any]) -> None:
    assert "</html>" in html(with_foreign(content))


@pytest.mark.parametrize("content", FOREIGN)
def test_the_public_profile_leaves_it_out_whole(content: dict[str, Any]) -> None:
    told = published(with_foreign(content, "public"))
    shown = [exhibit["content"] for exhibit in told["evidence"]]
    assert content not in shown
    assert any("handed in" in str(one) for one in shown)
    assert all("handed in" not in str(one) for one in shown if "honesty" in one)
