"""The first page: what needs the person now, and the portfolio at a glance."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from audits.services import alerts, portfolios
from audits.services import today as service
from registry.models import Unit
from registry.rules.refusals import Refused
from registry.services import matrices
from registry.web import as_of
from registry.web.requests import PersonRequest
from registry.web.risk import grid


@login_required
def today(request: PersonRequest) -> HttpResponse:
    """What waits for this person, what goes wrong, and where the risks stand."""
    if as_of.is_asked(request):
        return as_of.portfolio(request)
    portfolio = portfolios.portfolio(request.user)
    try:
        matrix = matrices.in_force().definition
    except Refused:
        matrix = None
    context = {
        "needs": service.needs(request.user),
        "alerts": alerts.alerts(request.user),
        "portfolio": portfolio,
        "grid": grid(matrix, portfolio.cells) if matrix else [],
        "impacts": matrix["impacts"] if matrix else [],
        "may_register": Unit.objects.where(request.user, "model.register").exists(),
    }
    return render(request, "audits/today.html", context)
