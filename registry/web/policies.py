"""Pages of the policy: its editions, each as a lawyer reads it, proposing one and approving it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import PolicyEdition
from registry.rules.casefile import differences
from registry.rules.policy_editions import MEANING, NEEDED, Standing, objections_to_approving
from registry.rules.policy_readings import readings, unfolded
from registry.rules.refusals import Objection, Refused
from registry.services import (
    policies,
    policy_approvals,
    policy_proposals,
    policy_simulations,
    policy_texts,
    rights,
)
from registry.web.forms import Form, refusals_on, show
from registry.web.requests import PersonRequest
from registry.web.signing_forms import ProofFields, show_unsigned, signature_on

PER_PAGE = 50


@login_required
def policy_list(request: PersonRequest) -> HttpResponse:
    """Every edition, the newest first, and where each stands."""
    current = policies.in_force()
    editions = PolicyEdition.objects.filter(name=current.name).for_list()
    page = Paginator(editions, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(edition, policy_proposals.standing_of(edition, current)) for edition in page],
        "needed": NEEDED,
        "may_propose": rights.may_anywhere(by=request.user, verb="policy.propose"),
    }
    return render(request, "registry/policies.html", context)


class ApproveForm(ProofFields):
    """What a signature on an edition takes beside the proof."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))
    digest = forms.CharField(widget=forms.HiddenInput)


@login_required
def policy(request: PersonRequest, edition: int) -> HttpResponse:
    """One edition as people read it; who may approve a proposal signs here."""
    current = policies.in_force()
    editions = PolicyEdition.objects.filter(name=current.name).for_list()
    shown = get_object_or_404(editions, edition=edition)
    form = ApproveForm(request.POST or None, initial={"digest": shown.digest})
    form.ask_for_proof(
        request, subject=shown, strength=policy_approvals.strength_asked(), digest=shown.digest
    )
    if request.method == "POST":
        rights.require_anywhere(by=request.user, verb="policy.approve")
        if form.is_valid():
            with signature_on(form):
                policy_approvals.approve(
                    edition=shown,
                    digest=form.cleaned_data["digest"],
                    reason=form.cleaned_data["reason"],
                    proof=form.proof,
                    by=request.user,
                )
                return redirect("policy", edition)
    context = _one_edition(request, shown, current)
    return show_unsigned(request, "registry/policy.html", form, **context)


def _one_edition(
    request: PersonRequest, shown: PolicyEdition, current: PolicyEdition
) -> dict[str, Any]:
    standing = policy_proposals.standing_of(shown, current)
    waits = standing is Standing.PROPOSED
    return {
        "edition": shown,
        "standing": standing,
        "waits": waits,
        "needed": NEEDED,
        "meaning": MEANING,
        "readings": readings(shown.definition),
        "changes": _changes(shown.base.definition, shown.definition) if shown.base else None,
        "simulation": policy_simulations.shown_to(request.user, shown.definition)
        if waits
        else None,
        "objections": _against_signing(request, shown, standing) if waits else [],
        "may_approve": waits and rights.may_anywhere(by=request.user, verb="policy.approve"),
        "text": shown.text or policy_texts.written(shown.definition),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    return list(differences(unfolded(before), unfolded(after)))


def _against_signing(
    request: PersonRequest, shown: PolicyEdition, standing: Standing
) -> list[Objection]:
    return objections_to_approving(
        standing,
        author=shown.proposed_by_id,
        signers=[approval.signer_id for approval in shown.approvals.all()],
        signer=request.user.pk,
    )


class ProposeForm(Form):
    """A whole policy as text, and why it is to change."""

    text = forms.CharField(
        label=gettext_lazy("The policy, in YAML"),
        strip=False,
        max_length=policy_texts.MOST_BYTES,
        widget=forms.Textarea({"rows": 30, "spellcheck": "false", "class": "source"}),
    )
    note = forms.CharField(
        required=False,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("What the change is for; those who approve it read this first."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Return it with the line ends of a file; a browser sends others."""
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


@login_required
def propose_policy(request: PersonRequest) -> HttpResponse:
    """Write an edition, starting from the one in force; a preview shows what it would do."""
    rights.require_anywhere(by=request.user, verb="policy.propose")
    current = policies.in_force()
    initial = {
        "text": current.text or policy_texts.written(current.definition),
        "based_on": current.edition,
    }
    form = ProposeForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"current": current, "needed": NEEDED}
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if "propose" in request.POST:
                edition = policy_proposals.propose(**form.cleaned_data, by=request.user)
                messages.success(
                    request, _("Edition %(edition)s is proposed.") % {"edition": edition.edition}
                )
                return redirect("policy", edition.edition)
            context |= _preview(request, form.cleaned_data["text"], current)
    return show(request, "registry/propose_policy.html", form, **context)


def _preview(request: PersonRequest, text: str, current: PolicyEdition) -> dict[str, Any]:
    definition = policy_texts.parse(text)
    objections = policy_proposals.objections_to(definition)
    if objections:
        raise Refused(*objections)
    return {
        "preview": True,
        "readings": readings(definition),
        "changes": _changes(current.definition, definition),
        "simulation": policy_simulations.shown_to(request.user, definition),
    }
