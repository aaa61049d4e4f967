"""Settings: the person's units, who holds which role there, granting and ending roles."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.connections.configured import KIND_NAMES
from registry.models import Membership, PolicyEdition, RiskMatrix, Unit, User
from registry.rules.roles import ROLE_NAMES, Role
from registry.services import data_queries, rights, units
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.requests import PersonRequest


@login_required
def settings(request: PersonRequest) -> HttpResponse:
    """The person's units, the policy and matrix in force, and the connections to data."""
    context = {
        "units": Unit.objects.visible_to(request.user),
        "administers": Unit.objects.where(request.user, "event.send_again").exists(),
        "reads_store": rights.may_anywhere(by=request.user, verb="store.read"),
        "policies": PolicyEdition.objects.in_force(),
        "matrices": RiskMatrix.objects.all(),
        "connections": [(one, KIND_NAMES[one.kind]) for one in data_queries.configured()],
    }
    return render(request, "registry/settings.html", context)


class GrantForm(Form):
    """A role for a person."""

    user = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Person"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, gettext_lazy(name)) for role, name in ROLE_NAMES.items()],
    )


@login_required
def unit(request: PersonRequest, slug: str) -> HttpResponse:
    """Who holds which role in a unit; an administrator grants more."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), slug=slug)
    form = GrantForm(request.POST or None)
    form.fields["user"].queryset = User.objects.filter(is_active=True).order_by(
        "last_name", "username"
    )
    form.fields["user"].label_from_instance = lambda person: (
        f"{person.printed_name} ({person.username})"
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            units.grant(
                unit=unit,
                user=form.cleaned_data["user"],
                role=Role(form.cleaned_data["role"]),
                by=request.user,
            )
            return redirect("unit", slug)
    return show(
        request,
        "registry/unit.html",
        form,
        unit=unit,
        memberships=unit.memberships.select_related("user", "granted_by", "ended_by"),
        may_grant=rights.may(by=request.user, verb="membership.grant", unit=unit),
    )


@login_required
@require_POST
def end_membership(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """End a role from now on."""
    visible = Membership.objects.filter(unit__in=Unit.objects.visible_to(request.user))
    membership = get_object_or_404(visible, pk=pk, unit__slug=slug)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            units.end(membership=membership, reason=form.cleaned_data["reason"], by=request.user)
    tell_errors(request, form)
    return redirect("unit", slug)
