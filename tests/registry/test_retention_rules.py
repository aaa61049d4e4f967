"""The rules of keeping: one person sets an edition of them, and a second one confirms it."""

from __future__ import annotations

from registry.models import RetentionRule
from registry.services import retention_rules
from tests.cast import Cast
from tests.traces import journalled, only_the_entitled_may, refused


def test_a_rule_is_set_by_an_administrator_and_confirmed_by_a_second_person(cast: Cast) -> None:
    def propose(by: object, **periods: str) -> RetentionRule:
        return retention_rules.propose(
            frameworks=["eu_ai_act"],
            periods=periods or {"evidence": "15 years"},
            reason="Our counsel asks.",
            by=by,  # type: ignore[arg-type]
        )

    only_the_entitled_may(cast, "retention_rule.propose", propose)
    with refused("retention.too_short", "retention.period"):
        propose(cast.admin, evidence="9 years", mail="for ever")
    first = propose(cast.admin)
    assert retention_rules.in_force().edition == 0
    with refused("retention.own_proposal"):
        retention_rules.confirm(rule=first, by=cast.admin)
    only_the_entitled_may(
        cast, "retention_rule.confirm", lambda by: retention_rules.confirm(rule=first, by=by)
    )
    second = propose(cast.admin, evidence="12 years", notice="")
    with refused("retention.overtaken"):
        retention_rules.confirm(rule=first, by=cast.manager)
    with journalled() as entries:
        retention_rules.confirm(rule=second, by=cast.manager)
    assert [entry.action for entry in entries] == ["retention_rule.confirmed"]
    with refused("retention.confirmed_already"):
        retention_rules.confirm(rule=second, by=cast.manager)
    rules = retention_rules.in_force()
    assert (rules.edition, str(rules.periods["evidence"]), list(rules.periods)) == (
        2,
        "12 years",
        ["evidence"],
    )
