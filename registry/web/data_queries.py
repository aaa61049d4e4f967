"""Pages of queries that stand for data: proposing one, and reviewing or refusing it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.connections.configured import KIND_NAMES
from registry.models import DataQuery, Dataset, Entry
from registry.rules.catalogue import DATA_ROLES
from registry.rules.data_queries import Columns
from registry.services import data_queries, rights
from registry.services.openings import opened
from registry.web.forms import Form, ReasonForm, refusals_on, show
from registry.web.requests import PersonRequest


def names(said: str) -> tuple[str, ...]:
    """Return the names on the lines of a field; a name may hold commas and blanks."""
    return tuple(line.strip() for line in said.splitlines() if line.strip())


class QueryForm(Form):
    """A query to propose."""

    connection = forms.ChoiceField(label=gettext_lazy("Connection"))
    query = forms.CharField(
        label=gettext_lazy("Table or query"),
        help_text=gettext_lazy("The name of a table, or a single SELECT over tables and views."),
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
    )
    label_column = forms.CharField(
        label=gettext_lazy("Column of the true outcome"),
        help_text=gettext_lazy("Under the name by which the model versions know it."),
    )
    score = forms.CharField(
        required=False,
        label=gettext_lazy("Column of the score"),
        help_text=gettext_lazy("A probability, or the predicted value of a regression."),
    )
    prediction = forms.CharField(
        required=False,
        label=gettext_lazy("Column of the predicted class"),
        help_text=gettext_lazy("For more than two classes, in the place of a score."),
    )
    sensitive_columns = forms.CharField(
        required=False,
        label=gettext_lazy("Sensitive columns"),
        help_text=gettext_lazy("One name a line. Fairness is measured over them."),
        widget=forms.Textarea({"rows": 2}),
    )
    other_columns = forms.CharField(
        required=False,
        label=gettext_lazy("Other columns"),
        help_text=gettext_lazy("One name a line: columns to tell rows apart by, and weights."),
        widget=forms.Textarea({"rows": 2}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(code, gettext_lazy(name)) for code, name in DATA_ROLES.items()],
        initial="test",
    )
    provenance = forms.CharField(
        label=gettext_lazy("Where the rows come from"), widget=forms.Textarea({"rows": 2})
    )

    def columns(self) -> Columns:
        """Return what the columns are."""
        asked = self.cleaned_data
        return Columns(
            label=asked["label_column"],
            score=asked["score"],
            prediction=asked["prediction"],
            sensitive=names(asked["sensitive_columns"]),
            others=names(asked["other_columns"]),
        )


@login_required
def propose_query(request: PersonRequest, slug: str) -> HttpResponse:
    """Propose a query over a connection as a version of a dataset."""
    dataset = get_object_or_404(
        Dataset.objects.visible_to(request.user).select_related("unit"), slug=slug
    )
    rights.require(by=request.user, verb="data_query.propose", unit=dataset.unit)
    connections = data_queries.configured()
    form = QueryForm(request.POST or None)
    form.fields["connection"].choices = [
        (one.name, f"{one.name} ({_(KIND_NAMES[one.kind])}): {one.description}")
        for one in connections
    ]
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            proposed = data_queries.propose(
                dataset=dataset,
                connection=asked["connection"],
                query=asked["query"],
                columns=form.columns(),
                role=asked["role"],
                provenance=asked["provenance"],
                by=request.user,
            )
            return redirect("data_query", proposed.pk)
    return show(
        request,
        "registry/propose_query.html",
        form,
        dataset=dataset,
        connections=connections,
    )


@login_required
def data_query(request: PersonRequest, pk: int) -> HttpResponse:
    """One query: what it asks, what its columns are, and who decided on it."""
    return _page(request, query_or_404(request, pk), ReasonForm())


@login_required
@require_POST
def review_query(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a query be used; it is asked how many rows it finds."""
    query, form = query_or_404(request, pk), Form(request.POST)
    with refusals_on(form):
        version = data_queries.review(query=query, by=request.user)
        messages.success(
            request,
            _("Reviewed: it finds %(rows)s rows and is version %(number)s of the dataset.")
            % {"rows": version.rows, "number": version.number},
        )
        return redirect("data_query", pk)
    return _page(request, query, form)


@login_required
@require_POST
def refuse_query(request: PersonRequest, pk: int) -> HttpResponse:
    """Refuse a query for good."""
    query, form = query_or_404(request, pk), ReasonForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            data_queries.refuse(query=query, reason=form.cleaned_data["reason"], by=request.user)
            return redirect("data_query", pk)
    return _page(request, query, form)


def query_or_404(request: PersonRequest, pk: int) -> DataQuery:
    """Return a visible query with everything its page shows."""
    visible = DataQuery.objects.visible_to(request.user).select_related(
        "dataset__unit", "proposed_by", "decided_by", "version__file"
    )
    query: DataQuery = get_object_or_404(visible, pk=pk)
    return query


def _page(request: PersonRequest, query: DataQuery, form: Form) -> HttpResponse:
    may_review = (
        rights.may(by=request.user, verb="data_query.review", unit=query.dataset.unit)
        and query.proposed_by_id != request.user.pk
    )
    return show(
        request,
        "registry/data_query.html",
        form,
        query=query,
        dataset=query.dataset,
        kind=KIND_NAMES.get(query.kind, query.kind),
        columns=data_queries.columns_of(query),
        may_review=may_review and query.state == "proposed",
        reason_form=form if isinstance(form, ReasonForm) else ReasonForm(),
        page=opened(
            Entry.objects.visible_to(request.user).filter(
                subject_kind="dataquery", subject_id=query.pk
            )
        ),
    )
