"""Proposing, confirming and withdrawing an override, each from the page of the tier."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from registry.services import rights, tier_overrides
from registry.web.forms import ReasonForm, refusals_on, tell_errors
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest
from registry.web.scorecards import ConfirmForm, ProposeForm, page
from registry.web.signing_forms import signature_on


@login_required
@require_POST
def propose_tier(request: PersonRequest, slug: str) -> HttpResponse:
    """Propose another tier than the scored one."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="tier.override", unit=model.unit)
    form = ProposeForm(request.POST, prefix="propose")
    if form.is_valid():
        with refusals_on(form):
            tier_overrides.propose(model=model, **form.cleaned_data, by=request.user)
            return redirect("scorecard", slug)
    return page(request, model, propose=form, status=409 if form.refused else 422)


@login_required
@require_POST
def confirm_tier(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Sign as the second person for another tier."""
    model = model_or_404(request, slug)
    override = get_object_or_404(model.tier_overrides.select_related("model__unit"), number=number)
    rights.require(by=request.user, verb="tier.confirm", unit=model.unit)
    digest = tier_overrides.digest_of(override)
    form = ConfirmForm(request.POST)
    form.ask_for_proof(request, subject=override, digest=digest)
    if form.is_valid():
        with signature_on(form):
            tier_overrides.confirm(
                override=override,
                digest=form.cleaned_data["digest"],
                proof=form.proof,
                by=request.user,
            )
            return redirect("scorecard", slug)
    if form.refused:
        # What is shown again is the proposal as it stands now, so the next signature is for that.
        form.data = {**request.POST.dict(), "digest": digest}
    status = 403 if form.unsigned else 409 if form.refused else 422
    return page(request, model, confirm=form, status=status)


@login_required
@require_POST
def withdraw_tier(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """End an override, waiting or in force."""
    model = model_or_404(request, slug)
    override = get_object_or_404(model.tier_overrides.select_related("model__unit"), number=number)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            tier_overrides.withdraw(
                override=override, reason=form.cleaned_data["reason"], by=request.user
            )
    tell_errors(request, form)
    return redirect("scorecard", slug)
