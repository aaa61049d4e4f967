"""A dossier with a gap is refused, with one objection for each, and never printed shorter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audits.rendering import render
from registry.rules.refusals import Refused
from tests.audits import dossiers

Bend = Callable[[dict[str, Any]], object]


def codes(dossier: dict[str, Any]) -> list[str]:
    """Return the codes of what is refused."""
    with pytest.raises(Refused) as refusal:
        render(dossier)
    return [objection.code for objection in refusal.value.objections]


def _bent(bend: Bend) -> dict[str, Any]:
    dossier = dossiers.full()
    bend(dossier)
    return dossier


IN_USE = (
    "conditions", "moves", "delegations", "overrides", "deployments", "reviews", "attestations",
    "other_releases",
)  # fmt: skip
BENT: list[tuple[str, Bend]] = [
    ("report.missing.case_file", lambda d: d.pop("case_file")),
    ("report.missing.journal", lambda d: d.pop("journal")),
    ("report.renderer", lambda d: d.update(renderer="0")),
    ("report.profile", lambda d: d.update(profile="secret")),
    ("report.as_of", lambda d: d.update(as_of="2026-11-20T16:00:00")),
    ("report.as_of", lambda d: d.update(as_of="yesterday")),
    ("report.language", lambda d: d.update(language="klingon")),
    ("report.case_file.digest", lambda d: d.update(case_file_digest="0" * 64)),
    ("report.case_file.text", lambda d: d["case_file"]["context"].update(tier=4)),
    ("report.exhibit.missing", lambda d: d["evidence"].pop()),
    ("report.exhibit.other", lambda d: d["case_file"]["exhibits"][0].update(digest="0" * 64)),
    ("report.evidence.no_file", lambda d: d["evidence"][0].update(text="")),
    ("report.evidence.digest", lambda d: d["evidence"][0].update(text="{}")),
    ("report.evidence.text", lambda d: d["evidence"][0].update(content={})),
    ("report.evidence.name", lambda d: d["evidence"][0].update(file_name="casefile.json")),
    (
        "report.evidence.name",
        lambda d: d["evidence"][0].update(file_name=d["evidence"][1]["file_name"]),
    ),
    *((f"report.missing.{part}", lambda d, part=part: d.pop(part)) for part in IN_USE),
    ("report.release.incomplete", lambda d: d.update(moves=[])),
    ("report.release.incomplete", lambda d: d["release"].update(stages=[])),
    ("report.decision.delegation", lambda d: d["decisions"][0].update(delegation=99)),
    ("report.override.unsigned", lambda d: d["overrides"][0].update(signatures=[])),
    ("report.decision.bound", lambda d: d["decisions"][0].update(case_file_digest="0" * 64)),
]


@pytest.mark.parametrize(("code", "bend"), BENT)
def test_each_gap_is_refused_by_its_name(code: str, bend: Bend) -> None:
    assert code in codes(_bent(bend))


@pytest.mark.parametrize("part", ["model", "version"])
def test_a_case_file_without_its_subject_is_refused(part: str) -> None:
    dossier = dossiers.full()
    dossier["case_file"]["subject"][part] = None
    assert codes(dossiers.whole(dossier)) == [f"report.missing.case_file.subject.{part}"]


def test_a_case_file_that_leaves_out_its_card_is_refused_but_a_null_is_a_statement() -> None:
    dossier = dossiers.full()
    dossier["case_file"]["subject"]["card"] = None
    assert render(dossiers.whole(dossier)).startswith(b"%PDF-1.7")
    del dossier["case_file"]["subject"]["card"]
    assert codes(dossiers.whole(dossier)) == ["report.missing.case_file.subject.card"]


def test_every_gap_is_told_at_once() -> None:
    dossier = dossiers.full(renderer="0", profile="secret")
    dossier["evidence"] = dossier["evidence"][2:]
    dossier["evidence"][0]["text"] = "{}"
    assert codes(dossier) == [
        "report.renderer",
        "report.profile",
        "report.exhibit.missing",
        "report.exhibit.missing",
        "report.evidence.digest",
    ]


def test_an_objection_says_which_exhibit_it_is_about() -> None:
    dossier = dossiers.full()
    dossier["evidence"].pop(0)
    with pytest.raises(Refused, match="Exhibit 11, Fairness on loanapp 2"):
        render(dossier)


def test_an_exhibit_filed_after_the_case_file_was_frozen_is_shown_as_that() -> None:
    dossier = dossiers.full()
    dossier["case_file"]["exhibits"].pop()
    assert render(dossiers.whole(dossier))
