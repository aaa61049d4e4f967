"""Pages of attestations: the rounds, one round with what its owners said, and opening one."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import AttestationRound, Unit
from registry.rules import attestations as rules
from registry.services import attestations, rights
from registry.web.attestation_forms import ConfirmForm, OpenRoundForm
from registry.web.forms import refusals_on, show
from registry.web.requests import PersonRequest
from registry.web.signing_forms import show_unsigned, signature_on

PER_PAGE = 50
USUAL_WAIT = timedelta(days=30)


@login_required
def attestation_list(request: PersonRequest) -> HttpResponse:
    """Every round of the person's units, the newest first, with how many have confirmed."""
    visible = AttestationRound.objects.visible_to(request.user)
    found = visible.select_related("unit", "opened_by").prefetch_related("confirmations")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    rows = [
        (one, one.confirmations.all(), waiting, bool(waiting) and one.due_on < today)
        for one in page
        for waiting in [attestations.waiting(one)]
    ]
    may_open = Unit.objects.where(request.user, "attestation.open").exists()
    context = {"page": page, "rows": rows, "may_open": may_open}
    return render(request, "registry/attestations.html", context)


@login_required
def open_attestation(request: PersonRequest) -> HttpResponse:
    """Freeze the inventory of a unit for a period."""
    units = Unit.objects.where(request.user, "attestation.open")
    if not units.exists():
        raise PermissionDenied(_("Opening a round takes the role model risk manager in a unit."))
    today = timezone.localdate()
    form = OpenRoundForm(request.POST or None, initial={"due_on": today + USUAL_WAIT})
    form.fields["unit"].queryset = units
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            opened = attestations.open_round(**form.cleaned_data, by=request.user)
            return redirect("attestation", opened.pk)
    return show(request, "registry/open_attestation.html", form)


def round_or_404(request: PersonRequest, pk: int) -> AttestationRound:
    """Return a visible round with what its page shows."""
    visible = AttestationRound.objects.visible_to(request.user)
    found: AttestationRound = get_object_or_404(
        visible.select_related("unit", "opened_by").prefetch_related("confirmations"), pk=pk
    )
    return found


@login_required
def attestation(request: PersonRequest, pk: int) -> HttpResponse:
    """One round: the frozen inventory, who said what of it, and what is different by now."""
    found = round_or_404(request, pk)
    inventory = found.inventory
    mine = rules.models_of(inventory, request.user.pk)
    waiting = attestations.waiting(found)
    confirms = (
        bool(mine)
        and any(owner.id == request.user.pk for owner in waiting)
        and rights.may(by=request.user, verb="attestation.confirm", unit=found.unit)
    )
    context = {
        "round": found,
        "inventory": inventory,
        "waiting": waiting,
        "late": bool(waiting) and found.due_on < timezone.localdate(),
        "drift": attestations.drift_of(found),
        "mine": mine,
        "confirms": confirms,
    }
    if not mine and request.method == "POST":
        raise PermissionDenied(
            _("You own no model in this inventory; nobody confirms for another.")
        )
    if not mine:
        return render(request, "registry/attestation.html", context)
    form = ConfirmForm(request.POST or None, mine=mine, digest=found.digest)
    form.ask_for_proof(request, subject=found, digest=found.digest)
    if request.method == "POST" and form.is_valid():
        with signature_on(form):
            attestations.confirm(
                attestation=found,
                says=form.cleaned_data["says"],
                exceptions=form.exceptions(),
                digest=form.cleaned_data["digest"],
                proof=form.proof,
                by=request.user,
            )
            messages.success(request, _("Confirmed and signed."))
            return redirect("attestation", pk)
    return show_unsigned(request, "registry/attestation.html", form, **context)


@login_required
def inventory_text(request: PersonRequest, pk: int) -> HttpResponse:
    """The inventory as the very text that was digested."""
    found = round_or_404(request, pk)
    response = HttpResponse(found.text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="inventory-{found.digest[:12]}.json"'
    return response
