"""The exhibits as chapters show them: the latest of each kind in full, the earlier in a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from audits.rendering.figures import group_name
from audits.rendering.words import INTERVALS
from audits.wording import MEASURE_MEANINGS
from registry.rules.evidence import OUR_FORMATS

Facts = Mapping[str, Any]
MEASURED = ("data", "performance", "fairness", "explanation", "drift")
# Each is one minus another rate in the same table; the files state them all.
COMPLEMENTS = {
    "true_negative_rate": "false_positive_rate",
    "false_negative_rate": "true_positive_rate",
}
MOST_COLUMNS = 4
MOST_CLASSES = 10


@dataclass(frozen=True)
class Kind:
    """All exhibits of one kind: the one shown in full, those before it, and those filed since.

    What a decision rests on is shown before what was filed after the case file was frozen.
    """

    code: str
    latest: Facts
    earlier: list[Facts]
    since: list[Facts] = field(default_factory=list)


@dataclass(frozen=True)
class Attribute:
    """A sensitive attribute (or where several meet), with its groups and what compares them."""

    name: str
    groups: list[Facts]
    comparisons: list[Facts]
    shows_selection: bool
    columns: list[list[str]] = field(default_factory=list)

    @property
    def is_small(self) -> bool:
        """Whether a table of the groups is better moved to the next page than broken."""
        return len(self.groups) <= 4


def kinds(evidence: Sequence[Facts], listed: Collection[int] | None = None) -> list[Kind]:
    """Return the kinds that occur: what is measured first, then the others by name.

    ``listed`` are the exhibits of the case file; without it all of them are.
    """
    by_kind: dict[str, list[Facts]] = {}
    for exhibit in sorted(evidence, key=lambda one: (one["at"], one["id"]), reverse=True):
        by_kind.setdefault(exhibit["kind"], []).append(exhibit)
    order = [*MEASURED, *sorted(set(by_kind) - set(MEASURED))]
    return [_kind(code, by_kind[code], listed) for code in order if code in by_kind]


def _kind(code: str, newest_first: list[Facts], listed: Collection[int] | None) -> Kind:
    """Show the newest of the case file in full; where it has none, the newest filed since."""
    later = [] if listed is None else [one for one in newest_first if one["id"] not in listed]
    frozen = [one for one in newest_first if one not in later]
    if not frozen:
        return Kind(code, later[0], later[1:])
    return Kind(code, frozen[0], frozen[1:], later)


def is_measurement(exhibit: Facts) -> bool:
    """Say whether this was measured here, so that the content has the shape our chapters read.

    No file that was handed in may claim our formats; whatever else it says proves no shape.
    """
    content = exhibit["content"]
    return (
        isinstance(content, Mapping)
        and str(content.get("format", "")).startswith(OUR_FORMATS)
        and content.get("kind") in MEASURED
        and isinstance(content.get("honesty"), Mapping)
    )


def attributes(content: Facts) -> list[Attribute]:
    """Return the attributes of a fairness measurement, in the order in which they were measured."""
    groups = content.get("groups") or []
    checks = content.get("checks") or []
    return [
        _attribute(
            name,
            [_with_verdict(group, checks) for group in groups if group["attribute"] == name],
            [one for one in content.get("comparisons") or [] if one["attribute"] == name],
        )
        for name in dict.fromkeys(group["attribute"] for group in groups)
    ]


def _attribute(name: str, groups: list[Facts], comparisons: list[Facts]) -> Attribute:
    present = {code for group in groups for code in group["measures"]}
    dropped = {code for code, other in COMPLEMENTS.items() if other in present} & present
    codes = sorted(present - dropped - {"selection_rate"}, key=_order)
    return Attribute(
        name=name,
        groups=groups,
        comparisons=comparisons,
        shows_selection="selection_rate" in present,
        columns=[codes[n : n + MOST_COLUMNS] for n in range(0, len(codes), MOST_COLUMNS)],
    )


def _order(code: str) -> tuple[int, str]:
    preferred = ("true_positive_rate", "false_positive_rate", *MEASURE_MEANINGS)
    return (preferred.index(code) if code in preferred else len(preferred), code)


def checks(content: Facts) -> list[Facts]:
    """Return the checks, each with the values of the group it is about, as the tables name it."""
    return [
        {**check, "values": _values_of(check, content)} for check in content.get("checks") or []
    ]


def _values_of(check: Facts, content: Facts) -> Any:
    return next(
        (group.get("values") for group in content.get("groups") or [] if _is_about(check, group)),
        None,
    )


def _is_about(check: Facts, group: Facts) -> bool:
    return all(check.get(key) == group.get(key) for key in ("attribute", "group", "missing"))


def _with_verdict(group: Facts, checks: Sequence[Facts]) -> Facts:
    """Return the group with the check of its impact ratio, where there is one."""
    own = next(
        (
            check
            for check in checks
            if check["measure"] == "impact_ratio" and _is_about(check, group)
        ),
        None,
    )
    return {**group, "check": own, "name": group_name(group)}


def confusion(content: Facts) -> Facts | None:
    """Return the table of actual against predicted classes; None where there is none."""
    counts = content.get("confusion")
    if not counts:
        return None
    if "matrix" in counts:
        labels = [str(label) for label in counts["labels"]]
        if len(labels) > MOST_CLASSES:
            return {"too_large": len(labels)}
        return {"labels": labels, "rows": list(zip(labels, counts["matrix"], strict=True))}
    positive = str(content["scored"].get("positive_label") or gettext("positive"))
    other = gettext("not %(label)s") % {"label": positive}
    return {
        "labels": [positive, other],
        "rows": [
            (positive, [counts["true_positives"], counts["false_negatives"]]),
            (other, [counts["false_positives"], counts["true_negatives"]]),
        ],
    }


def measured_on(exhibit: Facts) -> Facts | None:
    """Return the data that a measurement states it was made on; other files state none."""
    about = exhibit["content"].get("about") if is_measurement(exhibit) else None
    return about.get("data") if isinstance(about, Mapping) else None


def interval_methods(content: Facts) -> list[str]:
    """Return the methods behind the intervals, in the order in which they are met."""
    figures = [*content.get("measures", []), *content.get("comparisons", [])]
    for group in content.get("groups", []):
        figures += [*group["measures"].values(), *(group.get("scores") or {}).values()]
        figures += [group.get(one) or {} for one in ("impact_ratio", "treatment_ratio")]
        for pair in ((group.get("versus") or {}).get("rates") or {}).values():
            figures += pair.values()
    figures += [one["figure"] for one in content.get("conditional") or []]
    methods = dict.fromkeys(one.get("interval") for one in figures if one.get("low") is not None)
    return [method for method in methods if method in INTERVALS]


def too_few(content: Facts) -> list[str]:
    """Return the groups that are too few to judge, by the names the tables use."""
    named = _names(content)
    return [named.get(name, name) for name in content["honesty"].get("too_few") or []]


def not_estimable(content: Facts) -> list[Facts]:
    """Return what could not be estimated, the groups by the names the tables use."""
    named = _names(content)
    gaps = content["honesty"].get("not_estimable") or []
    return [{**gap, "group": named.get(gap["group"], gap["group"])} for gap in gaps]


def _names(content: Facts) -> dict[str, str]:
    return {
        f"{group['attribute']}: {group['group']}": f"{group['attribute']}: {group_name(group)}"
        for group in content.get("groups") or []
    }


def rows_dropped(honesty: Facts) -> list[Facts]:
    """Return the reasons for which rows were in fact left out."""
    return [one for one in honesty.get("dropped") or [] if one["rows"]]


def limits(content: Facts) -> dict[str, Facts]:
    """Return the check on each measure as a whole, by the measure's name."""
    return {
        check["measure"]: check for check in content.get("checks") or [] if not check.get("group")
    }


def used_measures(evidence: Sequence[Facts]) -> list[str]:
    """Return the codes of every measure that the report prints, in the glossary's order."""
    found: set[str] = set()
    for exhibit in evidence:
        if is_measurement(exhibit):
            content = exhibit["content"]
            found |= {one["name"] for one in content.get("measures") or []}
            found |= {one["name"] for one in content.get("comparisons") or []}
            found |= {one["measure"] for one in content.get("checks") or []}
            for group in content.get("groups") or []:
                found |= set(group["measures"])
                found |= set(group.get("scores") or {})
                found |= {one for one in ("impact_ratio", "treatment_ratio") if group.get(one)}
            found |= {one["figure"]["name"] for one in content.get("conditional") or []}
            if content.get("ll144"):
                found.add("ll144_impact_ratio")
    return [code for code in MEASURE_MEANINGS if code in found]
