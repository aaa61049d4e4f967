"""The page of the journal: filter it, and have it checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Entry, Unit, User
from registry.rules.journal_actions import ACTION_NAMES
from registry.services import checkpoint_sinks, checkpoints, kept_checks, rights
from registry.services.openings import by_people_named, opened
from registry.web.requests import PersonRequest

PER_PAGE = 100


class FilterForm(forms.Form):
    """What the journal can be narrowed by."""

    model = forms.CharField(required=False, label=gettext_lazy("Model"))
    actor = forms.CharField(required=False, label=gettext_lazy("Who"))
    # A field of text, so that an address may name the beginning of a code as well.
    action = forms.CharField(required=False, label=gettext_lazy("Action"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((_(name), code) for code, name in ACTION_NAMES.items())
        choices = [("", _("All")), *((code, name) for name, code in named)]
        self.fields["action"].widget = forms.Select(choices=choices)


@login_required
def journal(request: PersonRequest) -> HttpResponse:
    """The entries the person may see, newest first; a POST has the worker check all of it."""
    if request.method == "POST":
        kept_checks.ask(by=request.user)
        messages.success(request, _("The journal is being checked; what is found will stand here."))
        return redirect("journal")
    form = FilterForm(request.GET)
    form.is_valid()
    entries = Entry.objects.visible_to(request.user).order_by("-number")
    if model := form.cleaned_data.get("model"):
        entries = entries.filter(model__icontains=model)
    if action := form.cleaned_data.get("action"):
        lookup = "action" if action in ACTION_NAMES else "action__icontains"
        entries = entries.filter(**{lookup: action})
    if who := form.cleaned_data.get("actor"):
        entries = by_people_named(entries, who)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = opened(page.object_list)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "head": Entry.objects.order_by("-number").first(),
    }
    if Unit.objects.visible_to(request.user).exists():
        context |= _standing(request.user)
    return render(request, "registry/journal.html", context)


def _standing(user: User) -> dict[str, Any]:
    """Return how far the journal is signed for, where that is written down, and the last check."""
    return {
        "signed": checkpoints.latest(),
        "uncovered": checkpoints.uncovered(),
        "sinks": list(checkpoint_sinks.waiting()),
        "last_check": kept_checks.last_kept(),
        "check_since": kept_checks.under_way(),
        "may_check": rights.may_anywhere(by=user, verb="journal.check"),
        "is_member": True,
    }
