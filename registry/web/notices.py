"""The person's notices, marking them as read, and what comes by mail."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from registry.models import Notice
from registry.rules.notices import ACTS_NAMES, CRITICAL_NAMES, REMINDERS_NAMES
from registry.services import mail_choices
from registry.services import notices as service
from registry.web.forms import Form, refusals_on, show
from registry.web.requests import PersonRequest

PER_PAGE = 50


@login_required
def notices(request: PersonRequest) -> HttpResponse:
    """What the person was told, newest first; a POST marks all of it as read."""
    if request.method == "POST":
        read = service.mark_read(by=request.user)
        told = ngettext("%(n)s notice marked as read.", "%(n)s notices marked as read.", read)
        messages.success(request, told % {"n": read})
        return redirect("notices")
    unread = request.GET.get("unread") == "1"
    visible = Notice.objects.visible_to(request.user).select_related("mail")
    page = Paginator(visible.unread() if unread else visible, PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "only_unread": unread,
        "address": mail_choices.address_of(request.user),
    }
    return render(request, "registry/notices.html", context)


@login_required
@require_POST
def read_notice(request: PersonRequest, pk: int) -> HttpResponse:
    """Mark one notice as read."""
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    service.mark_read(by=request.user, ids=[found.pk])
    return redirect("notices")


class MailForm(Form):
    """Where mail goes, when, and on whose clock."""

    address = forms.EmailField(
        required=False,
        label=gettext_lazy("Mail address"),
        help_text=gettext_lazy("Leave it empty to use the one your account came with, if any."),
    )
    acts = forms.ChoiceField(
        label=gettext_lazy("What happens"),
        choices=[(one.value, gettext_lazy(name)) for one, name in ACTS_NAMES.items()],
    )
    reminders = forms.ChoiceField(
        label=gettext_lazy("Reminders"),
        choices=[(one.value, gettext_lazy(name)) for one, name in REMINDERS_NAMES.items()],
    )
    time_zone = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The daily mail is written in the morning of this zone."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(available_timezones())
        self.fields["time_zone"].choices = [("", _("The server's")), *((one, one) for one in zones)]


@login_required
def choose_mail(request: PersonRequest) -> HttpResponse:
    """Choose what comes by mail; what is critical comes at once all the same."""
    choice = mail_choices.choice_of(request.user)
    names = ("address", "acts", "reminders", "time_zone")
    form = MailForm(request.POST or None, initial={name: getattr(choice, name) for name in names})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            mail_choices.choose(**form.cleaned_data, by=request.user)
            messages.success(request, _("Saved; it holds from the next notice on."))
            return redirect("notices")
    return show(request, "registry/choose_mail.html", form, critical=CRITICAL_NAMES.values())
