"""Pages of emergency releases: the list, one with its signatures, asking for one, ending one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import Override, Review
from registry.rules import overrides as rules
from registry.services import override_checks, overrides, rights
from registry.web.forms import ReasonForm, refusals_on, tell_errors
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest
from registry.web.signing_forms import ProofFields, show_unsigned, signature_on

PER_PAGE = 50


class AskForm(ProofFields):
    """Where to, for how long, and what the emergency is; asking is the first signature."""

    environment = forms.ChoiceField(label=gettext_lazy("Environment"))
    days = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=1, max_value=rules.LONGEST_DAYS, initial=1
    )
    reason = forms.CharField(
        label=gettext_lazy("The emergency"), widget=forms.Textarea({"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = [(one, one) for one in settings.ENVIRONMENTS]
        self.fields["environment"].initial = settings.ENVIRONMENTS[-1]


class CountersignForm(ProofFields):
    """The second signature, bound to what was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))


def standing(override: Override) -> str:
    """Return in one word how an emergency release stands now."""
    now = timezone.now()
    if override.starts_at is None:
        return "taken_back" if override.ended_at else "asked"
    over = override.ended_at or (override.ends_at is not None and override.ends_at <= now)
    return "over" if over else "in_force"


@login_required
def override_list(request: PersonRequest) -> HttpResponse:
    """Every emergency release of the person's units, the newest first."""
    visible = Override.objects.visible_to(request.user).prefetch_related("signatures")
    found = visible.select_related("version__model__unit", "asked_by")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    reviews = _reviews_of(list(page))
    rows = [(one, standing(one), reviews.get(one.pk)) for one in page]
    return render(request, "registry/overrides.html", {"page": page, "rows": rows})


@login_required
def override(request: PersonRequest, pk: int) -> HttpResponse:
    """One emergency release: who signed what, the review that follows, and the second signature."""
    visible = Override.objects.visible_to(request.user).prefetch_related("signatures")
    found = get_object_or_404(
        visible.select_related(
            "version__model__unit", "version__model__revision", "version__artefact", "ended_by"
        ),
        pk=pk,
    )
    model = found.version.model
    may_sign = rights.may(by=request.user, verb="override.sign", unit=model.unit)
    state = standing(found)
    form = CountersignForm(request.POST or None, initial={"digest": found.digest})
    form.ask_for_proof(
        request,
        subject=found,
        strength=override_checks.strength(found.version, found.environment),
        digest=found.digest,
    )
    if request.method == "POST" and form.is_valid():
        with signature_on(form):
            said = form.cleaned_data
            overrides.sign(
                override=found,
                digest=said["digest"],
                reason=said["reason"],
                proof=form.proof,
                by=request.user,
            )
            messages.success(request, _("Signed. The version may run until the day named."))
            return redirect("override", pk)
    signed = found.signatures.all()
    context = {
        "override": found,
        "version": found.version,
        "model": model,
        "standing": state,
        "may_end": may_sign and state in ("asked", "in_force"),
        "signs": state == "asked"
        and may_sign
        and all(one.signer_id != request.user.pk for one in signed),
        "missing": rules.roles_missing([one.role for one in signed]),
        "review": _reviews_of([found]).get(found.pk),
        "meaning": rules.MEANING,
    }
    return show_unsigned(request, "registry/override.html", form, **context)


@login_required
def request_override(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Ask for an emergency release of a version."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="override.request", unit=version.model.unit)
    form = AskForm(request.POST or None)
    form.ask_for_proof(request, subject=version, strength=override_checks.strongest(version))
    if request.method == "POST" and form.is_valid():
        with signature_on(form):
            said = form.cleaned_data
            asked = overrides.request(
                version=version,
                environment=said["environment"],
                days=said["days"],
                reason=said["reason"],
                proof=form.proof,
                by=request.user,
            )
            messages.success(request, _("Asked for and signed; now the other role has to sign."))
            return redirect("override", asked.pk)
    return show_unsigned(
        request,
        "registry/request_override.html",
        form,
        version=version,
        model=version.model,
        meaning=rules.MEANING,
        longest=rules.LONGEST_DAYS,
    )


@login_required
@require_POST
def end_override(request: PersonRequest, pk: int) -> HttpResponse:
    """End an emergency release before its day, or take the asking back."""
    found = get_object_or_404(Override.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            overrides.end(override=found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("Ended."))
    tell_errors(request, form)
    return redirect("override", pk)


def _reviews_of(found: list[Override]) -> dict[int, Review]:
    """Return the review of each, by its number."""
    about = [one.pk for one in found]
    reviews = Review.objects.filter(cause="override", details__override__in=about)
    return {review.details["override"]: review for review in reviews.order_by("pk")}
