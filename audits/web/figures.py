"""What an exhibit that holds a measurement shows.

Verdicts as sentences, charts, tables, honesty block.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from audits.charts import group_rates
from audits.wording import ORDER, measure_name, sentence
from registry.models import Evidence
from registry.services import files
from registry.web.requests import PersonRequest

FORMAT = "mlops-gov/measurement/1"
COLUMNS = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy")


@login_required
def figures(request: PersonRequest, pk: int) -> HttpResponse:
    """The figures of one exhibit, for the place another page leaves for them."""
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("file", "version__model"), pk=pk
    )
    context = {"exhibit": found, "brief": "brief" in request.GET, **of_exhibit(found)}
    template = "audits/parts/figures.html" if request.htmx else "audits/figures.html"
    return render(request, template, context)


def of_exhibit(evidence: Evidence) -> dict[str, Any]:
    """Return the measurement inside an exhibit, made ready for a page.

    Empty for another kind of file.
    """
    try:
        content = json.loads(files.read_checked(evidence.file))
    except ValueError:
        return {}
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return {}
    told = [(check, sentence(check, _)) for check in content["checks"]]
    told.sort(key=lambda one: ORDER.index(one[0]["verdict"]))
    return {
        "measurement": content,
        "sentences": [
            one for one in told if one[0]["verdict"] != "pass" and one[0]["reason"] != "too_few"
        ],
        "passed": [one for one in told if one[0]["verdict"] == "pass"],
        "too_few": [one for one in told if one[0]["reason"] == "too_few"],
        "attributes": attributes(content),
    }


def attributes(measurement: dict[str, Any]) -> list[dict[str, Any]]:
    """Return, for each sensitive attribute, its groups, its comparisons and its chart."""
    names = list(dict.fromkeys(group["attribute"] for group in measurement.get("groups", [])))
    told = []
    for name in names:
        groups = [group for group in measurement["groups"] if group["attribute"] == name]
        told.append(
            {
                "name": name,
                "groups": [{**group, "words": group_words(group)} for group in groups],
                "comparisons": [
                    one for one in measurement["comparisons"] if one["attribute"] == name
                ],
                "columns": [(column, measure_name(column, _)) for column in COLUMNS],
                # Built with an XML writer that escapes every text, so nothing
                # of a user's is markup.
                "chart": mark_safe(chart(name, groups)),  # noqa: S308
            }
        )
    return told


def chart(attribute: str, groups: list[dict[str, Any]]) -> str:
    """Draw the selection rates of an attribute's groups with the four-fifths line."""
    rates = [
        group["measures"]["selection_rate"]["value"] for group in groups if not group["too_few"]
    ]
    known = [rate for rate in rates if rate is not None]
    return group_rates(
        groups,
        "selection_rate",
        0.8 * max(known) if known else None,
        target="page",
        title=_("Selection rate by %(attribute)s, with 95 %% intervals") % {"attribute": attribute},
        description=_("The same figures are in the table below."),
        name=group_words,
        number=lambda value: f"{number_format(100 * value, decimal_pos=0)} %",
    )


def group_words(group: Mapping[str, Any]) -> str:
    """Return the name of a group; a missing value is said in the reader's language."""
    return ", ".join(
        _("not recorded") if value is None else str(value) for value in group["values"]
    )
