"""The conflict report: each kind made by hand, and none where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from registry.rules.conflicts import KINDS, WORK, LetThrough, Person, Signed, report
from registry.rules.releases import HANDS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA, BEN, CLEO = Person(1, "Ada"), Person(2, "Ben"), Person(3, "Cleo")


def signed(signer: Person, model: str = "Loans", days: int = 0, **changed: Any) -> Signed:
    given: dict[str, Any] = {
        "signer": signer,
        "at": NOW - timedelta(days=days),
        "about": f"{model} 1.0 to production",
        "model": model,
        "link": "/releases/1/",
        "approves": True,
        "role": "model_risk_manager",
        "hands": {"registered": {CLEO}},
    }
    return Signed(**given | changed)


def told(*decisions: Signed) -> list[tuple[str, str]]:
    return [(one.kind, one.ground.message % one.ground.params) for one in report(decisions, [])]


def test_who_keeps_a_distance_is_in_no_conflict() -> None:
    assert told() == []
    assert told(signed(ADA), signed(BEN)) == []


def test_every_part_of_the_work_has_a_sentence() -> None:
    assert {*HANDS, "validated"} == set(WORK)
    for part in WORK:
        ((kind, sentence),) = told(signed(ADA, hands={part: {ADA}}))
        assert kind == "own_work"
        assert sentence.startswith("Ada approved it, and ")


def test_a_validator_who_validated_is_in_no_conflict() -> None:
    assert told(signed(ADA, role="validator", hands={"validated": {ADA}})) == []


def test_only_approvals_are_judged() -> None:
    assert told(signed(ADA, hands={"card": {ADA}}, was_author=True, approves=False)) == []


def test_an_author_then_is_named() -> None:
    ((kind, sentence),) = told(signed(ADA, was_author=True))
    assert kind == "author"
    assert "held the role data scientist" in sentence


def test_a_decision_by_delegation_is_named_and_so_is_the_givers_work() -> None:
    ((kind, sentence),) = told(signed(ADA, giver=BEN, delegation=7))
    assert (kind, sentence) == (
        "delegated",
        "Ada decided in the place of Ben, by delegation 7.",
    )
    lines = told(signed(ADA, giver=CLEO, delegation=7))
    assert {kind for kind, _ in lines} == {"own_work", "delegated"}
    assert "Ada approved it in the place of Cleo, whose own work it is." in dict(lines).values()
    ((kind, _),) = told(signed(ADA, giver=BEN, delegation=7, approves=False))
    assert kind == "delegated"


def test_people_who_approve_each_others_models_are_one_line() -> None:
    mine = signed(ADA, "Loans", 3, hands={"card": {BEN}, "data": {BEN}})
    theirs = signed(BEN, "Cars", 1, hands={"registered": {ADA}})
    (line,) = report([mine, theirs, mine], [])
    assert (line.kind, line.at, line.people) == ("mutual", theirs.at, ("Ada", "Ben"))
    assert line.ground.message % line.ground.params == (
        "Ada approved work of Ben (Loans), and Ben work of Ada (Cars)."
    )
    assert report([mine], []) == []
    assert report([mine, signed(BEN, "Cars", 1, hands={"validated": {ADA}})], []) == []


def test_emergency_releases_are_named_and_the_newest_stands_first() -> None:
    let_through = LetThrough((ADA, BEN), NOW, "Loans 2.0", "/overrides/4/", 5, "A flood.")
    first, second = report([signed(CLEO, days=1)], [let_through])
    assert (first.kind, first.people, first.link) == ("override", ("Ada", "Ben"), "/overrides/4/")
    assert "for 5 days" in first.ground.message % first.ground.params
    assert second.kind == "own_work"
    assert {first.kind, second.kind} <= set(KINDS)
