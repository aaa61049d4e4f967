"""Pages of findings: the list, one finding with its trail, and opening one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import Finding, Unit
from registry.rules import findings as rules
from registry.rules import paragraphs
from registry.rules.wording import gettext_noop
from registry.services import finding_moves, findings, rights
from registry.web.finding_forms import FORMS, MoveForm, OpenFindingForm
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50
UNSETTLED = "unsettled"


class FilterForm(forms.Form):
    """What the list can be narrowed by."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        to_field_name="slug",
        label=gettext_lazy("Unit"),
        empty_label=gettext_lazy("All units"),
    )
    severity = forms.ChoiceField(required=False, label=gettext_lazy("Severity"))
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    overdue = forms.BooleanField(required=False, label=gettext_lazy("Only overdue"))

    def __init__(self, *args: Any, request: PersonRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(request.user)
        self.fields["severity"].choices = [
            ("", _("All severities")),
            *((code, _(name)) for code, name in rules.SEVERITIES.items()),
        ]
        self.fields["state"].choices = [
            ("", _("All states")),
            (UNSETTLED, _("Not settled")),
            *((state.value, _(name)) for state, name in rules.STATE_NAMES.items()),
        ]

    def narrow(self, found: QuerySet[Finding]) -> QuerySet[Finding]:
        """Return those that are asked for; what is no choice narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if unit := asked.get("unit"):
            found = found.filter(version__model__unit=unit)
        if severity := asked.get("severity"):
            found = found.filter(severity=severity)
        if state := asked.get("state"):
            both = Finding.objects.unsettled() if state == UNSETTLED else None
            found = found & (both if both is not None else Finding.objects.standing(state))
        return found & Finding.objects.overdue() if asked.get("overdue") else found


@login_required
def finding_list(request: PersonRequest) -> HttpResponse:
    """Every finding the person may see, the newest first."""
    form = FilterForm(request.GET, request=request)
    found = form.narrow(Finding.objects.visible_to(request.user)).for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/findings.html", {"form": form, "page": page})


def finding_or_404(request: PersonRequest, pk: int) -> Finding:
    """Return a visible finding with what its page shows."""
    visible = Finding.objects.visible_to(request.user).for_list().select_related("incident")
    return get_object_or_404(visible, pk=pk)


@login_required
def finding(request: PersonRequest, pk: int) -> HttpResponse:
    """One finding: the challenge, the words of the card it is about, and its trail."""
    return _page(request, finding_or_404(request, pk))


VERBS: dict[rules.Act, Callable[..., Finding]] = {
    rules.Act.ANSWER: finding_moves.answer,
    rules.Act.CLOSE: finding_moves.close,
    rules.Act.CHALLENGE: finding_moves.challenge,
    rules.Act.ACCEPT_RISK: finding_moves.accept_risk,
    rules.Act.RATE: finding_moves.rate,
}
BUTTONS = {
    rules.Act.ANSWER: gettext_noop("Answer"),
    rules.Act.CLOSE: gettext_noop("Close the finding"),
    rules.Act.CHALLENGE: gettext_noop("Challenge again"),
    rules.Act.ACCEPT_RISK: gettext_noop("Accept the risk"),
    rules.Act.RATE: gettext_noop("Change the severity"),
}


def ids_of(act: rules.Act) -> str:
    """Return how the fields of an act's form are named: the page may hold several forms."""
    return f"id_{act.value}_%s"


@login_required
@require_POST
def move_finding(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """Take one step on a finding."""
    found = finding_or_404(request, pk)
    if act not in FORMS:
        raise Http404
    step = rules.Act(act)
    # Before the form: who may not do this has nothing to mend in it.
    rights.require(by=request.user, verb=finding_moves.VERBS[step], unit=found.version.model.unit)
    form = FORMS[step](request.POST, finding=found, auto_id=ids_of(step))
    if form.is_valid():
        with refusals_on(form):
            VERBS[step](finding=found, by=request.user, **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("finding", pk)
    return _page(request, found, step, form)


def _page(
    request: PersonRequest,
    found: Finding,
    act: rules.Act | None = None,
    bound: MoveForm | None = None,
) -> HttpResponse:
    """Show the finding with the forms for what this person may do next."""
    found = finding_or_404(request, found.pk)
    offered = finding_moves.acts_for(found, request.user)
    moves = list(found.moves.all())
    answers = [move for move in moves if move.act == rules.Act.ANSWER]
    judged = [move for move in moves if move.outcome and move.number > answers[-1].number]
    steps = [
        (
            one,
            BUTTONS[one],
            bound if one == act and bound else FORMS[one](finding=found, auto_id=ids_of(one)),
        )
        for one in offered
    ]
    return show(
        request,
        "registry/finding.html",
        bound or Form(),
        finding=found,
        version=found.version,
        model=found.version.model,
        moves=moves,
        answer=answers[-1] if answers else None,
        judged=judged[-1] if judged else None,
        steps=steps,
        act=act,
        is_offered=act in offered,
    )


@login_required
def open_finding(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Open a finding on a version; the address may name a paragraph of its card."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="finding.open", unit=version.model.unit)
    named = {name: request.GET.get(name, "") for name in ("section", "paragraph", "incident")}
    form = OpenFindingForm(
        request.POST or None,
        version=version,
        by=request.user,
        initial={"due": timezone.localdate() + timedelta(days=30), **named},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            opened = findings.open_finding(version=version, by=request.user, **form.cleaned_data)
            return redirect("finding", opened.pk)
    revision = version.card.effective
    sections = revision.sections if revision else None
    section, paragraph = named["section"], named["paragraph"]
    known = section and not paragraphs.objections_to_place(sections, section, paragraph)
    return show(
        request,
        "registry/open_finding.html",
        form,
        version=version,
        model=version.model,
        section=section,
        quote=paragraphs.quoted(sections, section, int(paragraph) if paragraph else None)
        if known
        else "",
    )
