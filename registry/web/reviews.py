"""Pages of reviews: the list, one review with its closing form, and asking for one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.models import Evidence, Review
from registry.services import reviews, rights
from registry.web.forms import refusals_on, show
from registry.web.lookups import model_or_404
from registry.web.requests import PersonRequest
from registry.web.review_forms import CloseReviewForm, RequestReviewForm, ReviewFilterForm

PER_PAGE = 50


@login_required
def review_list(request: PersonRequest) -> HttpResponse:
    """The reviews the person may see, by due date: what is overdue comes first."""
    form = ReviewFilterForm(request.GET, request=request)
    found = form.narrow(Review.objects.visible_to(request.user)).for_list()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/reviews.html", {"form": form, "page": page})


def review_or_404(request: PersonRequest, pk: int) -> Review:
    """Return a visible review with what its page shows."""
    visible = Review.objects.visible_to(request.user).select_related(
        "model__unit",
        "model__revision__owner",
        "version__model",
        "opened_by",
        "closed_by",
        "decided_by",
    )
    return get_object_or_404(visible, pk=pk)


@login_required
def review(request: PersonRequest, pk: int) -> HttpResponse:
    """One review: why it was opened, what came in since, and how it ended."""
    return _page(request, review_or_404(request, pk))


@login_required
@require_POST
def close_review(request: PersonRequest, pk: int) -> HttpResponse:
    """Close a review with its outcome."""
    found = review_or_404(request, pk)
    form = CloseReviewForm(request.POST, review=found)
    if form.is_valid():
        with refusals_on(form):
            reviews.close(review=found, ending=form.ending(), by=request.user)
            messages.success(request, _("The review is closed."))
            return redirect("review", pk)
    return _page(request, review_or_404(request, pk), form)


@login_required
def request_review(request: PersonRequest, slug: str) -> HttpResponse:
    """Ask for a review of a model by hand."""
    model = model_or_404(request, slug)
    rights.require(by=request.user, verb="review.open", unit=model.unit)
    form = RequestReviewForm(request.POST or None, model=model)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            found = reviews.request(model=model, **form.cleaned_data, by=request.user)
            return redirect("review", found.pk)
    return show(request, "registry/request_review.html", form, model=model)


def _page(
    request: PersonRequest, found: Review, form: CloseReviewForm | None = None
) -> HttpResponse:
    """Show a review; with a form that was refused, that form."""
    may_close = found.is_open and rights.may(
        by=request.user, verb="review.close", unit=found.model.unit
    )
    own_work = reviews.objections_to_person(found, request.user) if may_close else []
    offered = may_close and not own_work
    context = {
        "review": found,
        "model": found.model,
        "events": found.events.select_related("by", "version__model"),
        "exhibits": Evidence.objects.filter(pk__in=found.evidence).select_related("version"),
        "own_work": own_work,
        "form": form or (CloseReviewForm(review=found) if offered else None),
        "offered": offered,
    }
    if form is None:
        return render(request, "registry/review.html", context)
    context.pop("form")
    return show(request, "registry/review.html", form, **context)
