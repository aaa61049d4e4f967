"""Forms of registered models: narrowing the list, and what is said of a model."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from registry.models import RegisteredModel, Unit, User
from registry.rules.catalogue import TASKS, USE_CASES
from registry.rules.eu_ai_act import CLASSES, OPERATOR_ROLES, UNCLASSIFIED
from registry.services import registered_models
from registry.services.portfolio import residual_places
from registry.services.statements import CHOICES, TEXTS
from registry.web.forms import Form


class FilterForm(forms.Form):
    """What the list of models can be narrowed by; the address is the saved view."""

    q = forms.CharField(required=False, label=gettext_lazy("Search"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=gettext_lazy("All units"),
        label=gettext_lazy("Unit"),
    )
    tier = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Any")), *((n, n) for n in "1234")],
        label=gettext_lazy("Tier"),
    )
    # Set by the cells of the heat map: models whose residual risk lies there.
    likelihood = forms.IntegerField(required=False, widget=forms.HiddenInput)
    impact = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.visible_to(user)
        self.user = user

    def narrow(self, models: QuerySet[RegisteredModel]) -> QuerySet[RegisteredModel]:
        """Apply what is set; what cannot be read is left out."""
        self.is_valid()
        asked = self.cleaned_data
        if words := asked.get("q"):
            models = models.filter(
                Q(name__icontains=words)
                | Q(revision__purpose__icontains=words)
                | Q(revision__owner__last_name__icontains=words)
                | Q(versions__artefact__sha256__startswith=words.lower())
            ).distinct()
        if asked.get("unit"):
            models = models.filter(unit=asked["unit"])
        if asked.get("tier"):
            models = models.filter(revision__tier=asked["tier"])
        cell = (asked.get("likelihood"), asked.get("impact"))
        if all(cell):
            places = residual_places(self.user).items()
            inside = [pk for pk, place in places if (place["likelihood"], place["impact"]) == cell]
            models = models.filter(pk__in=inside)
        return models


class StatementForm(Form):
    """What one revision says of a model."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("What decision does it serve, and who takes it?"),
        widget=forms.Textarea({"rows": 3}),
    )
    intended_use = forms.CharField(
        label=gettext_lazy("Intended use"),
        help_text=gettext_lazy(
            "For whom and where it may be used, and what it must not be used for."
        ),
        widget=forms.Textarea({"rows": 3}),
    )
    tier = forms.TypedChoiceField(
        label=gettext_lazy("Tier"),
        coerce=int,
        initial=2,
        choices=[
            (1, gettext_lazy("1: decides about people's lives, money or rights")),
            (2, gettext_lazy("2: matters to customers or to capital")),
            (3, gettext_lazy("3: limited effect")),
            (4, gettext_lazy("4: hardly any effect")),
        ],
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Owner"))
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Deputy"),
        help_text=gettext_lazy("Who stands in for the owner."),
    )
    maintainers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Maintainers"),
        help_text=gettext_lazy("Who can rebuild and repair it."),
    )
    maintainer_deputies = forms.ModelMultipleChoiceField(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Deputies of the maintainers"),
        help_text=gettext_lazy("Who takes over when a maintainer is gone."),
    )
    use_case = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Use case"),
        choices=[
            ("", gettext_lazy("Not said")),
            *((code, gettext_lazy(name)) for code, name in USE_CASES.items()),
        ],
    )
    business_goal = forms.CharField(
        required=False,
        label=gettext_lazy("Business goal"),
        widget=forms.Textarea({"rows": 2}),
    )
    goal_kpi = forms.CharField(
        required=False,
        label=gettext_lazy("KPI of the goal"),
        help_text=gettext_lazy("The figure that shows whether the goal is met, and its target."),
    )
    expected_benefit = forms.CharField(
        required=False,
        label=gettext_lazy("Expected benefit"),
        help_text=gettext_lazy("With currency and period where it is money."),
    )
    running_cost = forms.CharField(
        required=False,
        label=gettext_lazy("Running cost"),
        help_text=gettext_lazy("With currency and period, such as 40,000 EUR a year."),
    )
    ai_act_class = forms.ChoiceField(
        label=gettext_lazy("EU AI Act class"),
        initial=UNCLASSIFIED,
        choices=[(code, gettext_lazy(name)) for code, name in CLASSES.items()],
    )
    operator_role = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Operator role"),
        help_text=gettext_lazy("What this organisation is under the Act, for this model."),
        choices=[
            ("", gettext_lazy("Not said")),
            *((code, gettext_lazy(name)) for code, name in OPERATOR_ROLES.items()),
        ],
    )
    ai_act_ground = forms.CharField(
        required=False,
        label=gettext_lazy("Ground of class and role"),
        widget=forms.Textarea({"rows": 2}),
    )

    def offer(self, unit: QuerySet[Unit] | Unit) -> None:
        """Offer the people who hold a role in the unit or units."""
        units = [unit] if isinstance(unit, Unit) else unit
        people = (
            User.objects.filter(memberships__unit__in=units, memberships__ended_at__isnull=True)
            .distinct()
            .order_by("last_name", "username")
        )
        for field in ("owner", "deputy", "maintainers", "maintainer_deputies"):
            self.fields[field].queryset = people
            self.fields[field].label_from_instance = lambda person: person.printed_name

    def statement(self) -> registered_models.Statement:
        """Return what the service takes."""
        asked = self.cleaned_data
        return registered_models.Statement(
            tier=asked["tier"],
            owner=asked["owner"],
            deputy=asked["deputy"],
            maintainers=list(asked["maintainers"]),
            maintainer_deputies=list(asked["maintainer_deputies"]),
            **{name: asked[name] for name in (*TEXTS, *CHOICES)},
        )


class RegisterForm(StatementForm):
    """A new model."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=None)
    task = forms.ChoiceField(
        label=gettext_lazy("Task"),
        choices=[(code, gettext_lazy(name)) for code, name in TASKS.items()],
    )
    field_order = [
        "name",
        "unit",
        "task",
        "purpose",
        "intended_use",
        "tier",
        "owner",
        "deputy",
        "maintainers",
        "maintainer_deputies",
    ]


class ReviseForm(StatementForm):
    """A new revision of what is said of a model."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"), widget=forms.Textarea({"rows": 2})
    )

    def keep_tier(self, tier: int) -> None:
        """Take the tier from the scorecard instead of asking for it."""
        self.fields["tier"].disabled = True
        self.fields["tier"].initial = tier
        self.fields["tier"].help_text = gettext_lazy(
            "It comes from the scorecard; fill that anew or propose an override."
        )


class RetireForm(Form):
    """Why a model is taken out of use."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))
