"""The classes and operator roles of the EU AI Act, as Regulation (EU) 2024/1689 is amended."""

from __future__ import annotations

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

PROHIBITED = "prohibited"
UNCLASSIFIED = "unclassified"

CLASSES = {
    PROHIBITED: gettext_noop("Prohibited practice (Art. 5)"),
    "high_risk_annex_iii": gettext_noop("High risk, listed use (Art. 6(2), Annex III)"),
    "high_risk_annex_i": gettext_noop("High risk, part of a product (Art. 6(1), Annex I)"),
    "limited": gettext_noop("Transparency duty (Art. 50)"),
    "minimal": gettext_noop("Minimal risk"),
    "out_of_scope": gettext_noop("Outside the scope of the Act (Art. 2 and 3)"),
    UNCLASSIFIED: gettext_noop("Not classified yet"),
}
HIGH_RISK = frozenset({"high_risk_annex_iii", "high_risk_annex_i"})
# Use cases that Annex III names: points 4 (hiring) and 5 (health, credit, insurance); codes of
# ``catalogue.USE_CASES``. The detection of fraud it takes out (point 5(b)).
LISTED_USES = frozenset({"credit", "hiring", "insurance", "health"})

OPERATOR_ROLES = {
    "provider": gettext_noop("Provider"),
    "deployer": gettext_noop("Deployer (uses it)"),
    "importer": gettext_noop("Importer"),
    "distributor": gettext_noop("Distributor"),
    "authorised_representative": gettext_noop("Authorised representative"),
    "product_manufacturer": gettext_noop("Product manufacturer"),
}


def objections_to_classing(ai_act_class: str, operator_role: str, ground: str) -> list[Objection]:
    """Say what stands against recording this class, role and ground.

    Only an unclassified model may go without a ground; Art. 6(4) asks for it in writing where a
    listed use is argued not to be high risk.
    """
    objections = []
    if ai_act_class not in CLASSES:
        objections.append(
            Objection(
                "ai_act.class",
                gettext_noop("The AI Act class %(given)s is not known; choose one of %(known)s."),
                {"given": ai_act_class, "known": ", ".join(CLASSES)},
            )
        )
    if operator_role and operator_role not in OPERATOR_ROLES:
        objections.append(
            Objection(
                "ai_act.role",
                gettext_noop("The operator role %(given)s is not known; choose one of %(known)s."),
                {"given": operator_role, "known": ", ".join(OPERATOR_ROLES)},
            )
        )
    if ai_act_class != UNCLASSIFIED and not ground.strip():
        objections.append(
            Objection(
                "ai_act.no_ground",
                gettext_noop("Say why the model is in this AI Act class; the ground is kept."),
            )
        )
    return objections


def objections_to_submitting(ai_act_class: str) -> list[Objection]:
    """Say what the class alone has against a release: a prohibited practice is never released."""
    if ai_act_class != PROHIBITED:
        return []
    return [
        Objection(
            "ai_act.prohibited",
            gettext_noop(
                "The model is classed as a prohibited practice (Art. 5 of the EU AI Act) and"
                " cannot be released; retire it, or revise the class with its ground."
            ),
        )
    ]
