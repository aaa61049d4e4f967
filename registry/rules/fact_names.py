"""What facts of a case file and parts of a policy are called, path by path ("card.sections.x")."""

from __future__ import annotations

import re

from registry.rules.cards import SECTIONS
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS
from registry.rules.wording import gettext_noop

# What a path begins with, where that is called otherwise than the same word further down.
ROOTS = {
    "model": gettext_noop("Model"),
    "version": gettext_noop("Version"),
    "data": gettext_noop("Data"),
    "card": gettext_noop("Model card"),
    "risk": gettext_noop("Risk assessment"),
    "plan": gettext_noop("Evaluation plan"),
    "plans": gettext_noop("Limits of runs"),
}
# In the order in which a reader wants to hear of them.
PARTS: dict[str, str] = {
    **EVIDENCE_KINDS,
    **{section.code: section.name for section in SECTIONS},
    "slug": gettext_noop("Short name"),
    "name": gettext_noop("Name"),
    "task": gettext_noop("Task"),
    "purpose": gettext_noop("Purpose"),
    # The version and its data.
    "label": gettext_noop("Label"),
    "artefact": gettext_noop("Artefact"),
    "environment": gettext_noop("Environment"),
    "source": gettext_noop("Source"),
    "code_commit": gettext_noop("Code"),
    "parameters": gettext_noop("Parameters"),
    "features": gettext_noop("Features"),
    "label_column": gettext_noop("Label column"),
    "positive_label": gettext_noop("Positive label"),
    "threshold": gettext_noop("Threshold"),
    "sha256": gettext_noop("Fingerprint"),
    "size": gettext_noop("Size"),
    "format": gettext_noop("Format"),
    "dataset": gettext_noop("Dataset"),
    "number": gettext_noop("Number"),
    "role": gettext_noop("Role"),
    "rows": gettext_noop("Rows"),
    "columns": gettext_noop("Columns"),
    "type": gettext_noop("Type"),
    "sensitive": gettext_noop("Sensitive"),
    "sensitive_columns": gettext_noop("Sensitive columns"),
    "provenance": gettext_noop("Provenance"),
    # The card and the risk assessment.
    "revision": gettext_noop("Revision"),
    "sections": gettext_noop("Sections"),
    "filled": gettext_noop("Sections filled in"),
    "matrix": gettext_noop("Matrix"),
    "edition": gettext_noop("Edition"),
    "likelihoods": gettext_noop("Names of likelihoods"),
    "impacts": gettext_noop("Names of impacts"),
    "levels": gettext_noop("Levels"),
    "code": gettext_noop("Code"),
    "grid": gettext_noop("Level of each cell"),
    "floor": gettext_noop("Floor"),
    "appetite": gettext_noop("Risk appetite"),
    "hazards": gettext_noop("Hazards"),
    "title": gettext_noop("Title"),
    "cause": gettext_noop("Cause"),
    "consequence": gettext_noop("Consequence"),
    "affected": gettext_noop("Affected people"),
    "vulnerable": gettext_noop("Vulnerable groups"),
    "likelihood": gettext_noop("Likelihood"),
    "likelihood_ground": gettext_noop("Ground for the likelihood"),
    "impact": gettext_noop("Impact"),
    "impact_ground": gettext_noop("Ground for the impact"),
    "score": gettext_noop("Score"),
    "level": gettext_noop("Level"),
    "controls": gettext_noop("Controls"),
    "assessed_controls": gettext_noop("Assessed controls"),
    "design": gettext_noop("Design"),
    "operating": gettext_noop("Operation"),
    "evidence": gettext_noop("Evidence"),
    "residual_likelihood": gettext_noop("Likelihood after controls"),
    "residual_impact": gettext_noop("Impact after controls"),
    "residual_score": gettext_noop("Score after controls"),
    "residual_level": gettext_noop("Level after controls"),
    "residual_ground": gettext_noop("Ground for the residual risk"),
    "inherent": gettext_noop("Inherent risk"),
    "residual": gettext_noop("Residual risk"),
    "knowledge": gettext_noop("Knowledge behind it"),
    "strength": gettext_noop("Strength of knowledge"),
    "ground": gettext_noop("Ground for the strength of knowledge"),
    # A plan, and the plans of a policy.
    "plans": gettext_noop("Limits of runs"),
    "checks": gettext_noop("Limits"),
    "measure": gettext_noop("Measure"),
    "attribute": gettext_noop("For whom"),
    "direction": gettext_noop("Has to be"),
    "limit": gettext_noop("Limit"),
    "warn": gettext_noop("Warning from"),
    "presets": gettext_noop("Presets"),
    "smallest_group": gettext_noop("Smallest group"),
    "smallest_cell": gettext_noop("Smallest cell"),
    "strata": gettext_noop("Strata"),
    "reference": gettext_noop("Reference groups"),
    "sample_rows": gettext_noop("Rows of the sample"),
    "seed": gettext_noop("Seed"),
    # What a tier of a policy asks for.
    "tiers": gettext_noop("Tiers"),
    "card_sections": gettext_noop("Sections of the card to fill in"),
    "data_roles": gettext_noop("Data to attach"),
    "risk_assessed": gettext_noop("The risk has to be assessed"),
    "deputy_named": gettext_noop("The owner has to have a deputy"),
    "scorecard_filled": gettext_noop("The scorecard has to be filled in"),
    "max_age_days": gettext_noop("Oldest evidence in days"),
    "verdicts": gettext_noop("Accepted verdicts"),
    "reproduced": gettext_noop("Made here"),
    "closes_gate": gettext_noop("A failing one closes the gate"),
    "independent": gettext_noop("Made on the validator's side"),
    "stages": gettext_noop("Stages of signing"),
    "asks": gettext_noop("Who signs"),
    "needed": gettext_noop("Signatures needed"),
    "of": gettext_noop("Out of"),
    "rule": gettext_noop("Which of them"),
    "beside": gettext_noop("Beside the stage before"),
    "again": gettext_noop("May sign again"),
    "reauthentication": gettext_noop("What a signature takes"),
    "excluded": gettext_noop("Whose work keeps them from signing"),
    "conditions_allowed": gettext_noop("Approval with conditions"),
    "open_findings_block": gettext_noop("Open findings that block"),
    "approval_days": gettext_noop("Days an approval lasts"),
    "review_days": gettext_noop("Days between reviews"),
    "override_days": gettext_noop("Days of an emergency release at most"),
    "new_edition_closes_gate": gettext_noop("A new edition closes the gate"),
}
TIER_NAMES = {
    "1": gettext_noop("Tier 1"),
    "2": gettext_noop("Tier 2"),
    "3": gettext_noop("Tier 3"),
    "4": gettext_noop("Tier 4"),
}
# Say nothing where the name of one of their things follows.
PASSED_OVER = ("sections", "hazards", "assessed_controls")
# What follows is called as people called it, and may have dots in it.
CALLED_BY_PEOPLE = ("hazards", "assessed_controls", "stages", "columns")
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def part_name(part: str) -> str:
    """Return what one part is called; one without a name is made readable."""
    if part in PARTS:
        return PARTS[part]
    return part.replace("_", " ").capitalize() if CODE.fullmatch(part) else part


def fact_words(path: str) -> list[str]:
    """Return what a fact is called, from the whole to its part: names to translate one by one.

    What people called a thing, such as a hazard, stands in between as they wrote it.
    """
    first, *rest = path.split(".")
    words = _tier(rest.pop(0)) if first == "tiers" and rest else [_root(first)]
    begins, goes_on = first == "data", False
    while rest:
        part = rest.pop(0)
        if begins:
            words.append(part)
            begins, goes_on = False, True
        elif goes_on and part not in PARTS:
            words[-1] += f".{part}"
        else:
            begins, goes_on = part in CALLED_BY_PEOPLE, False
            if part not in PASSED_OVER or not rest:
                words.append(part_name(part))
            if part == "parameters" and rest:
                return [*words, ".".join(rest)]
    return _with_role(words) if first == "data" else words


def _root(part: str) -> str:
    return ROOTS.get(part) or part_name(part)


def _with_role(words: list[str]) -> list[str]:
    """Part the role from the name of a dataset, which a case file compares data by."""
    name, _space, role = words[1].rpartition(" ") if len(words) > 1 else ("", "", "")
    return [words[0], name, DATA_ROLES[role], *words[2:]] if role in DATA_ROLES else words


def _tier(key: str) -> list[str]:
    tier, _comma, environment = key.partition(", ")
    return [TIER_NAMES.get(tier, tier), *([environment] if environment else [])]
