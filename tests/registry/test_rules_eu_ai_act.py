"""Classes and operator roles of the AI Act: a ground for each, and no release of what is banned."""

from __future__ import annotations

import pytest

from registry.rules.eu_ai_act import (
    CLASSES,
    HIGH_RISK,
    PROHIBITED,
    objections_to_classing,
    objections_to_submitting,
)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        (("unclassified", "", ""), []),
        (("high_risk_annex_iii", "deployer", "Annex III 5(b): creditworthiness."), []),
        (("minimal", "", " "), ["ai_act.no_ground"]),
        (("harmless", "", "x"), ["ai_act.class"]),
        (("limited", "user", "x"), ["ai_act.role"]),
        (("harmless", "user", ""), ["ai_act.class", "ai_act.role", "ai_act.no_ground"]),
    ],
)
def test_a_class_takes_a_known_name_and_a_ground(
    given: tuple[str, str, str], codes: list[str]
) -> None:
    assert [one.code for one in objections_to_classing(*given)] == codes


@pytest.mark.parametrize("ai_act_class", CLASSES)
def test_only_a_prohibited_practice_is_never_submitted(ai_act_class: str) -> None:
    codes = [one.code for one in objections_to_submitting(ai_act_class)]
    assert codes == (["ai_act.prohibited"] if ai_act_class == PROHIBITED else [])


def test_high_risk_is_both_annexes_and_nothing_else() -> None:
    assert {code for code in CLASSES if code.startswith("high_risk")} == HIGH_RISK
