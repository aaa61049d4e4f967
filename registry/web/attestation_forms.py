"""The forms of attestations: opening a round, and an owner's confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Unit
from registry.rules.attestations import LONGEST_EXCEPTION, SAYINGS
from registry.web.forms import Form
from registry.web.signing_forms import ProofFields

EXCEPTION = "exception-"


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget)


class OpenRoundForm(Form):
    """One period's inventory of one unit."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), to_field_name="slug", label=gettext_lazy("Unit"), empty_label=None
    )
    period = forms.CharField(
        label=gettext_lazy("Period"), max_length=60, help_text=gettext_lazy("2026-Q4, say.")
    )
    starts_on = _day(gettext_lazy("From"))
    ends_on = _day(gettext_lazy("Until"))
    due_on = _day(gettext_lazy("To be confirmed by"))


class ConfirmForm(ProofFields):
    """What an owner says of their models, bound to the inventory that was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    says = forms.ChoiceField(label=gettext_lazy("I say"), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, mine: Sequence[Mapping[str, Any]], digest: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"digest": digest}, **kwargs)
        self.fields["says"].choices = [(code, _(name)) for code, name in SAYINGS.items()]
        self.mine = [model["slug"] for model in mine]
        for model in mine:
            self.fields[EXCEPTION + model["slug"]] = forms.CharField(
                required=False,
                max_length=LONGEST_EXCEPTION,
                label=_("Exception: %(model)s") % {"model": model["name"]},
                widget=forms.Textarea({"rows": 2}),
            )
        self.order_fields(["digest", "says", *(EXCEPTION + slug for slug in self.mine)])

    def exceptions(self) -> dict[str, str]:
        """Return the texts that were written, by the models' short names."""
        said = {slug: self.cleaned_data.get(EXCEPTION + slug, "") for slug in self.mine}
        return {slug: text for slug, text in said.items() if text}
