"""Settings: the people of the units one administers, and erasing one who is bound by nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Membership, PersonKey, Unit, User
from registry.services import erasures, people, rights
from registry.templatetags.words import told
from registry.web.forms import Form, refusals_on, show
from registry.web.requests import PersonRequest


class EraseForm(Form):
    """Why, and the account's name once more: this cannot be undone."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It is kept in the clear, so do not name the person in it."),
        required=False,
    )
    username = forms.CharField(
        label=gettext_lazy("The account's name, to confirm"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_username(self) -> str:
        """Take the name of this account alone."""
        said = str(self.cleaned_data["username"])
        if said != self.person.username:
            raise ValidationError(
                _("Write %(name)s, the name of the account.") % {"name": self.person.username}
            )
        return said


@login_required
def people_list(request: PersonRequest) -> HttpResponse:
    """Everybody who holds or held a role in a unit that the person administers."""
    rights.require_anywhere(by=request.user, verb="person.erase")
    units = Unit.objects.where(request.user, "person.erase")
    held = Membership.objects.filter(unit__in=units).select_related("unit")
    found = erasures.within_reach(request.user).prefetch_related(
        Prefetch("memberships", queryset=held, to_attr="held")
    )
    erased = PersonKey.objects.filter(erased_at__isnull=False).in_bulk()
    rows = [(one, erased.get(one.pk)) for one in found.order_by("last_name", "username")]
    return render(request, "registry/people.html", {"rows": rows})


@login_required
def erase_person(request: PersonRequest, pk: int) -> HttpResponse:
    """What stands against erasing a person, and the form that does it."""
    seen = User.objects.filter(memberships__unit__in=Unit.objects.visible_to(request.user))
    person = get_object_or_404(seen.distinct(), pk=pk)
    erasures.require_right_over(person, request.user)
    form = EraseForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            erased = people.erase(
                person=person, reason=form.cleaned_data["reason"], by=request.user
            )
            messages.success(
                request,
                _("The person is erased; what is left is the account %(name)s.")
                % {"name": erased.username},
            )
            return redirect("people")
    # The reason is yet to be given; all else can be mended before it is.
    against = erasures.objections_to(person, request.user, reason=_("Reason"))
    return show(
        request,
        "registry/erase_person.html",
        form,
        person=person,
        against=[] if form.refused else [told(one) for one in against],
    )
