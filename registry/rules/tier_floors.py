"""The lightest tier a model may be in: by its AI Act class, and by a use that Annex III lists."""

from __future__ import annotations

from registry.rules.catalogue import USE_CASES
from registry.rules.eu_ai_act import CLASSES, HIGH_RISK, LISTED_USES
from registry.rules.refusals import Objection
from registry.rules.scorecards import LAST, LIGHTEST, lightest_under
from registry.rules.wording import gettext_noop


def objections_to_tier(tier: int, ai_act_class: str) -> list[Objection]:
    """Say that the tier is too light for the class, whatever it rests on.

    The floor of the scorecard alone would do nothing for a model that nobody scored.
    """
    floor = lightest_under(ai_act_class)
    if not floor < tier <= LIGHTEST:
        return []
    return [
        Objection(
            "model.tier_too_light",
            gettext_noop(
                "High risk under the EU AI Act is never lighter than tier %(floor)s, and this is"
                " tier %(tier)s. Set a stricter one; have an override to it withdrawn first."
            ),
            {"floor": floor, "tier": tier},
        )
    ]


def objections_to_listed_use(tier: int, use_case: str, ai_act_class: str) -> list[Objection]:
    """Say that a listed use is in a tier that high risk may not have, being classed as less.

    One person states the class. A release in such a tier takes two, by an override of the tier; or
    it would do to leave the class out.
    """
    floor = LAST.high_risk_floor
    if use_case not in LISTED_USES or ai_act_class in HIGH_RISK or not floor < tier <= LIGHTEST:
        return []
    return [
        Objection(
            "model.listed_use_too_light",
            gettext_noop(
                "Annex III of the EU AI Act lists this use (%(use_case)s), and the model is in tier"
                " %(tier)s, classed otherwise than as high risk (%(class)s). Class it as high risk,"
                " or have two people override the tier: one proposes it, another one confirms it."
            ),
            {"use_case": [USE_CASES[use_case]], "tier": tier, "class": [CLASSES[ai_act_class]]},
            (use_case, ai_act_class),
        )
    ]
