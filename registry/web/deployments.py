"""Pages of what is live: at any instant, one deployment, reporting one, and taking it down."""

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

from registry.models import Deployment, RegisteredModel, User
from registry.rules.deployments import CLOCK_SKEW, Report
from registry.services import deployments, rights
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest

PER_PAGE = 50
MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and a time, in the zone of the page."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local", "step": "1"}, format=f"{MOMENT}:%S")
        super().__init__(
            widget=widget,
            input_formats=[f"{MOMENT}:%S.%f", f"{MOMENT}:%S", MOMENT, "%Y-%m-%d"],
            **kwargs,
        )


class LiveForm(Form):
    """What the question is narrowed to."""

    at = MomentField(required=False, label=gettext_lazy("What was live at"))
    model = forms.ModelChoiceField(
        RegisteredModel.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("All models"),
        label=gettext_lazy("Model"),
    )
    environment = forms.ChoiceField(required=False, label=gettext_lazy("Environment"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].queryset = RegisteredModel.objects.visible_to(user)
        self.fields["environment"].choices = [("", _("All environments")), *_environments()]

    def clean_at(self) -> Any:
        """Refuse what is to come: nobody knows what will be live."""
        at = self.cleaned_data["at"]
        if at is not None and at > timezone.now() + CLOCK_SKEW:
            raise forms.ValidationError(_("This time is to come; choose one that has passed."))
        return at


def _environments() -> list[tuple[str, str]]:
    return [(name, name) for name in settings.ENVIRONMENTS]


@login_required
def live(request: PersonRequest) -> HttpResponse:
    """What was live at an instant, now where none is named."""
    form = LiveForm(request.GET or None, user=request.user)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    now = timezone.now()
    instant = asked.get("at") or now
    found = deployments.live_at(
        by=request.user,
        instant=instant,
        environment=asked.get("environment") or "",
        model=asked.get("model"),
    )
    page = Paginator(found.none() if form.errors else found, PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "instant": instant, "is_past": instant < now, "form": form}
    return render(request, "registry/live.html", context, status=422 if form.errors else 200)


class EndForm(Form):
    """Why something was taken down, and when."""

    until = MomentField(
        required=False,
        label=gettext_lazy("Down since"),
        help_text=gettext_lazy("Left empty: now."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 2}))


@login_required
def deployment(request: PersonRequest, pk: int) -> HttpResponse:
    """One deployment as it was reported; who deploys reports its end here."""
    visible = Deployment.objects.visible_to(request.user).for_list()
    found = get_object_or_404(visible.select_related("model__revision", "version__artefact"), pk=pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            deployments.end(deployment=found, **form.cleaned_data, by=request.user)
            messages.success(request, _("Its end is reported."))
            return redirect("deployment", pk)
    may_report = rights.may(by=request.user, verb="deployment.report", unit=found.model.unit)
    return show(
        request,
        "registry/deployment.html",
        form,
        deployment=found,
        model=found.model,
        may_end=may_report and found.live_until is None,
    )


class ReportForm(Form):
    """What runs, where, and since when."""

    environment = forms.ChoiceField(label=gettext_lazy("Environment"))
    label = forms.CharField(required=False, max_length=60, label=gettext_lazy("Version"))
    artefact_sha256 = forms.CharField(
        required=False,
        max_length=64,
        label=gettext_lazy("Digest of the artefact"),
        help_text=gettext_lazy("The sha256 of what runs there, as found there."),
    )
    image_digest = forms.CharField(
        required=False,
        max_length=71,
        label=gettext_lazy("Container image"),
        help_text=gettext_lazy("Its digest, “sha256:” and 64 digits; a tag is none."),
    )
    cluster = forms.CharField(required=False, max_length=200, label=gettext_lazy("Cluster"))
    namespace = forms.CharField(required=False, max_length=200, label=gettext_lazy("Namespace"))
    endpoint = forms.CharField(required=False, max_length=500, label=gettext_lazy("Endpoint"))
    live_from = MomentField(
        required=False, label=gettext_lazy("Live from"), help_text=gettext_lazy("Left empty: now.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = _environments()


@login_required
def report_deployment(request: PersonRequest, slug: str) -> HttpResponse:
    """Report what is live; what no approval covers is kept, and raises an alarm."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="deployment.report", unit=model.unit)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            made = deployments.report(
                model=model, said=Report(**form.cleaned_data), by=request.user
            )
            return redirect("deployment", made.pk)
    return show(request, "registry/report_deployment.html", form, model=model)
