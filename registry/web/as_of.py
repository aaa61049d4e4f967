"""Pages that only tell how something stood at a past instant, and the choice of another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy

from registry.rules.as_of import NotYet
from registry.rules.refusals import Refused
from registry.services import as_of, matrices
from registry.templatetags.words import told as sentence
from registry.web.deployments import MomentField
from registry.web.forms import Form
from registry.web.requests import PersonRequest
from registry.web.risk import grid


class InstantField(MomentField):
    """A day and a time; without a zone, in that of the page."""

    def to_python(self, value: Any) -> datetime | None:
        """Take an instant as the journal and the API write it, too."""
        try:
            instant = parse_datetime(value.strip()) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or timezone.is_naive(instant):
            instant = super().to_python(value)
        try:
            # The first and the last day of the calendar are beyond it in other zones.
            return timezone.localtime(instant).astimezone(UTC) if instant else None
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class AsOfForm(Form):
    """As of when it is to be told; left empty, as of now."""

    as_of = InstantField(required=False, label=gettext_lazy("As of"))


def is_asked(request: PersonRequest) -> bool:
    """Say whether the page is to tell how things stood, and not how they stand."""
    return "as_of" in request.GET


def page(
    request: PersonRequest,
    template: str,
    function: Callable[[Any, datetime], dict[str, Any]],
    about: Any,
    **context: Any,
) -> HttpResponse:
    """Show how something stood, or why that cannot be told: 404 for what was not there yet."""
    form, at = AsOfForm(request.GET), timezone.now()
    told: dict[str, Any] | None = None
    wrong, status = [], 200
    if form.is_valid():
        at = form.cleaned_data["as_of"] or at
        try:
            told = function(about, at)
        except Refused as refusal:
            wrong, status = [sentence(one) for one in refusal.objections], 422
        except NotYet as error:
            wrong, status = [sentence(error.objection)], 404
    else:
        wrong, status = [str(one) for errors in form.errors.values() for one in errors], 422
    return render(
        request,
        template,
        {
            "form": AsOfForm(initial={"as_of": at}),
            "told": told,
            "wrong": wrong,
            "now": request.path,
            **(_grid(told, at) if told and "cells" in told else {}),
            **context,
        },
        status=status,
    )


def portfolio(request: PersonRequest) -> HttpResponse:
    """Where the models of the person's units stood."""
    return page(request, "registry/as_of_portfolio.html", as_of.portfolio_as_of, request.user)


def _grid(told: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the matrix in force then, with how many models stood in each cell."""
    matrix = matrices.in_force_at(at)
    if matrix is None:
        return {}
    marks = {(cell["likelihood"], cell["impact"]): [str(cell["models"])] for cell in told["cells"]}
    return {"grid": grid(matrix.definition, marks), "impacts": matrix.definition["impacts"]}
