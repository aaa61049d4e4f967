"""Pages of conditions: offering what fulfils one, and accepting it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy

from registry.models import Condition, Evidence
from registry.rules.releases import STANDING
from registry.services import conditions, rights
from registry.web.forms import Form, refusals_on, show
from registry.web.requests import PersonRequest


class OfferForm(Form):
    """What fulfils a condition."""

    text = forms.CharField(
        label=gettext_lazy("What fulfils it"), widget=forms.Textarea({"rows": 3})
    )
    evidence = forms.ModelChoiceField(
        Evidence.objects.none(),
        required=False,
        label=gettext_lazy("Exhibit"),
        empty_label=gettext_lazy("No exhibit"),
    )

    def __init__(self, *args: Any, condition: Condition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = condition.release.version.evidence.all()


class AcceptForm(Form):
    """Why what was offered is accepted."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))


@login_required
def condition(request: PersonRequest, pk: int) -> HttpResponse:
    """One condition: its owner offers what fulfils it, somebody else accepts that."""
    visible = Condition.objects.visible_to(request.user).select_related(
        "release__version__model__unit", "owner", "decision", "evidence", "accepted_by"
    )
    found = get_object_or_404(visible, pk=pk)
    offers = found.owner_id == request.user.pk
    form = _form(request, found, offers)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            verb = conditions.offer if offers else conditions.accept
            verb(condition=found, by=request.user, **form.cleaned_data)
            return redirect("condition", pk)
    return show(
        request,
        "registry/condition.html",
        form,
        condition=found,
        release=found.release,
        offers=offers,
        may_act=_binds(found) and (offers or _may_accept(request, found)),
        binds=_binds(found),
    )


def _binds(condition: Condition) -> bool:
    """Say whether it still waits, under an approval that stands."""
    return not condition.accepted_at and condition.release.state in STANDING


def _form(request: PersonRequest, condition: Condition, offers: bool) -> Form:
    if offers:
        return OfferForm(request.POST or None, condition=condition)
    return AcceptForm(request.POST or None)


def _may_accept(request: PersonRequest, condition: Condition) -> bool:
    unit = condition.release.version.model.unit
    return bool(condition.offered_at) and rights.may(
        by=request.user, verb="condition.accept", unit=unit
    )
