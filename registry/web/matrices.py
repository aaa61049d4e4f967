"""The pages of the risk matrix: its editions, and editing it with a look ahead before saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from registry.models import RiskMatrix
from registry.rules import casefile
from registry.rules.matrices import STEPS, level
from registry.services import matrices, rights
from registry.templatetags.words import level_name
from registry.web.forms import refusals_on
from registry.web.matrix_forms import MatrixForm
from registry.web.requests import PersonRequest
from registry.web.risk import grid


@login_required
def matrix(request: PersonRequest) -> HttpResponse:
    """The matrix in force or an earlier edition, and who edited it why."""
    editions = list(RiskMatrix.objects.select_related("edited_by").order_by("-pk"))
    asked = request.GET.get("edition")
    shown = next((one for one in editions if str(one.edition) == asked), None)
    shown = shown or matrices.in_force()
    context = {
        "editions": editions,
        "shown": shown,
        "grid": grid(shown.definition, {}),
        "may_edit": rights.may_anywhere(by=request.user, verb="matrix.edit"),
    }
    return render(request, "registry/matrix.html", context)


@login_required
def edit_matrix(request: PersonRequest) -> HttpResponse:
    """Edit the matrix; nothing is saved that was not looked at in a preview first."""
    rights.require_anywhere(by=request.user, verb="matrix.edit")
    current = matrices.in_force()
    form = MatrixForm(
        request.POST or None,
        definition=current.definition,
        initial={"based_on": current.edition},
    )
    context: dict[str, Any] = {"current": current}
    if request.method == "POST" and form.is_valid():
        definition = form.definition()
        with refusals_on(form):
            context |= _preview(definition, current.definition, request)
            if "save" in request.POST and form.cleaned_data["previewed"] == context["digest"]:
                edited = matrices.edit(
                    definition=definition,
                    reason=form.cleaned_data["reason"],
                    based_on=form.cleaned_data["based_on"],
                    by=request.user,
                )
                messages.success(request, _("%(matrix)s is in force.") % {"matrix": edited})
                return redirect("matrix")
    status = 409 if form.refused else (422 if form.is_bound and form.errors else 200)
    context["form"] = form
    context["is_changed_since"] = "save" in request.POST and not form.errors
    return render(request, "registry/edit_matrix.html", context, status=status)


def _preview(
    definition: Mapping[str, Any], current: Mapping[str, Any], request: PersonRequest
) -> dict[str, Any]:
    preview = matrices.preview(definition=definition, user=request.user)
    return {
        "preview": preview,
        "digest": casefile.digest(casefile.canonical(definition)),
        "grid": grid(definition, _changed_cells(definition, current)),
        "impacts": definition["impacts"],
    }


def _changed_cells(
    definition: Mapping[str, Any], current: Mapping[str, Any]
) -> dict[tuple[int, int], list[str]]:
    """Return what each cell was that has another level now."""
    cells = [(likelihood, impact) for likelihood in STEPS for impact in STEPS]
    return {
        cell: [_("was %(level)s") % {"level": level_name(level(current, *cell))}]
        for cell in cells
        if level(current, *cell) != level(definition, *cell)
    }
