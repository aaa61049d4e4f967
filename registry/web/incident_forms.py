"""Forms of incidents: reporting one, and one for each act that moves it on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Incident, ModelVersion, RegisteredModel
from registry.rules import incidents as rules
from registry.rules.eu_ai_act import CLASSES
from registry.web.deployments import MomentField
from registry.web.finding_forms import text_field
from registry.web.forms import Form


def kinds() -> list[tuple[str, str]]:
    """Return the kinds, each with the time there is to report it."""
    return [
        (
            code,
            _("%(kind)s (%(days)s days, %(article)s)")
            % {"kind": _(kind.name), "days": kind.days, "article": kind.article}
            if kind.days
            else _(kind.name),
        )
        for code, kind in rules.KINDS.items()
    ]


def links() -> list[tuple[str, str]]:
    """Return how sure one may be that the model was the cause."""
    return [(code, _(name)) for code, name in rules.LINKS.items()]


class ReportForm(Form):
    """What is known of an incident when it is reported."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("Where several fit, choose the one with the shortest time."),
    )
    description = text_field(gettext_lazy("What happened, in your words"), rows=4)
    version = forms.ModelChoiceField(
        ModelVersion.objects.none(),
        required=False,
        label=gettext_lazy("Version"),
        empty_label=gettext_lazy("Not known yet"),
    )
    environment = forms.ChoiceField(required=False, label=gettext_lazy("Environment"))
    occurred_at = MomentField(label=gettext_lazy("When it occurred"))
    aware_at = MomentField(
        label=gettext_lazy("When the first of you knew"),
        help_text=gettext_lazy("The time to report it to the authority runs from then."),
    )
    link = forms.ChoiceField(
        label=gettext_lazy("The model as its cause"),
        initial="unknown",
    )
    affected = text_field(
        gettext_lazy("People affected"),
        rows=2,
        required=False,
        help_text=gettext_lazy("How many, which groups; no names."),
    )
    immediate_action = text_field(gettext_lazy("Immediate action"), rows=2, required=False)

    def __init__(self, *args: Any, model: RegisteredModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds()
        self.fields["link"].choices = links()
        self.fields["version"].queryset = model.versions.select_related("model")
        self.fields["environment"].choices = [
            ("", _("Not known yet")),
            *((one, one) for one in settings.ENVIRONMENTS),
        ]
        now = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["occurred_at"].initial = self.fields["aware_at"].initial = now


class StepForm(Form):
    """An act on an incident."""

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident


class AssessForm(StepForm):
    """Whether the AI Act asks for a report, and why."""

    ai_act_class = forms.ChoiceField(label=gettext_lazy("Class of the model under the AI Act"))
    reportable = forms.TypedChoiceField(
        label=gettext_lazy("The AI Act asks for a report"),
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    text = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ai_act_class"].choices = [(code, _(name)) for code, name in CLASSES.items()]
        self.fields["reportable"].choices = [
            ("yes", _("Yes")),
            ("no", _("No; a second person confirms it")),
        ]
        # The class the model is recorded in.
        recorded = self.incident.model.revision.ai_act_class
        self.fields["ai_act_class"].initial = recorded


class NotifyForm(StepForm):
    """Which authority was told, and when."""

    authority = forms.CharField(label=gettext_lazy("Authority"), max_length=300)
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=300)
    notified_at = MomentField(label=gettext_lazy("When it was told"))
    complete = forms.TypedChoiceField(
        label=gettext_lazy("The report is"),
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
        initial="no",
        help_text=gettext_lazy("A first report may be incomplete; a complete one follows it."),
    )
    text = text_field(gettext_lazy("Remark"), rows=2, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["complete"].choices = [("no", _("Incomplete")), ("yes", _("Complete"))]
        now = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["notified_at"].initial = now


class CorrectForm(StepForm):
    """What is mended; what stays empty stays as it is."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"))
    link = forms.ChoiceField(label=gettext_lazy("The model as its cause"))
    occurred_at = MomentField(label=gettext_lazy("When it occurred"))
    aware_at = MomentField(label=gettext_lazy("When the first of you knew"))
    affected = text_field(gettext_lazy("People affected"), rows=2, required=False)
    text = text_field(gettext_lazy("Why it is mended"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices, self.fields["link"].choices = kinds(), links()
        for name in ("kind", "link", "affected"):
            self.fields[name].initial = getattr(self.incident, name)
        for name in ("occurred_at", "aware_at"):
            self.fields[name].initial = timezone.localtime(getattr(self.incident, name))

    def clean(self) -> dict[str, Any]:
        """Take a time that was left as it was shown for the one that is kept, to the microsecond.

        The field shows no more than seconds.
        """
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("occurred_at", "aware_at"):
            if name in asked and name not in self.changed_data:
                asked[name] = None
        return asked


class RuleOutForm(StepForm):
    """Why there is nothing to report, in the words of a second person."""

    text = text_field(gettext_lazy("Reason"))


class CloseForm(StepForm):
    """How it came to be, and what was done about it."""

    root_cause = text_field(gettext_lazy("Root cause"))
    corrective_action = text_field(gettext_lazy("Corrective action"))


FORMS: dict[rules.Act, type[StepForm]] = {
    rules.Act.ASSESS: AssessForm,
    rules.Act.NOTIFY: NotifyForm,
    rules.Act.RULE_OUT: RuleOutForm,
    rules.Act.CLOSE: CloseForm,
    rules.Act.CORRECT: CorrectForm,
}
