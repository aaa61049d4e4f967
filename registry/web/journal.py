"""The page of the journal: filter it, and see whether the chain is whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from registry.models import Entry, Unit
from registry.services import checkpoint_sinks, checkpoints, journal_checks
from registry.services import journal as journal_service
from registry.services.openings import by_people_named, opened
from registry.web.requests import PersonRequest

PER_PAGE = 100


class FilterForm(forms.Form):
    """What the journal can be narrowed by."""

    model = forms.CharField(required=False, label=gettext_lazy("Model"))
    actor = forms.CharField(required=False, label=gettext_lazy("Who"))
    action = forms.CharField(required=False, label=gettext_lazy("Action"))


@login_required
def journal(request: PersonRequest) -> HttpResponse:
    """The entries the person may see, newest first; ?check=1 verifies the whole chain."""
    form = FilterForm(request.GET)
    form.is_valid()
    entries = Entry.objects.visible_to(request.user).order_by("-number")
    for name, lookup in (
        ("model", "model__icontains"),
        ("action", "action__icontains"),
    ):
        if value := form.cleaned_data.get(name):
            entries = entries.filter(**{lookup: value})
    if who := form.cleaned_data.get("actor"):
        entries = by_people_named(entries, who)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = opened(page.object_list)
    context = {"form": form, "page": page, "head": Entry.objects.order_by("-number").first()}
    if request.GET.get("check"):
        context["broken"], context["checked"] = journal_service.verify()
    if Unit.objects.visible_to(request.user).exists():
        context |= _standing()
    return render(request, "registry/journal.html", context)


def _standing() -> dict[str, Any]:
    """Return how far the journal is signed for, where that is written down, and the last check."""
    return {
        "signed": checkpoints.latest(),
        "uncovered": checkpoints.uncovered(),
        "sinks": list(checkpoint_sinks.waiting()),
        "last_check": journal_checks.last_kept(),
        "is_member": True,
    }
