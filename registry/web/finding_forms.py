"""Forms of findings: opening one, and one for each act that moves it on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Finding, Incident, Membership, ModelVersion, User
from registry.rules import findings as rules
from registry.rules.cards import SECTIONS
from registry.rules.roles import MAY
from registry.web.forms import Form


def day_field(**said: Any) -> forms.DateField:
    """Return a field for a day, with the browser's calendar."""
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **said)


def text_field(label: Any, *, rows: int = 3, **said: Any) -> forms.CharField:
    """Return a field for some lines of text."""
    return forms.CharField(label=label, widget=forms.Textarea({"rows": rows}), **said)


class Person(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A person of the unit, by their printed name."""

    def label_from_instance(self, obj: Any) -> str:
        """Show who it is."""
        return f"{obj.printed_name} ({obj.username})"


def people_who_may(verb: str, version: ModelVersion) -> Any:
    """Return the people of the version's unit who may do this."""
    held = Membership.objects.current().filter(unit=version.model.unit, role__in=MAY[verb])
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by(
        "last_name", "first_name", "pk"
    )


class OpenFindingForm(Form):
    """What a finding says."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=rules.LONGEST_TITLE)
    text = text_field(gettext_lazy("What was found"), rows=4)
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), initial="medium")
    section = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Section of the card it is about"),
    )
    paragraph = forms.CharField(
        required=False,
        max_length=20,
        label=gettext_lazy("Paragraph of that section"),
        help_text=gettext_lazy(
            "Counted from 1; it is quoted as the card in effect has it. Empty: the whole section."
        ),
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    question = text_field(
        gettext_lazy("Challenge: the question"),
        rows=2,
        required=False,
        help_text=gettext_lazy("What the authors have to answer for their choice."),
    )
    ground = text_field(
        gettext_lazy("Challenge: the ground"),
        rows=2,
        required=False,
        help_text=gettext_lazy("What makes you doubt it: a figure, a source, another method."),
    )
    owner = Person(User.objects.none(), label=gettext_lazy("Who answers for it"))
    due = day_field(label=gettext_lazy("Due"))
    incident = forms.ModelChoiceField(
        Incident.objects.none(),
        required=False,
        label=gettext_lazy("Opened after the incident"),
        empty_label=gettext_lazy("After none"),
    )

    def __init__(self, *args: Any, version: ModelVersion, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = [
            (code, _("%(name)s (at most %(days)s days)") % {"name": _(name), "days": days})
            for (code, name), days in zip(
                rules.SEVERITIES.items(), rules.LONGEST_DAYS.values(), strict=True
            )
        ]
        self.fields["section"].choices = [
            ("", _("No section of it")),
            *((one.code, _(one.name)) for one in SECTIONS),
        ]
        people = people_who_may("finding.answer", version)
        self.fields["owner"].queryset = people.exclude(pk=by.pk)
        self.fields["owner"].initial = version.model.revision.owner_id
        incidents = Incident.objects.visible_to(by).filter(model=version.model)
        self.fields["incident"].queryset = incidents
        if not incidents:
            del self.fields["incident"]


class MoveForm(Form):
    """What every act on a finding says: why, and what the person had seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = finding.moves.count()


class AnswerForm(MoveForm):
    """An answer, and the plan by which the finding is mended."""

    text = text_field(gettext_lazy("Answer"), rows=4)
    plan = text_field(
        gettext_lazy("Remediation plan"),
        required=False,
        help_text=gettext_lazy("What is changed, by whom, and until when."),
    )


class JudgeForm(MoveForm):
    """What came of the challenge."""

    act = rules.Act.CLOSE
    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    text = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = rules.OUTCOMES_OF[self.act]
        self.fields["outcome"].choices = [(code, _(rules.OUTCOMES[code])) for code in known]
        self.fields["outcome"].initial = known[0]


class ChallengeForm(JudgeForm):
    """What the answer lacks."""

    act = rules.Act.CHALLENGE


class AcceptRiskForm(MoveForm):
    """Until when the risk is accepted, and why."""

    until = day_field(label=gettext_lazy("Until"))
    text = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, finding=finding, **kwargs)
        self.fields["until"].help_text = _(
            "At most %(days)s days for this severity; the day after, the finding is open again."
        ) % {"days": rules.LONGEST_ACCEPTANCE[finding.severity]}


class RateForm(MoveForm):
    """Another severity, and why."""

    severity = forms.ChoiceField(label=gettext_lazy("Severity"))
    text = text_field(gettext_lazy("Reason"))

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, finding=finding, **kwargs)
        self.fields["severity"].choices = [
            (code, _(name)) for code, name in rules.SEVERITIES.items() if code != finding.severity
        ]


FORMS: dict[rules.Act, type[MoveForm]] = {
    rules.Act.ANSWER: AnswerForm,
    rules.Act.CLOSE: JudgeForm,
    rules.Act.CHALLENGE: ChallengeForm,
    rules.Act.ACCEPT_RISK: AcceptRiskForm,
    rules.Act.RATE: RateForm,
}
