"""The table of verbs and roles, and which roles no one person may join."""

from __future__ import annotations

import pytest

from registry.rules.roles import DECIDERS, MAY, Role, allowed, objections_to_granting

# The whole table once more, by hand: S scientist, V validator, M model risk manager, B business
# owner, E ethics reviewer, P deployer, A auditor, D administrator, X service.
LETTERS = dict(zip("SVMBEPADX", Role, strict=True))
EXPECTED = {
    "membership.grant": "D",
    "membership.end": "D",
    "model.register": "S",
    "model.revise": "SM",
    "model.retire": "MB",
    "version.register": "S",
    "version.attach_data": "S",
    "dataset.register": "S",
    "data_query.propose": "S",
    "data_query.review": "D",
    "dataset.delete_rows": "MD",
    "card.save": "S",
    "card.make_effective": "S",
    "risk.assess": "SVM",
    "risk.make_effective": "SM",
    "plan.revise": "SV",
    "small_cells.read": "SVMBEA",
    "evidence.file": "SV",
    "run.request": "SV",
    "monitor.start": "SVM",
    "monitor.end": "SVM",
    "release.draft": "S",
    "release.submit": "S",
    "release.withdraw": "S",
    "release.sign": "VMBE",
    "release.send_back": "VMBE",
    "release.revoke": "M",
    "release.retire": "MB",
    "condition.fulfil": "SVMBE",
    "condition.accept": "VM",
    "delegation.give": "VMBE",
    "delegation.end": "SVMBED",
    "override.request": "MB",
    "override.sign": "MB",
    "policy.propose": "MD",
    "policy.approve": "M",
    "matrix.edit": "D",
    "scorecard.fill": "SVMBE",
    "tier.override": "SVMBE",
    "tier.confirm": "M",
    "model.relate": "SM",
    "review.open": "VMBE",
    "review.close": "VM",
    "finding.open": "VME",
    "finding.answer": "SVMBE",
    "finding.close": "VM",
    "incident.report": "SVMBEPX",
    "incident.advance": "VMBE",
    "incident.close": "M",
    "deployment.report": "PX",
    "attestation.open": "M",
    "attestation.confirm": "SVMBE",
    "conflicts.read": "VMBEA",
    "event.send_again": "D",
    "retention_hold.place": "MD",
    "retention_hold.release": "MD",
    "retention_rule.propose": "D",
    "retention_rule.confirm": "MD",
    "retention.preview": "MAD",
    "store.read": "AD",
    "journal.check": "SVMBEPAD",
    "gate.ask": "SVMBEPADX",
    "report.request": "SVMBEA",
    "report.recall": "AD",
    "person.erase": "D",
}


def test_the_table_has_these_verbs_and_no_other() -> None:
    assert set(MAY) == set(EXPECTED)


@pytest.mark.parametrize("verb", sorted(EXPECTED))
@pytest.mark.parametrize("letter", LETTERS)
def test_a_role_gives_exactly_the_rights_of_the_table(verb: str, letter: str) -> None:
    role = LETTERS[letter]
    assert allowed(verb, [role]) == ([role] if letter in EXPECTED[verb] else [])


def test_an_auditor_reads_everything_and_changes_nothing() -> None:
    given = {verb for verb in MAY if Role.AUDITOR in MAY[verb]}
    assert given == {
        "report.request",
        "report.recall",
        "small_cells.read",
        "conflicts.read",
        "journal.check",
        "gate.ask",
        "retention.preview",
        "store.read",
    }


def test_an_administrator_decides_nothing() -> None:
    assert [verb for verb in MAY if Role.ADMINISTRATOR in MAY[verb]] == [
        "membership.grant",
        "membership.end",
        "person.erase",
        "data_query.review",
        "dataset.delete_rows",
        "delegation.end",
        "policy.propose",
        "matrix.edit",
        "event.send_again",
        "retention_hold.place",
        "retention_hold.release",
        "retention_rule.propose",
        "retention_rule.confirm",
        "retention.preview",
        "store.read",
        "journal.check",
        "gate.ask",
        "report.recall",
    ]


def test_a_machine_tells_what_happened_and_asks_the_gate() -> None:
    assert [verb for verb in MAY if Role.SERVICE in MAY[verb]] == [
        "incident.report",
        "deployment.report",
        "gate.ask",
    ]


def test_nobody_without_a_role_may_anything() -> None:
    assert all(allowed(verb, []) == [] for verb in MAY)


def test_of_several_roles_those_that_give_the_right_are_named() -> None:
    held = ["model_risk_manager", "business_owner", "data_scientist"]
    assert allowed("model.revise", held) == [Role.DATA_SCIENTIST, Role.MODEL_RISK_MANAGER]


def test_a_verb_nobody_listed_is_an_error() -> None:
    with pytest.raises(KeyError):
        allowed("release.burn", list(Role))


def codes(role: Role, *held: Role, to_oneself: bool = False) -> list[str]:
    return [one.code for one in objections_to_granting(role, held, to_oneself)]


@pytest.mark.parametrize("role", Role)
def test_nobody_grants_themselves_a_role(role: Role) -> None:
    assert codes(role, to_oneself=True) == ["membership.oneself"]


@pytest.mark.parametrize("role", Role)
def test_a_role_is_granted_to_somebody_without_one(role: Role) -> None:
    assert codes(role) == []


@pytest.mark.parametrize("role", Role)
def test_a_role_is_not_granted_twice(role: Role) -> None:
    assert codes(role, role) == ["membership.held"]


WORKING = (*DECIDERS, Role.DATA_SCIENTIST)
APART = {
    frozenset(pair)
    for pair in (
        *((Role.ADMINISTRATOR, role) for role in WORKING),
        *((Role.AUDITOR, role) for role in (*WORKING, Role.ADMINISTRATOR, Role.DEPLOYER)),
        *((Role.DEPLOYER, role) for role in DECIDERS),
        *((Role.SERVICE, role) for role in DECIDERS),
    )
}


@pytest.mark.parametrize("one", Role)
@pytest.mark.parametrize("other", Role)
def test_some_roles_never_meet_in_one_person(one: Role, other: Role) -> None:
    if one is not other:
        expected = ["membership.never_together"] if frozenset({one, other}) in APART else []
        assert codes(one, other) == expected


def test_a_clash_names_both_roles() -> None:
    (objection,) = objections_to_granting(Role.AUDITOR, ["validator", "data_scientist"], False)
    assert "“Auditor” and “Data scientist, Validator” are never held by one" in str(objection)
    assert objection.about == ("auditor", "data_scientist", "validator")


def test_every_reason_is_given_at_once() -> None:
    assert codes(Role.AUDITOR, Role.AUDITOR, Role.ADMINISTRATOR, to_oneself=True) == [
        "membership.oneself",
        "membership.held",
        "membership.never_together",
    ]
