"""What a report is asked on, as the address of its form names it, and the form itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from audits.models import Report
from audits.rules.reports import LANGUAGE_NAMES, LANGUAGES, PROFILE_NAMES, Scope
from registry.models import ModelVersion, RegisteredModel, Release, Unit
from registry.services import rights
from registry.web.forms import Form
from registry.web.requests import PersonRequest


@dataclass(frozen=True)
class Asked:
    """What a report is to be on: ``on`` is what the service takes, ``query`` the address's part.

    ``same`` picks the reports on the same thing. A portfolio's units are chosen on the form, out of
    ``units``.
    """

    on: dict[str, Any]
    query: dict[str, Any]
    same: dict[str, Any]
    title: str
    link: str
    units: QuerySet[Unit] | None = None

    @property
    def address(self) -> str:
        """The address of the form."""
        return f"{reverse('new_report')}?{urlencode(self.query, doseq=True)}"

    @classmethod
    def of(cls, report: Report) -> Asked:
        """Return what a report was on, to ask for another on the same."""
        if report.scope == Scope.RELEASE and report.release:
            return on_release(report.release)
        if report.scope == Scope.VERSION and report.version:
            return on_version(report.version)
        if report.model:
            return on_model(report.model)
        return on_portfolio(Unit.objects.filter(pk__in=[one.pk for one in report.units.all()]))


def on_version(version: ModelVersion) -> Asked:
    """On a version."""
    return Asked(
        {"version": version},
        {"version": version.pk},
        {"scope": Scope.VERSION, "version": version},
        str(version),
        reverse("version", args=[version.model.slug, version.number]),
    )


def on_release(release: Release) -> Asked:
    """On a release."""
    return Asked(
        {"release": release},
        {"release": release.pk},
        {"scope": Scope.RELEASE, "release": release},
        str(release),
        reverse("release", args=[release.pk]),
    )


def on_model(model: RegisteredModel) -> Asked:
    """On a model."""
    return Asked(
        {"model": model},
        {"model": model.slug},
        {"scope": Scope.MODEL, "model": model},
        model.name,
        reverse("model", args=[model.slug]),
    )


def on_portfolio(units: QuerySet[Unit]) -> Asked:
    """On all models of some units."""
    return Asked(
        {},
        {"unit": [unit.slug for unit in units]},
        {"scope": Scope.PORTFOLIO},
        gettext("Portfolio"),
        reverse("today"),
        units,
    )


def asked_on(request: PersonRequest) -> Asked:
    """Return what the address names; what the person may not see is not found."""
    named, user = request.GET, request.user
    if version := named.get("version"):
        versions = ModelVersion.objects.visible_to(user).select_related("model__unit")
        asked = on_version(get_object_or_404(versions, pk=_id(version)))
        units = [asked.on["version"].model.unit]
    elif release := named.get("release"):
        releases = Release.objects.visible_to(user).select_related("version__model__unit")
        asked = on_release(get_object_or_404(releases, pk=_id(release)))
        units = [asked.on["release"].version.model.unit]
    elif model := named.get("model"):
        models = RegisteredModel.objects.visible_to(user).select_related("unit")
        asked = on_model(get_object_or_404(models, slug=model))
        units = [asked.on["model"].unit]
    else:
        return _portfolio(request)
    for unit in units:
        rights.require(by=user, verb="report.request", unit=unit)
    return asked


def _portfolio(request: PersonRequest) -> Asked:
    units = Unit.objects.where(request.user, "report.request")
    if not units:
        raise PermissionDenied(
            gettext("You hold no role in which one may ask for a report, in any unit.")
        )
    named = request.GET.getlist("unit")
    if named:
        units = units.filter(slug__in=named)
        if units.count() != len(set(named)):
            raise Http404
    return on_portfolio(units)


def _id(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Http404
    return int(text)


class AskForm(Form):
    """Profile, language and day of a report; each may be left out for one press."""

    profile = forms.ChoiceField(
        label=gettext_lazy("Profile"),
        choices=list(PROFILE_NAMES.items()),
        required=False,
        help_text=gettext_lazy(
            "Regulator and internal state the same, each under a serial number of its own."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the report"),
        choices=list(LANGUAGE_NAMES.items()),
        required=False,
        help_text=gettext_lazy("It need not be the language of these pages."),
    )
    as_of = forms.DateField(
        label=gettext_lazy("As of the end of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "Everything after that day is left out. Leave it empty for the state of now."
        ),
    )
    # Exactly then: where a report as of an instant is tried again.
    instant = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=gettext_lazy("Units"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked means all of them."),
    )

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        if asked.units is None:
            del self.fields["units"]
        else:
            self.fields["units"].queryset = asked.units
            self.fields["units"].initial = asked.query["unit"]
        for name in ("profile", "language"):
            codes: Any = PROFILE_NAMES if name == "profile" else LANGUAGE_NAMES
            self.fields[name].choices = [(code, gettext(said)) for code, said in codes.items()]

    @property
    def told(self) -> dict[str, Any]:
        """What the service takes, once the form is valid."""
        said, day = self.cleaned_data, self.cleaned_data["as_of"]
        end = timezone.make_aware(datetime.combine(day, time.max)) if day else None
        on = self.asked.on
        if self.asked.units is not None:
            on = {"portfolio": list(said["units"]) or list(self.asked.units)}
        return {
            **on,
            "profile": said["profile"] or "regulator",
            "language": said["language"] or LANGUAGES[0],
            "as_of": end or said["instant"],
        }
