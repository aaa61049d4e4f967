"""Pages of delegations: the list of one's units, giving a seat, and ending what was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import Delegation, Membership, RegisteredModel, Unit, User
from registry.rules.delegations import LONGEST
from registry.rules.roles import DECIDERS, ENGAGED, ROLE_NAMES, Role
from registry.services import delegations, rights
from registry.web.deployments import MomentField
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.requests import PersonRequest

PER_PAGE = 50


class People(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers people by their printed names."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the printed name."""
        return str(obj.printed_name)


class GiveForm(Form):
    """Whose seat, to whom, for what, from when to when, and why."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), to_field_name="slug", label=gettext_lazy("Unit"), empty_label=None
    )
    role = forms.ChoiceField(label=gettext_lazy("My seat as"))
    delegate = People(
        User.objects.none(), to_field_name="username", label=gettext_lazy("Who signs in my place")
    )
    model = forms.ModelChoiceField(
        RegisteredModel.objects.none(),
        to_field_name="slug",
        label=gettext_lazy("For"),
        required=False,
        empty_label=gettext_lazy("Every model of the unit"),
    )
    starts_at = MomentField(
        label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Empty: from now on.")
    )
    ends_at = MomentField(label=gettext_lazy("Until"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Printed with every decision taken by it."),
    )

    def offer(self, by: User) -> None:
        """Offer the units, roles, people and models of this person."""
        units = Unit.objects.where(by, "delegation.give")
        held = Membership.objects.current().filter(unit__in=units)
        mine = set(held.filter(user_id=by.pk).values_list("role", flat=True))
        engaged = held.filter(role__in=sorted(ENGAGED)).values("user")
        people = User.objects.filter(is_active=True, pk__in=engaged).exclude(pk=by.pk)
        self.fields["unit"].queryset = units
        self.fields["role"].choices = [
            (role.value, _(ROLE_NAMES[role]))
            for role in Role
            if role in DECIDERS and role.value in mine
        ]
        self.fields["delegate"].queryset = people.order_by("last_name", "username")
        self.fields["model"].queryset = RegisteredModel.objects.filter(unit__in=units)

    def clean_starts_at(self) -> datetime:
        """Begin now where nothing is said."""
        said: datetime | None = self.cleaned_data["starts_at"]
        return said or timezone.now()


@login_required
def delegation_list(request: PersonRequest) -> HttpResponse:
    """Every delegation of the person's units, the newest first, with those of their own marked."""
    visible = Delegation.objects.visible_to(request.user)
    found = visible.select_related("unit", "giver", "delegate", "model", "ended_by")
    if request.GET.get("mine"):
        found = found.filter(Q(giver=request.user) | Q(delegate=request.user))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    now, me = timezone.now(), request.user.pk
    administered = set(Unit.objects.where(request.user, "membership.end").values_list("pk"))
    endable = set(Unit.objects.where(request.user, "delegation.end").values_list("pk"))
    rows = [
        (
            one,
            _standing(one, now),
            _standing(one, now) != "ended"
            and (one.unit_id,) in endable
            and (me in (one.giver_id, one.delegate_id) or (one.unit_id,) in administered),
        )
        for one in page
    ]
    may_give = rights.may_anywhere(by=request.user, verb="delegation.give")
    context = {"page": page, "rows": rows, "may_give": may_give, "me": me}
    return render(request, "registry/delegations.html", context)


def _standing(delegation: Delegation, now: datetime) -> str:
    if delegation.ended_at or delegation.ends_at <= now:
        return "ended"
    return "in_force" if delegation.starts_at <= now else "to_come"


@login_required
def give_delegation(request: PersonRequest) -> HttpResponse:
    """Give one's seat to somebody else for a time."""
    if not rights.may_anywhere(by=request.user, verb="delegation.give"):
        raise PermissionDenied(_("A seat is delegated by who holds a role that signs releases."))
    form = GiveForm(request.POST or None, initial={"ends_at": timezone.now() + timedelta(days=14)})
    form.offer(request.user)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            delegations.give(**form.cleaned_data, by=request.user)
            messages.success(request, _("Delegated; who signs in your place was told."))
            return redirect("delegations")
    return show(request, "registry/give_delegation.html", form, longest=LONGEST.days)


@login_required
@require_POST
def end_delegation(request: PersonRequest, pk: int) -> HttpResponse:
    """End a delegation before its day."""
    delegation = get_object_or_404(Delegation.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            reason = form.cleaned_data["reason"]
            delegations.end(delegation=delegation, reason=reason, by=request.user)
            messages.success(request, _("Ended."))
    tell_errors(request, form)
    return redirect("delegations")
