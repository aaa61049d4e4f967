"""The form by which runs are started: what is measured, on which rows, and what besides."""

from __future__ import annotations

from django import forms
from django.db.models import Case, Q, When
from django.utils.translation import gettext, gettext_lazy

from audits.rules.options import MOST_ROWS, Options
from audits.rules.runs import KIND_NAMES, Kind
from registry.models import DatasetVersion, ModelVersion, User
from registry.rules.catalogue import DATA_ROLES
from registry.web.forms import Form

# What a first look at a version takes; the others are ticked by who wants them.
USUAL = (Kind.PERFORMANCE, Kind.FAIRNESS)


class NamesField(forms.CharField):
    """Names of columns, separated by commas."""

    def clean(self, value: object) -> tuple[str, ...]:
        """Return the names, without blanks and each once."""
        text = super().clean(value)
        return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


class NumbersField(NamesField):
    """Whole numbers, separated by commas."""

    def clean(self, value: object) -> tuple[int, ...]:  # type: ignore[override]
        """Return the numbers."""
        parts = super().clean(value)
        if not all(part.isdecimal() and len(part) < 12 for part in parts):
            raise forms.ValidationError(
                gettext_lazy("Write row numbers, separated by commas: 12, 408.")
            )
        return tuple(int(part) for part in parts)


class RunForm(Form):
    """Runs to start."""

    kind = forms.MultipleChoiceField(
        label=gettext_lazy("What to measure"),
        choices=[(kind.value, gettext_lazy(name)) for kind, name in KIND_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[kind.value for kind in USUAL],
    )
    data = forms.ModelChoiceField(  # type: ignore[assignment]
        DatasetVersion.objects.none(),
        label=gettext_lazy("On which data"),
        empty_label=None,
        help_text=gettext_lazy("For drift, the later batch."),
    )
    predictions = forms.FileField(
        required=False,
        label=gettext_lazy("Predictions of the vendor"),
        help_text=gettext_lazy(
            "CSV or Parquet with a column “score”, one row for each row of the data. They are"
            " marked as not reproduced."
        ),
    )
    reference = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        required=False,
        label=gettext_lazy("Drift: compared with"),
        help_text=gettext_lazy("The rows the batch is held against, such as the test data."),
    )
    truth = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        required=False,
        label=gettext_lazy("Drift: labels that came later"),
    )
    truth_key = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Drift: column by which they are joined"),
    )
    slices = NamesField(
        required=False,
        label=gettext_lazy("Performance: told apart by these columns"),
        help_text=gettext_lazy("Names of columns, separated by commas."),
    )
    strata = NamesField(
        required=False,
        label=gettext_lazy("Fairness: within equal values of these columns"),
        help_text=gettext_lazy(
            "Legitimate factors on which the decision may depend, separated by commas."
        ),
    )
    cases = NumbersField(
        required=False,
        label=gettext_lazy("Explanation: these rows one by one"),
        help_text=gettext_lazy("Row numbers from 1, separated by commas."),
    )
    rows = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_ROWS,
        label=gettext_lazy("Explanation: size of the sample"),
    )

    def offer(self, version: ModelVersion, user: User) -> None:
        """Offer the data that fits the version, and only the fields it can use."""
        every = DatasetVersion.objects.visible_to(user).with_rows().select_related("dataset")
        attached = version.data_links.attached().values("data")
        unit = Q(dataset__unit=version.model.unit_id)
        batches = unit & Q(role="production")
        # What is usually measured comes first and is what an untouched form takes.
        test_first = Case(When(role="test", then=0), When(role="train", then=1), default=2)
        offered = every.filter(Q(pk__in=attached) | batches)
        self.fields["data"].queryset = offered.order_by(test_first, "dataset", "-number")
        self.fields["reference"].queryset = every.filter(pk__in=attached).order_by(test_first)
        self.fields["truth"].queryset = every.filter(unit).exclude(role="train")
        for name in ("data", "reference", "truth"):
            self.fields[name].label_from_instance = _named
        if not version.is_vendor_model:
            del self.fields["predictions"]

    def options(self) -> Options:
        """Return what is looked at besides."""
        said = self.cleaned_data
        return Options(
            slices=said["slices"],
            strata=said["strata"],
            cases=said["cases"],
            rows=said["rows"] or 0,
            truth_key=said["truth_key"].strip(),
        )


def _named(data: DatasetVersion) -> str:
    return f"{data} ({gettext(DATA_ROLES[data.role])})"
