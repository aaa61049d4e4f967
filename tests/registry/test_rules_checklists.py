"""The checklist: an item for each thing that a ruling asks for, and how it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.rules.checklists import Exhibit, Item, Standing, checklist
from registry.rules.policies import Requirement, Ruling
from registry.rules.stages import Ask, Stage

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULING = Ruling(
    tier=1,
    card_sections=("model_details", "caveats"),
    data_roles=("train", "test"),
    risk_assessed=True,
    deputy_named=True,
    evidence=(Requirement("fairness", 30, ("pass", "warn"), reproduced=True, closes_gate=True),),
    plans={"fairness": {"checks": []}},
    stages=(Stage("Risk", (Ask("model_risk_manager", 2),)),),
    approval_days=365,
)
GOOD = Exhibit(1, "fairness", "pass", NOW - timedelta(days=1), reproduced=True)


def items(ruled: Ruling = RULING, **changed: Any) -> dict[str, Item]:
    facts: dict[str, Any] = {
        "card": {"model_details": "x", "caveats": "y"},
        "data_roles": ["train", "test"],
        "risk_is_assessed": True,
        "deputy_is_named": True,
        "exhibits": [GOOD],
        "now": NOW,
    }
    return {item.code: item for item in checklist(ruled, **facts | changed)}


def unmet(**changed: Any) -> list[tuple[str, str, str]]:
    return [
        (code, item.standing.value, item.objection.code)
        for code, item in items(**changed).items()
        if item.objection
    ]


def test_everything_asked_for_is_listed_and_met() -> None:
    told = items()
    assert list(told) == [
        "card",
        "data.train",
        "data.test",
        "risk",
        "deputy",
        "evidence.fairness",
        "findings",
    ]
    assert {item.standing for item in told.values()} == {Standing.MET}
    assert told["evidence.fairness"].exhibit_id == 1


def test_a_version_without_a_card_misses_the_required_sections() -> None:
    (item,) = (item for item in items(card=None).values() if item.objection)
    assert item.objection is not None
    assert item.objection.params == {
        "count": 2,
        "sections": ["Model details", "Caveats and recommendations"],
    }
    assert list(item.objection.about) == ["model_details", "caveats"]


def test_a_section_the_policy_does_not_ask_for_may_be_empty() -> None:
    assert unmet(card={"model_details": "x", "caveats": "y", "factors": ""}) == []


@pytest.mark.parametrize("lacking", ["train", "test"])
def test_each_role_of_data_is_asked_for(lacking: str) -> None:
    roles = [role for role in ("train", "test", "production") if role != lacking]
    assert unmet(data_roles=roles) == [(f"data.{lacking}", "missing", "submit.data_missing")]


def test_the_risk_has_to_be_assessed() -> None:
    assert unmet(risk_is_assessed=False) == [("risk", "missing", "submit.risk_missing")]


def test_a_deputy_has_to_be_named() -> None:
    assert unmet(deputy_is_named=False) == [("deputy", "missing", "submit.deputy_missing")]


def test_what_the_policy_does_not_ask_for_is_not_listed() -> None:
    lenient = replace(RULING, risk_assessed=False, deputy_named=False, data_roles=(), evidence=())
    lenient = replace(lenient, open_findings_block=())
    assert list(items(lenient, card=None)) == ["card"]


MISSING = [("evidence.fairness", "missing", "submit.evidence_missing")]


def test_evidence_has_to_be_there() -> None:
    assert unmet(exhibits=[]) == MISSING


def test_evidence_of_another_kind_does_not_count() -> None:
    assert unmet(exhibits=[replace(GOOD, kind="performance")]) == MISSING


def test_evidence_on_other_data_does_not_count() -> None:
    assert unmet(exhibits=[replace(GOOD, outdated=True)]) == MISSING


def test_evidence_not_reproduced_does_not_count_where_the_policy_asks() -> None:
    assert unmet(exhibits=[replace(GOOD, reproduced=False)]) == MISSING


def test_evidence_not_reproduced_counts_where_the_policy_lets_it() -> None:
    (ask,) = RULING.evidence
    lenient = replace(RULING, evidence=(replace(ask, reproduced=False),))
    told = items(lenient, exhibits=[replace(GOOD, reproduced=False)])
    assert told["evidence.fairness"].standing is Standing.MET


def test_evidence_on_its_last_day_still_counts() -> None:
    assert unmet(exhibits=[replace(GOOD, at=NOW - timedelta(days=30))]) == []


def test_evidence_past_its_age_has_expired() -> None:
    old = replace(GOOD, at=NOW - timedelta(days=30, seconds=1))
    assert unmet(exhibits=[old]) == [("evidence.fairness", "expired", "submit.evidence_expired")]


@pytest.mark.parametrize("verdict", ["undecided", "fail", "none"])
def test_a_verdict_the_policy_does_not_accept_fails(verdict: str) -> None:
    assert unmet(exhibits=[replace(GOOD, verdict=verdict)]) == [
        ("evidence.fairness", "failing", "submit.evidence_failing")
    ]


@pytest.mark.parametrize("verdict", ["pass", "warn"])
def test_a_verdict_the_policy_accepts_passes(verdict: str) -> None:
    assert unmet(exhibits=[replace(GOOD, verdict=verdict)]) == []


def test_the_newest_exhibit_decides_and_not_the_best() -> None:
    failing = replace(GOOD, id=2, verdict="fail", at=NOW)
    told = items(exhibits=[failing, GOOD])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.FAILING, 2)


def test_a_newer_exhibit_on_other_data_does_not_decide() -> None:
    outdated = replace(GOOD, id=2, verdict="fail", at=NOW, outdated=True)
    assert items(exhibits=[outdated, GOOD])["evidence.fairness"].exhibit_id == 1


def test_everything_missing_is_said_at_once() -> None:
    nothing = {
        "card": None,
        "data_roles": [],
        "risk_is_assessed": False,
        "deputy_is_named": False,
        "exhibits": [],
        "findings": [("high", "It leaks.")],
    }
    assert [code for code, _, _ in unmet(**nothing)] == list(items())


def test_open_findings_of_the_severities_named_are_listed_together() -> None:
    open_ones = [("critical", "It leaks."), ("low", "A typing error."), ("high", "It drifts.")]
    (item,) = (item for item in items(findings=open_ones).values() if item.objection)
    assert item.objection is not None
    assert (item.code, item.standing) == ("findings", Standing.FAILING)
    assert item.objection.params == {"findings": "It leaks.; It drifts."}


def test_open_findings_on_the_same_artefact_are_named_with_their_version() -> None:
    found = [("high", "It leaks.", "1.0"), ("low", "A typo.", "1.0"), ("critical", "It lies.", "2")]
    item = items(twin_findings=found)["twins"]
    assert item.standing == Standing.FAILING
    assert item.objection is not None
    assert item.objection.code == "submit.twin_findings_open"
    assert item.objection.params == {"findings": "1.0: It leaks.; 2: It lies."}
    assert "twins" not in items(twin_findings=found[1:2])
    lenient = replace(RULING, open_findings_block=())
    assert "twins" not in items(lenient, twin_findings=found)


def test_a_policy_may_let_findings_pass() -> None:
    lenient = replace(RULING, open_findings_block=("critical",))
    assert items(lenient, findings=[("high", "It drifts.")])["findings"].objection is None


@pytest.mark.parametrize(("filled", "standing"), [(True, "met"), (False, "missing")])
def test_the_scorecard_is_asked_for_where_the_policy_says_so(filled: bool, standing: str) -> None:
    asking = replace(RULING, scorecard_filled=True)
    assert items(asking, scorecard_is_filled=filled)["scorecard"].standing == standing
    assert "scorecard" not in items()


def test_evidence_of_the_developers_does_not_count_where_the_validators_is_asked_for() -> None:
    (ask,) = RULING.evidence
    asking = replace(RULING, evidence=(replace(ask, independent=True),))
    (lacking,) = (item for item in items(asking).values() if item.objection)
    assert lacking.objection is not None
    assert lacking.objection.code == "submit.evidence_not_independent"
    independent = replace(GOOD, id=2, independent=True)
    told = items(asking, exhibits=[GOOD, independent])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.MET, 2)


def test_independent_evidence_counts_where_nobody_asks_for_it() -> None:
    independent = replace(GOOD, independent=True)
    assert items(exhibits=[independent])["evidence.fairness"].standing is Standing.MET


def test_what_is_handed_in_later_outweighs_no_run_that_failed() -> None:
    (ask,) = RULING.evidence
    lenient = replace(RULING, evidence=(replace(ask, reproduced=False),))
    ran = replace(GOOD, verdict="fail")
    handed_in = replace(GOOD, id=2, at=NOW, reproduced=False)
    run_again = replace(GOOD, id=3, at=NOW)
    told = items(lenient, exhibits=[ran, handed_in])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.FAILING, 1)
    told = items(lenient, exhibits=[ran, handed_in, run_again])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.MET, 3)


def test_a_failing_exhibit_that_was_handed_in_gives_way_to_another() -> None:
    (ask,) = RULING.evidence
    lenient = replace(RULING, evidence=(replace(ask, reproduced=False),))
    failing = replace(GOOD, verdict="fail", reproduced=False)
    mended = replace(GOOD, id=2, at=NOW, reproduced=False)
    told = items(lenient, exhibits=[failing, mended])["evidence.fairness"]
    assert (told.standing, told.exhibit_id) == (Standing.MET, 2)
