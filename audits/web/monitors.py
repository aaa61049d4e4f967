"""Pages of monitors: the list, one with what it found, starting and ending one."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from audits.models import Monitor, Run
from audits.rules.monitors import ANNOUNCES, LONGEST_DAYS, SHORTEST_DAYS
from audits.services import monitors
from registry.models import Dataset, DatasetVersion, Event, ModelVersion, User
from registry.rules.roles import MAY
from registry.services import rights
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.lookups import version_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50


@login_required
def monitor_list(request: PersonRequest) -> HttpResponse:
    """Every monitor the person may see, the newest first."""
    visible = Monitor.objects.visible_to(request.user).for_list()
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "audits/monitors.html", {"page": page})


@login_required
def monitor(request: PersonRequest, pk: int) -> HttpResponse:
    """One monitor: what it watches, what its looks found, and what was announced."""
    found = get_object_or_404(Monitor.objects.visible_to(request.user).for_list(), pk=pk)
    runs = Run.objects.filter(monitor=found).for_list()[:PER_PAGE]
    unit = found.version.model.unit
    context = {
        "monitor": found,
        "version": found.version,
        "model": found.version.model,
        "runs": runs,
        "events": Event.objects.filter(details__monitor=found.pk).order_by("-pk")[:PER_PAGE],
        "form": ReasonForm(),
        "may_end": not found.ended_at
        and rights.may(by=request.user, verb="monitor.end", unit=unit),
    }
    return render(request, "audits/monitor.html", context)


class MonitorForm(Form):
    """A monitor to start."""

    batches = forms.ModelChoiceField(
        Dataset.objects.none(),
        label=gettext_lazy("Dataset on which batches come in"),
        help_text=gettext_lazy("Its newest version with the role production is compared."),
        empty_label=None,
    )
    reference = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        label=gettext_lazy("Compared with"),
        help_text=gettext_lazy("Data attached to the version, such as its test data."),
        empty_label=None,
    )
    every_days = forms.IntegerField(
        label=gettext_lazy("Every so many days"),
        min_value=SHORTEST_DAYS,
        max_value=LONGEST_DAYS,
        initial=30,
    )
    announces = forms.ChoiceField(
        label=gettext_lazy("A breach asks for"),
        choices=[(name, gettext_lazy(words)) for name, words in ANNOUNCES.items()],
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who answers for it"), empty_label=None
    )
    labels = forms.ModelChoiceField(
        Dataset.objects.none(),
        required=False,
        label=gettext_lazy("Dataset on which labels come in later"),
    )
    truth_key = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Column by which those are joined"),
    )
    psi = forms.FloatField(
        required=False,
        min_value=0,
        label=gettext_lazy("A stricter limit for each feature's PSI"),
        help_text=gettext_lazy("Empty: the limits of the version's plan."),
    )

    def offer(self, version: ModelVersion) -> None:
        """Offer the data and the people of the model's unit."""
        unit = version.model.unit
        attached = version.data_links.attached().values("data")
        data = DatasetVersion.objects.filter(pk__in=attached).select_related("dataset")
        self.fields["batches"].queryset = unit.datasets.all()
        self.fields["labels"].queryset = unit.datasets.all()
        self.fields["reference"].queryset = data
        self.fields["owner"].queryset = (
            User.objects.filter(
                memberships__unit=unit,
                memberships__ended_at__isnull=True,
                memberships__role__in=MAY["run.request"],
            )
            .distinct()
            .order_by("last_name", "username")
        )
        self.fields["owner"].label_from_instance = lambda person: person.printed_name

    def checks(self) -> list[dict[str, object]]:
        """Return the limit of its own as a plan writes it."""
        limit = self.cleaned_data["psi"]
        if limit is None:
            return []
        return [{"measure": "psi", "attribute": "*", "limit": limit, "direction": "at_most"}]


@login_required
def start_monitor(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Start watching a version."""
    version = version_or_404(request, slug, number)
    rights.require(by=request.user, verb="monitor.start", unit=version.model.unit)
    form = MonitorForm(request.POST or None, initial={"owner": request.user})
    form.offer(version)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with refusals_on(form):
            started = monitors.start(
                version=version,
                batches=said["batches"],
                reference=said["reference"],
                every_days=said["every_days"],
                announces=said["announces"],
                owner=said["owner"],
                labels=said["labels"],
                truth_key=said["truth_key"].strip(),
                checks=form.checks(),
                by=request.user,
            )
            return redirect("monitor", started.pk)
    return show(
        request, "audits/start_monitor.html", form, version=version, model=version.model, tab="runs"
    )


@login_required
@require_POST
def end_monitor(request: PersonRequest, pk: int) -> HttpResponse:
    """Stop watching, and say why."""
    found = get_object_or_404(Monitor.objects.visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            monitors.end(monitor=found, reason=form.cleaned_data["reason"], by=request.user)
    tell_errors(request, form)
    return redirect("monitor", pk)
