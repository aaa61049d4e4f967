"""The forms of reviews: what the list is narrowed by, asking for one, and closing one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import ModelVersion, RegisteredModel, Review, Unit
from registry.rules.outcomes import OUTCOME_NAMES, Ending
from registry.rules.reviews import CAUSES
from registry.services import review_dates, reviews
from registry.web.forms import Form
from registry.web.requests import PersonRequest

OPEN, OVERDUE, DONE, ALL = "open", "overdue", "done", "all"
MOST_EXHIBITS = 50


class ReviewFilterForm(forms.Form):
    """What the list can be narrowed by; unless told it shows what is open."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        to_field_name="slug",
        label=gettext_lazy("Unit"),
        empty_label=gettext_lazy("All units"),
    )
    cause = forms.ChoiceField(required=False, label=gettext_lazy("Cause"))
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))

    def __init__(self, *args: Any, request: PersonRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(request.user)
        self.fields["cause"].choices = [
            ("", _("All causes")),
            *((code, _(cause.name)) for code, cause in CAUSES.items()),
        ]
        self.fields["state"].choices = [
            ("", _("Open")),
            (OVERDUE, _("Overdue")),
            (DONE, _("Done")),
            (ALL, _("Open and done")),
        ]

    def narrow(self, found: QuerySet[Review]) -> QuerySet[Review]:
        """Return those that are asked for; what is no choice narrows nothing."""
        self.is_valid()
        asked = self.cleaned_data
        found = found.order_by("due_at", "pk")
        if unit := asked.get("unit"):
            found = found.filter(model__unit=unit)
        if cause := asked.get("cause"):
            found = found.filter(cause=cause)
        state = asked.get("state") or OPEN
        if state == DONE:
            return found.filter(state=DONE).order_by("-closed_at", "-pk")
        if state == OVERDUE:
            return found & Review.objects.overdue(timezone.now())
        return found if state == ALL else found & Review.objects.open()


class RequestReviewForm(Form):
    """What somebody doubts of a model."""

    version = forms.ModelChoiceField(
        ModelVersion.objects.none(),
        required=False,
        label=gettext_lazy("Version"),
        empty_label=gettext_lazy("The model as a whole"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("What is doubted, and on what ground."),
    )

    def __init__(self, *args: Any, model: RegisteredModel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = model.versions.select_related("model")
        self.fields["version"].queryset = versions


class CloseReviewForm(Form):
    """How a review ends."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("What was looked at, what was found, what was decided."),
    )
    evidence = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        label=gettext_lazy("Exhibits it rests on"),
        widget=forms.CheckboxSelectMultiple,
    )
    decided_by = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("Who decided not to revalidate"),
    )
    good_until = forms.DateField(
        required=False,
        label=gettext_lazy("Good until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: dict[str, list[tuple[Any, str]]] = {
            "outcome": [(code.value, _(name)) for code, name in OUTCOME_NAMES.items()],
            "evidence": [
                (one.pk, f"{one.title} ({one.version.label}, {_(one.get_verdict_display())})")
                for one in reviews.usable_evidence(review)[:MOST_EXHIBITS]
            ],
            "decided_by": [
                ("", _("Nobody: it was looked at")),
                *((person.pk, person.printed_name) for person in reviews.deciders(review)),
            ],
        }
        for field, offered in choices.items():
            self.fields[field].choices = offered
        self.fields["good_until"].help_text = _(
            "Of “not revalidated” alone: nobody has to look again until then, %(day)s at most."
        ) % {"day": review_dates.latest_promise(review.model).isoformat()}

    def ending(self) -> Ending:
        """Return what the service takes."""
        said = self.cleaned_data
        return Ending(
            outcome=said["outcome"],
            reason=said["reason"],
            evidence=tuple(said["evidence"]),
            decided_by=said["decided_by"],
            good_until=said["good_until"],
        )
