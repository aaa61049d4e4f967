"""Forms of the signing panel: the act with its reason, and the conditions of an approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.rules.catalogue import EVIDENCE_KINDS
from registry.rules.conditions import Asked
from registry.rules.releases import MEANINGS, Act
from registry.web.forms import Form
from registry.web.signing_forms import ProofFields

# What each act does, said beside it where it is chosen.
EFFECTS = {
    Act.APPROVE: gettext_lazy(
        "Counts as one signature of the open stage. The last one of all stages approves."
    ),
    Act.APPROVE_WITH_CONDITIONS: gettext_lazy(
        "Counts the same. The conditions you name below bind from the last signature on."
    ),
    Act.REJECT: gettext_lazy(
        "Counts against the release. It ends once the stage can no longer be completed."
    ),
    Act.SEND_BACK: gettext_lazy(
        "Signatures of the stage you choose below and of all later ones are asked for anew."
    ),
    Act.RETURN: gettext_lazy(
        "Makes it a draft again. Its author changes it and submits it anew; no signature is kept."
    ),
    Act.WITHDRAW: gettext_lazy("Ends the review. It can be submitted again as a new release."),
    Act.REVOKE: gettext_lazy("Ends the approval; the gate closes at once, and for good."),
    Act.RETIRE: gettext_lazy("Ends the release in good order; the gate closes at once."),
}
CONDITIONS_ELSEWHERE = gettext_lazy(
    "Conditions go with an approval under conditions only; choose that, or leave them empty."
)


class ActRadios(forms.RadioSelect):
    """Radio buttons, each of which names the sentence that says what it does."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Point at the sentence under the button."""
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        effect = EFFECTS.get(option["value"])
        if effect:
            option["effect"], option["effect_id"] = effect, f"effect_{option['value']}"
            option["attrs"]["aria-describedby"] = option["effect_id"]
        return option


class ActField(forms.ChoiceField):
    """Offers the acts a person can take, and takes any: the service says in words why not."""

    def valid_value(self, value: str) -> bool:
        """Say whether there is such an act."""
        return value in set(MEANINGS)


class SignForm(ProofFields):
    """What a signature takes.

    What it means, why, and the digest of what was shown; the proof of who signs is added to it.
    """

    act = ActField(label=gettext_lazy("My signature means"), widget=ActRadios)
    stage = forms.TypedChoiceField(
        label=gettext_lazy("Send it back to"), coerce=int, required=False, empty_value=None
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))
    digest = forms.CharField(widget=forms.HiddenInput)

    def offer(self, acts: list[Act], earlier: list[tuple[int, str]]) -> None:
        """Offer these acts, the first one chosen; the stages only where it can be sent back."""
        self.fields["act"].choices = [(act.value, gettext_lazy(MEANINGS[act])) for act in acts]
        self.fields["act"].initial = acts[0].value if acts else None
        self.fields["stage"].choices = earlier
        if not earlier:
            self.fields.pop("stage")


class ConditionForm(Form):
    """One condition of an approval; left empty it is none."""

    text = forms.CharField(
        label=gettext_lazy("Condition"), widget=forms.Textarea({"rows": 2}), required=False
    )
    owner = forms.ChoiceField(label=gettext_lazy("Owner"), required=False)
    due = forms.DateField(
        label=gettext_lazy("Due"), required=False, widget=forms.DateInput({"type": "date"})
    )
    evidence_kind = forms.ChoiceField(
        label=gettext_lazy("Evidence that fulfils it"),
        required=False,
        choices=[
            ("", gettext_lazy("None; words do")),
            *((code, gettext_lazy(name)) for code, name in EVIDENCE_KINDS.items()),
        ],
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "–"), *people]

    def clean(self) -> dict[str, Any]:
        """Ask for the day where a condition is named; the rest is the service's to say."""
        said = super().clean() or {}
        if said.get("text") and not said.get("due") and "due" not in self.errors:
            self.add_error("due", _("Give the day by which this has to be done."))
        return said

    def asked(self) -> Asked | None:
        """Return what the service takes; None for a condition left empty."""
        said = self.cleaned_data
        if not said.get("text"):
            return None
        return Asked(said["text"], said["owner"], said["due"], said["evidence_kind"])


ConditionFormSet = formset_factory(ConditionForm, extra=3, max_num=20)
