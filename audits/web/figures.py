"""What an exhibit that holds a measurement shows.

Verdicts as sentences, charts, tables, honesty block.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from audits.services import imports
from audits.suppression import suppress
from audits.web.exhibits import data_records, drift, explanation, fairness, performance
from audits.wording import ORDER, sentence
from registry.models import Evidence, User
from registry.services import files, rights
from registry.web.requests import PersonRequest

FORMAT = "mlops-gov/measurement/1"
PARTS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "performance": performance.parts,
    "fairness": fairness.parts,
    "explanation": explanation.parts,
    "drift": drift.parts,
    "data": data_records.parts,
}


@login_required
def figures(request: PersonRequest, pk: int) -> HttpResponse:
    """The figures of one exhibit, for the place another page leaves for them."""
    found = get_object_or_404(
        Evidence.objects.visible_to(request.user).select_related("file", "version__model__unit"),
        pk=pk,
    )
    context = {"exhibit": found, "brief": "brief" in request.GET, **of_exhibit(found, request.user)}
    template = "audits/parts/figures.html" if request.htmx else "audits/figures.html"
    return render(request, template, context)


def of_exhibit(evidence: Evidence, reader: User) -> dict[str, Any]:
    """Return the measurement inside an exhibit, made ready for a page.

    Empty for another kind of file. Small counts are left out for a reader without the right to
    them.
    """
    try:
        content = json.loads(files.read_checked(evidence.file))
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    if content.get("format") != FORMAT:
        return {"evidently": imports.evidently_in(evidence, content)}
    if content["kind"] not in PARTS:
        return {}
    unit = evidence.version.model.unit
    is_whole = rights.may(by=reader, verb="small_cells.read", unit=unit)
    content = content if is_whole else suppress(content)
    told = [(check, sentence(check, _)) for check in content["checks"]]
    told.sort(key=lambda one: ORDER.index(one[0]["verdict"]))
    return {
        "measurement": content,
        "is_whole": is_whole,
        "sentences": [
            one for one in told if one[0]["verdict"] != "pass" and one[0]["reason"] != "too_few"
        ],
        "passed": [one for one in told if one[0]["verdict"] == "pass"],
        "too_few": [one for one in told if one[0]["reason"] == "too_few"],
        "part": f"audits/parts/figures/{content['kind']}.html",
        **PARTS[content["kind"]](content),
    }
