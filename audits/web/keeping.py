"""Settings: what the retention task would delete on a day, before it does."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from audits.services.retention import FORESEEN
from registry.rules.retention_schedule import KINDS
from registry.services import keeping
from registry.web.forms import Form, show
from registry.web.requests import PersonRequest

PER_PAGE = 50


class DayForm(Form):
    """The day that is looked ahead to."""

    on = forms.DateField(
        required=False,
        label=gettext_lazy("On this day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


@login_required
def retention_preview(request: PersonRequest) -> HttpResponse:
    """Each thing past its time of the person's units: why it goes, or what keeps it."""
    form = DayForm(request.GET if request.GET.get("on") else None)
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
    found = keeping.preview(sources=FORESEEN, by=request.user, on=on)
    page = Paginator(found.going, PER_PAGE).get_page(request.GET.get("page"))
    return show(
        request,
        "audits/retention_preview.html",
        form,
        page=page,
        rows=[(one, KINDS[one.thing.kind].name) for one in page],
        expired=[(one, KINDS[one.kind].name) for one in found.expired],
        on=found.on,
        is_today=found.on == timezone.localdate(),
        goes=sum(1 for one in found.going if one.goes),
        held=sum(1 for one in found.going if one.is_held),
    )
