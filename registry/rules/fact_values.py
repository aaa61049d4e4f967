"""What facts of a case file and parts of a policy say, in words: codes by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from registry.rules.cards import SECTIONS
from registry.rules.catalogue import DATA_ROLES, TASKS, VERDICT_NAMES
from registry.rules.fact_names import PARTS, part_name
from registry.rules.findings import SEVERITIES
from registry.rules.matrices import DEFAULT_MATRIX, label
from registry.rules.plan_shapes import COMMON_MEASURES, DIRECTION_NAMES, PRESET_NAMES
from registry.rules.plans import EVERY
from registry.rules.policy_readings import HAND_NAMES, STRENGTH_NAMES
from registry.rules.risk import EFFECTIVENESS, KNOWLEDGE
from registry.rules.roles import ROLE_NAMES
from registry.rules.wording import gettext_noop

PLACES = {part: place for place, part in enumerate(PARTS)}
YES, NO = gettext_noop("yes"), gettext_noop("no")
NOTHING = "–"

LEVEL_NAMES = {step["code"]: label(step["name"], "en") for step in DEFAULT_MATRIX["levels"]}
# By what the part is called; a text of any other part is nobody's code.
CODES: dict[str, Mapping[str, str]] = {
    "task": TASKS,
    "role": {**DATA_ROLES, **{role.value: name for role, name in ROLE_NAMES.items()}},
    "data_roles": DATA_ROLES,
    "card_sections": {section.code: section.name for section in SECTIONS},
    "verdicts": VERDICT_NAMES,
    "level": LEVEL_NAMES,
    "residual_level": LEVEL_NAMES,
    "design": EFFECTIVENESS,
    "operating": EFFECTIVENESS,
    "strength": KNOWLEDGE,
    "measure": COMMON_MEASURES,
    "attribute": {"": gettext_noop("all rows"), EVERY: gettext_noop("each of them")},
    "direction": DIRECTION_NAMES,
    "presets": PRESET_NAMES,
    "rule": {"all": gettext_noop("all of them"), "any": gettext_noop("any one of them")},
    "reauthentication": STRENGTH_NAMES,
    "excluded": HAND_NAMES,
    "open_findings_block": SEVERITIES,
}
# Whose keys are called as people called them.
KEYED_BY_PEOPLE = ("parameters", "reference", "grid")


def fact_value(value: Any, path: str, translate: Callable[[str], str]) -> str:
    """Return a fact in one line of words; ``path`` says which fact it is."""
    part = path.rpartition(".")[2]
    if value is None or value in ([], {}) or (value == "" and part not in CODES):
        return NOTHING
    if isinstance(value, bool):
        return translate(YES if value else NO)
    if isinstance(value, Mapping):
        return "; ".join(
            f"{_key(key, part, translate)}: {fact_value(one, key, translate)}"
            for key, one in sorted(value.items(), key=lambda pair: PLACES.get(pair[0], len(PLACES)))
        )
    if isinstance(value, list | tuple):
        between = " / " if any(isinstance(one, Mapping) for one in value) else ", "
        return between.join(fact_value(one, part, translate) for one in value)
    name = CODES.get(part, {}).get(value) if isinstance(value, str) else None
    if value == "" and name is None:
        return NOTHING
    # A number as it was handed in: rounding 1e-06 to 0.000 would state another value.
    return translate(name) if name else str(value)


def _key(key: str, part: str, translate: Callable[[str], str]) -> str:
    return key if part in KEYED_BY_PEOPLE else translate(part_name(key))
