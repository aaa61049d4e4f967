"""Pages of incidents: the list with its clocks, one incident, and reporting one."""

from __future__ import annotations

from collections.abc import Callable
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

from registry.models import Incident, Unit
from registry.rules import incidents as rules
from registry.rules.wording import gettext_noop
from registry.services import incident_moves, incidents, rights
from registry.web.forms import Form, refusals_on, show
from registry.web.incident_forms import FORMS, ReportForm, StepForm
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


class FilterForm(forms.Form):
    """What the list can be narrowed by."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        to_field_name="slug",
        label=gettext_lazy("Unit"),
        empty_label=gettext_lazy("All units"),
    )
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    running = forms.BooleanField(required=False, label=gettext_lazy("Only running clocks"))

    def __init__(self, *args: Any, request: PersonRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(request.user)
        self.fields["state"].choices = [
            ("", _("All states")),
            *((state.value, _(name)) for state, name in rules.STATE_NAMES.items()),
        ]

    def narrow(self, found: QuerySet[Incident]) -> QuerySet[Incident]:
        """Return those that are asked for; what is no choice narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if unit := asked.get("unit"):
            found = found.filter(model__unit=unit)
        if state := asked.get("state"):
            found = found.filter(state=state)
        return found & Incident.objects.running() if asked.get("running") else found


@login_required
def incident_list(request: PersonRequest) -> HttpResponse:
    """Every incident the person may see, the newest first, each with its clock."""
    form = FilterForm(request.GET, request=request)
    found = form.narrow(Incident.objects.visible_to(request.user)).for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [(incident, incident.clock(now)) for incident in page]
    return render(request, "registry/incidents.html", {"form": form, "page": page, "rows": rows})


def incident_or_404(request: PersonRequest, pk: int) -> Incident:
    """Return a visible incident with what its page shows."""
    visible = Incident.objects.visible_to(request.user).for_list().select_related("model__revision")
    return get_object_or_404(visible, pk=pk)


@login_required
def incident(request: PersonRequest, pk: int) -> HttpResponse:
    """One incident: its clock in words, what is known, and its trail."""
    return _page(request, incident_or_404(request, pk))


VERBS: dict[rules.Act, Callable[..., Incident]] = {
    rules.Act.ASSESS: incident_moves.assess,
    rules.Act.NOTIFY: incident_moves.notify,
    rules.Act.RULE_OUT: incident_moves.rule_out,
    rules.Act.CLOSE: incident_moves.close,
    rules.Act.CORRECT: incident_moves.correct,
}
BUTTONS = {
    rules.Act.ASSESS: gettext_noop("Assess it"),
    rules.Act.NOTIFY: gettext_noop("The authority was notified"),
    rules.Act.RULE_OUT: gettext_noop("Confirm that nothing is to be reported"),
    rules.Act.CLOSE: gettext_noop("Close the incident"),
    rules.Act.CORRECT: gettext_noop("Mend the facts"),
}


@login_required
@require_POST
def move_incident(request: PersonRequest, pk: int, act: str) -> HttpResponse:
    """Take one step on an incident."""
    found = incident_or_404(request, pk)
    if act not in FORMS:
        raise Http404
    step = rules.Act(act)
    # Before the form: who may not do this has nothing to mend in it.
    rights.require(by=request.user, verb=incident_moves.VERBS[step], unit=found.model.unit)
    form = FORMS[step](request.POST, incident=found, auto_id=ids_of(step))
    if form.is_valid():
        with refusals_on(form):
            VERBS[step](incident=found, by=request.user, **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("incident", pk)
    return _page(request, found, step, form)


def ids_of(act: rules.Act) -> str:
    """Return how the fields of an act's form are named: the page may hold several forms."""
    return f"id_{act.value}_%s"


def _page(
    request: PersonRequest,
    found: Incident,
    act: rules.Act | None = None,
    bound: StepForm | None = None,
) -> HttpResponse:
    """Show the incident with the forms for what this person may do next."""
    found = incident_or_404(request, found.pk)
    offered = incident_moves.acts_for(found, request.user)
    moves = list(found.moves.all())
    steps = [
        (
            one,
            BUTTONS[one],
            bound if one == act and bound else FORMS[one](incident=found, auto_id=ids_of(one)),
        )
        for one in offered
    ]
    return show(
        request,
        "registry/incident.html",
        bound or Form(),
        incident=found,
        model=found.model,
        clock=found.clock(),
        moves=moves,
        assessed=_last(moves, rules.Act.ASSESS),
        notified=[move for move in moves if move.act == rules.Act.NOTIFY],
        closed=_last(moves, rules.Act.CLOSE),
        findings=found.findings.select_related("version__model"),
        may_open=found.version is not None
        and rights.may(by=request.user, verb="finding.open", unit=found.model.unit),
        steps=steps,
        is_offered=act in offered,
    )


def _last(moves: list[Any], act: rules.Act) -> Any:
    return next((move for move in reversed(moves) if move.act == act), None)


@login_required
def report_incident(request: PersonRequest, slug: str) -> HttpResponse:
    """Report an incident of a model."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="incident.report", unit=model.unit)
    form = ReportForm(request.POST or None, model=model)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            reported = incidents.report(model=model, by=request.user, **form.cleaned_data)
            return redirect("incident", reported.pk)
    return show(request, "registry/report_incident.html", form, model=model)
