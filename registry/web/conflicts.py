"""The page of the conflict report, and the report as a table to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from registry.models import Unit
from registry.rules.conflicts import KINDS, Conflict
from registry.services import conflicts
from registry.templatetags.words import told
from registry.web.requests import PersonRequest

PER_PAGE = 50
# A spreadsheet would run what begins like this.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@login_required
def conflict_list(request: PersonRequest) -> HttpResponse:
    """Where deciders were close to the work in the past twelve months."""
    units = Unit.objects.where(request.user, "conflicts.read")
    asked = request.GET.get("unit", "")
    unit = get_object_or_404(units, slug=asked) if asked else None
    found = conflicts.report(by=request.user, unit=unit)
    if request.GET.get("format") == "csv":
        return _table(request, found)
    kind = request.GET.get("kind", "")
    rows = [(one, KINDS[one.kind]) for one in found if kind not in KINDS or one.kind == kind]
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "counts": [
            (code, name, sum(1 for one in found if one.kind == code))
            for code, name in KINDS.items()
        ],
        "kind": kind,
        "units": units,
        "unit": unit,
    }
    return render(request, "registry/conflicts.html", context)


def _table(request: PersonRequest, found: Iterable[Conflict]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Date"), _("Kind"), _("About"), _("People"), _("Ground"), _("Link")])
    for one in found:
        cells = [
            one.at.isoformat(timespec="seconds"),
            _(KINDS[one.kind]),
            one.about,
            "; ".join(one.people),
            told(one.ground),
            request.build_absolute_uri(one.link),
        ]
        writer.writerow([harmless(cell) for cell in cells])
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="conflicts.csv"'
    return response


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet takes as text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
