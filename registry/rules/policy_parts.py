"""The parts a policy is made of: what each may say, and what stands in for one left out."""

from __future__ import annotations

from collections.abc import Callable

from registry.rules.policy_tiers import LIKE
from registry.rules.releases import HANDS
from registry.rules.wording import gettext_noop

VERDICTS = ("pass", "warn", "undecided", "fail", "none")
STRENGTHS = ("password", "second_factor")
SEVERITIES = ("low", "medium", "high", "critical")
# Ten years: what is to last longer is better decided on again.
MOST_DAYS = 3650
LONGEST_OVERRIDE_DAYS = 14
# Where an edition from before reviews were asked for says nothing.
DEFAULT_REVIEW_DAYS = {1: 365, 2: 365, 3: 730, 4: 1095}

POLICY_PARTS = ("name", "title", "plans", "tiers")
EVIDENCE_PARTS = (
    "max_age_days",
    "verdicts",
    "reproduced",
    "closes_gate",
    "independent",
)
# What a tier has to say, itself or by the tier it is like.
REQUIRED = (
    "card_sections",
    "data_roles",
    "risk_assessed",
    "deputy_named",
    "evidence",
    "stages",
    "approval_days",
)


def is_flag(value: object) -> bool:
    """Whether this is true or false, and nothing that only counts as such."""
    return isinstance(value, bool)


def is_days(least: int, most: int) -> Callable[[object], bool]:
    """Return whether a value is a whole number between these, both included."""
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    )


def is_one_of(known: tuple[str, ...]) -> Callable[[object], bool]:
    """Return whether a value is one of these names."""
    return lambda value: isinstance(value, str) and value in known


def are_of(known: tuple[str, ...]) -> Callable[[object], bool]:
    """Return whether a value is a list of such names, none of them twice."""
    return lambda value: (
        isinstance(value, list)
        and all(isinstance(name, str) and name in known for name in value)
        and len(set(value)) == len(value)
    )


FLAG = gettext_noop("Tier %(tier)s: %(part)s is true or false.")
DAYS = gettext_noop("Tier %(tier)s: %(part)s is a whole number of days, from 1 to 3650.")
NAMES = gettext_noop("Tier %(tier)s: %(part)s is a list of known names: %(known)s.")
# Each part of a tier with one value: whether the value fits, what to say when not, what is known.
PARTS: dict[str, tuple[Callable[[object], bool], str, tuple[str, ...]]] = {
    "risk_assessed": (is_flag, FLAG, ()),
    "deputy_named": (is_flag, FLAG, ()),
    "conditions_allowed": (is_flag, FLAG, ()),
    "new_edition_closes_gate": (is_flag, FLAG, ()),
    "scorecard_filled": (is_flag, FLAG, ()),
    "approval_days": (is_days(1, MOST_DAYS), DAYS, ()),
    "review_days": (is_days(1, MOST_DAYS), DAYS, ()),
    "override_days": (
        is_days(0, LONGEST_OVERRIDE_DAYS),
        gettext_noop(
            "Tier %(tier)s: %(part)s is a whole number of days, from 0 (never) to 14; an emergency"
            " is over by then."
        ),
        (),
    ),
    "reauthentication": (
        is_one_of(STRENGTHS),
        gettext_noop("Tier %(tier)s: %(part)s is one of %(known)s."),
        STRENGTHS,
    ),
    "excluded": (are_of(tuple(HANDS)), NAMES, tuple(HANDS)),
    "open_findings_block": (are_of(SEVERITIES), NAMES, SEVERITIES),
}
TIER_PARTS = (LIKE, *REQUIRED, *(part for part in PARTS if part not in REQUIRED))
# Runs do not know where a version will run, so a plan cannot differ from place to place.
PLACE_PARTS = tuple(part for part in TIER_PARTS if part != LIKE)
