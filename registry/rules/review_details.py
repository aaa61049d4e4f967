"""What the details of a review's cause are called, on pages and in reports."""

from __future__ import annotations

from collections.abc import Mapping

from registry.rules.catalogue import VERDICT_NAMES
from registry.rules.matrices import APPETITE_NAMES, DEFAULT_MATRIX
from registry.rules.wording import gettext_noop

# In the order in which they are shown.
DETAIL_NAMES = {
    "reason": gettext_noop("Why"),
    "summary": gettext_noop("What was found"),
    "shortcomings": gettext_noop("What was wrong"),
    "title": gettext_noop("Exhibit"),
    "label": gettext_noop("Version"),
    "source": gettext_noop("Source before and now"),
    "dataset": gettext_noop("Dataset"),
    "data": gettext_noop("Data before and now"),
    "added": gettext_noop("Columns added"),
    "removed": gettext_noop("Columns removed"),
    "retyped": gettext_noop("Columns of another type"),
    "tier": gettext_noop("Tier before and now"),
    "revision": gettext_noop("Revision"),
    "matrix": gettext_noop("Matrix"),
    "inherent": gettext_noop("Inherent risk before and now"),
    "residual": gettext_noop("Residual risk before and now"),
    "appetite": gettext_noop("How the appetite takes it, before and now"),
    "environment": gettext_noop("Environment"),
    "edition": gettext_noop("Edition"),
    "parts": gettext_noop("What the policy says otherwise"),
    "upstream": gettext_noop("Model that changed"),
    "change": gettext_noop("What changed"),
    "version_label": gettext_noop("Its version"),
    "path": gettext_noop("By way of"),
    "due": gettext_noop("Was due"),
    "verdict": gettext_noop("Verdict"),
    "digest": gettext_noop("Digest"),
    "artefact_sha256": gettext_noop("Digest of the artefact that runs"),
    "image_digest": gettext_noop("Digest of the container image"),
}
# What can be looked up by its number; pages lead to it where it has one of its own.
NUMBER_NAMES = {
    "override": gettext_noop("Number of the emergency release"),
    "exhibit": gettext_noop("Number of the exhibit"),
    "evidence": gettext_noop("Number of the exhibit"),
    "finding": gettext_noop("Number of the finding"),
    "incident": gettext_noop("Number of the incident"),
    "deployment": gettext_noop("Number of the deployment"),
    "release": gettext_noop("Number of the release"),
    "monitor": gettext_noop("Number of the monitor"),
    "run": gettext_noop("Number of the run"),
}
# These have what was before first, and what is now after it.
BEFORE_AND_NOW = frozenset({"source", "data", "tier", "inherent", "residual", "appetite"})

LEVEL_NAMES = {step["code"]: step["name"]["en"] for step in DEFAULT_MATRIX["levels"]}
SHORTCOMING_NAMES = {
    "deployment.unknown_version": gettext_noop("What runs was never registered as a version"),
    "deployment.other_artefact": gettext_noop("What runs is another artefact than the registered"),
    "deployment.other_image": gettext_noop(
        "What runs is from another container image than what went live"
    ),
    "deployment.not_approved": gettext_noop("No valid approval covers what runs"),
    "deployment.before_approval": gettext_noop("It was live before it was approved"),
    "deployment.approval_ended": gettext_noop("What runs was approved once and is no longer"),
}
CHANGE_NAMES = {
    "went_live": gettext_noop("A version of it went live"),
    "new_version": gettext_noop("A version of it was registered"),
    "runs_unreleased": gettext_noop("Something of it runs that no release covers"),
    "taken_down": gettext_noop("It was taken down, and nothing of it runs there any more"),
    "revoked": gettext_noop("An approval of it was revoked"),
    "release_retired": gettext_noop("A release of it was retired from service"),
    "void": gettext_noop("What was approved of it was changed, so the approval is void"),
    "expired": gettext_noop("An approval of it expired"),
    "condition_breached": gettext_noop("A condition of its approval was missed"),
    "incident": gettext_noop("An incident of it was reported"),
    "retired": gettext_noop("The whole model was retired"),
}
# The parts of a ruling, by its fields.
PART_NAMES = {
    "card_sections": gettext_noop("sections of the card"),
    "data_roles": gettext_noop("data to attach"),
    "risk_assessed": gettext_noop("the risk assessment"),
    "deputy_named": gettext_noop("the deputy"),
    "scorecard_filled": gettext_noop("the scorecard"),
    "evidence": gettext_noop("required evidence"),
    "plans": gettext_noop("plans of measurement"),
    "stages": gettext_noop("stages of approval"),
    "approval_days": gettext_noop("how long an approval lasts"),
    "review_days": gettext_noop("how often it is reviewed"),
    "reauthentication": gettext_noop("strength of the signature"),
    "conditions_allowed": gettext_noop("whether conditions are allowed"),
    "excluded": gettext_noop("who may not sign"),
    "new_edition_closes_gate": gettext_noop("whether a new edition closes the gate"),
    "open_findings_block": gettext_noop("which open findings block"),
    "override_days": gettext_noop("how long an emergency release may run"),
}
# What the codes among the values are called, by the detail they stand in.
VALUE_NAMES: Mapping[str, Mapping[str, str]] = {
    "verdict": VERDICT_NAMES,
    "shortcomings": SHORTCOMING_NAMES,
    "change": CHANGE_NAMES,
    "parts": PART_NAMES,
    "inherent": LEVEL_NAMES,
    "residual": LEVEL_NAMES,
    "appetite": APPETITE_NAMES,
}


def between(key: str) -> str:
    """Return what stands between the values of a detail that has several."""
    return " → " if key in BEFORE_AND_NOW else ", "
