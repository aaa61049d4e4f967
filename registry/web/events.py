"""Settings: events and their deliveries, and mail that has not gone out, for administrators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.models import Delivery, Event, Mail, Unit
from registry.rules.events import TYPE_PREFIX
from registry.services import deliveries
from registry.web.forms import Form, refusals_on, tell_errors
from registry.web.requests import PersonRequest

PER_PAGE = 50
MAILS_SHOWN = 20


@login_required
def events(request: PersonRequest) -> HttpResponse:
    """The events of the units one administers, newest first, and how far each listener's got."""
    if not Unit.objects.visible_to(request.user).exists():
        raise Http404
    deliveries.require_administrator(by=request.user, unit=None)
    units = Unit.objects.where(request.user, "event.send_again")
    listed = Event.objects.of(units).with_subject().prefetch_related("deliveries")
    context = {
        "page": Paginator(listed.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "listeners": sorted(settings.EVENT_LISTENERS),
        "prefix": TYPE_PREFIX,
        "mails": Mail.objects.in_trouble(units).select_related("person")[:MAILS_SHOWN],
    }
    return render(request, "registry/events.html", context)


@login_required
@require_POST
def send_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Have one event sent to one listener once more."""
    visible = Event.objects.visible_to(request.user)
    delivery = get_object_or_404(Delivery.objects.filter(event__in=visible), pk=pk)
    form = Form(request.POST)
    form.is_valid()
    with refusals_on(form):
        deliveries.send_again(delivery=delivery, by=request.user)
        messages.success(request, _("It is sent again now."))
    tell_errors(request, form)
    return redirect("events")
