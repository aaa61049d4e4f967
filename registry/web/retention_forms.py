"""Forms of retention: what to hold and why, and the periods and frameworks of an edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Dataset, RegisteredModel, Unit, User
from registry.rules.retention_schedule import FRAMEWORKS, KINDS, Rules
from registry.web.forms import Form

SETTABLE = {code: kind for code, kind in KINDS.items() if kind.usual}


class PlaceHoldForm(Form):
    """What is held: one thing out of those the person may hold, or everything."""

    on = forms.ChoiceField(label=gettext_lazy("What is held"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("It stands in the journal and on the pages of what is held."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.where(user, "retention_hold.place")
        models = RegisteredModel.objects.filter(unit__in=units)
        datasets = Dataset.objects.filter(unit__in=units)
        self.held: dict[str, Any] = {
            **{f"unit:{one.pk}": one for one in units},
            **{f"model:{one.pk}": one for one in models},
            **{f"dataset:{one.pk}": one for one in datasets},
        }
        self.fields["on"].choices = [
            ("", ""),
            ("installation", _("The whole installation")),
            (_("Units"), [(f"unit:{one.pk}", str(one)) for one in units]),
            (_("Models, with their data"), [(f"model:{one.pk}", str(one)) for one in models]),
            (_("Datasets"), [(f"dataset:{one.pk}", str(one)) for one in datasets]),
        ]

    def asked(self) -> dict[str, Any]:
        """Return what the service is asked: the scope, and what is held by its name."""
        chosen = self.cleaned_data["on"]
        scope = chosen.partition(":")[0]
        held = {} if scope == "installation" else {scope: self.held[chosen]}
        return {"scope": scope, "reason": self.cleaned_data["reason"], **held}


class RuleForm(Form):
    """An edition of the rules: frameworks, and a period for each kind that is not as usual."""

    frameworks = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Frameworks that apply here"),
        choices=[(code, gettext_lazy(name)) for code, name in FRAMEWORKS.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "frameworks": sorted(rules.frameworks),
            **{f"period_{kind}": str(period) for kind, period in rules.periods.items()},
        }
        super().__init__(*args, **kwargs)
        for code, kind in SETTABLE.items():
            self.fields[f"period_{code}"] = forms.CharField(
                required=False,
                max_length=40,
                label=_(kind.name),
                help_text=_("Usually %(period)s.") % {"period": kind.usual},
            )
        self.fields["reason"] = forms.CharField(
            required=False, label=_("Reason"), widget=forms.Textarea({"rows": 2})
        )

    def asked(self) -> dict[str, Any]:
        """Return what the service is asked."""
        periods = {code: self.cleaned_data[f"period_{code}"] for code in SETTABLE}
        return {
            "frameworks": self.cleaned_data["frameworks"],
            "periods": {code: text for code, text in periods.items() if text},
            "reason": self.cleaned_data["reason"],
        }
