"""What a page shows of a fairness measurement: each attribute's groups, with charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audits.charts import group_rates
from audits.web.exhibits import fairness_tables, strata_tables
from audits.web.exhibits.fairness_cells import group_words, plain
from audits.web.exhibits.pictures import marked
from audits.wording import measure_name

Facts = Mapping[str, Any]

FIRST = ("impact_ratio", "mae", "accuracy")
FOUR_FIFTHS = 0.8


def parts(measurement: Facts) -> dict[str, Any]:
    """Return the context of the fairness part of a page."""
    return {
        "attributes": [attribute(measurement, name) for name in names(measurement)],
        "significant": significant(measurement),
        "given": strata_tables.given(measurement),
        "law": strata_tables.law(measurement),
    }


def names(measurement: Facts) -> list[str]:
    """Return the attributes in the order in which they were measured."""
    return list(dict.fromkeys(group["attribute"] for group in measurement.get("groups") or []))


def attribute(measurement: Facts, name: str) -> dict[str, Any]:
    """Return the groups of a sensitive attribute: a chart, the figures that lead, and the rest."""
    groups = [group for group in measurement["groups"] if group["attribute"] == name]
    comparisons = [one for one in measurement["comparisons"] if one["attribute"] == name]
    first = next((one for one in FIRST if any(figure_of(group, one) for group in groups)), "")
    return {
        "name": name,
        "chart": chart(name, groups, first, limit_of(measurement, name)),
        "selects": first == "impact_ratio",
        "lead": fairness_tables.lead(groups, first),
        "tables": [
            table
            for table in (
                fairness_tables.rates(groups),
                fairness_tables.versus(groups, name),
                fairness_tables.scores(groups, name, measurement.get("score_bins")),
                fairness_tables.between(comparisons),
            )
            if table
        ],
    }


def chart(name: str, groups: Sequence[Facts], measure: str, limit: float) -> SafeString | str:
    """Draw one measure of an attribute's groups; the impact ratio with its limit."""
    drawn = [group for group in groups if figure_of(group, measure)]
    if not drawn:
        return ""
    ratio = measure == "impact_ratio"
    svg = group_rates(
        drawn,
        measure,
        limit if ratio else None,
        target="page",
        title=_("%(measure)s by %(attribute)s, with 95 %% intervals")
        % {"measure": measure_name(measure, _), "attribute": name},
        description=_("The same figures are in the table below."),
        name=group_words,
        number=plain,
        absent=_("not estimable"),
    )
    return marked(svg)


def figure_of(group: Facts, measure: str) -> Facts | None:
    """Return a rate or the impact ratio of a group; None where it is not there or withheld."""
    found: Facts | None = group["measures"].get(measure) or group.get(measure)
    return found


def limit_of(measurement: Facts, name: str) -> float:
    """Return the limit that the plan sets to an attribute's impact ratio, or four fifths."""
    limits = [
        check["limit"]
        for check in measurement.get("checks") or []
        if (check["measure"], check["attribute"]) == ("impact_ratio", name)
    ]
    return limits[0] if limits else FOUR_FIFTHS


def significant(measurement: Facts) -> dict[str, Any] | None:
    """Return which groups are selected significantly differently; None where nothing was tested."""
    holm = (measurement.get("honesty") or {}).get("holm")
    if not holm:
        return None
    told = {
        f"{group['attribute']}: {group['group']}": f"{group['attribute']}: {group_words(group)}"
        for group in measurement["groups"]
    }
    return {"tests": holm["tests"], "differ": [told.get(one, one) for one in holm["differ"]]}
