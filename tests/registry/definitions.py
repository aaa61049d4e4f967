"""A small sound policy, to be spoiled in one place."""

from __future__ import annotations

import copy
from typing import Any

TIER: dict[str, Any] = {
    "card_sections": ["model_details", "caveats"],
    "data_roles": ["train", "test"],
    "risk_assessed": True,
    "deputy_named": True,
    "evidence": {
        "fairness": {
            "max_age_days": 30,
            "verdicts": ["pass", "warn"],
            "reproduced": True,
            "closes_gate": True,
        }
    },
    "stages": [{"name": "Risk", "role": "model_risk_manager", "needed": 2}],
    "approval_days": 365,
}
POLICY: dict[str, Any] = {
    "name": "default",
    "plans": {"fairness": {"checks": []}},
    "tiers": {str(tier): TIER for tier in (1, 2, 3, 4)},
}


def with_tier(tier: str, **said: Any) -> dict[str, Any]:
    """Return the policy, one tier of it saying something more or else."""
    policy = copy.deepcopy(POLICY)
    policy["tiers"][tier] = {**copy.deepcopy(TIER), **said}
    return policy
