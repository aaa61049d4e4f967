"""Settings: how long what is kept, by which rule; legal holds, and what was deleted."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.models import RetentionHold, RetentionRule, Tombstone, Unit
from registry.rules import retention_editions
from registry.rules.retention_schedule import FRAMEWORKS, KINDS, STARTS
from registry.services import retention_holds, retention_rules, rights, tombstones
from registry.web.forms import Form, ReasonForm, refusals_on, show, tell_errors
from registry.web.requests import PersonRequest
from registry.web.retention_forms import PlaceHoldForm, RuleForm

PER_PAGE = 25


@login_required
def retention(request: PersonRequest) -> HttpResponse:
    """The schedule in force, its editions, the holds, and the tombstones."""
    user, rules = request.user, retention_rules.in_force()
    found = Tombstone.objects.visible_to(user).select_related("model", "unit")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    numbers = tombstones.journal_numbers(page)
    editions = retention_rules.told_editions()
    context = {
        "kinds": [
            {
                "name": kind.name,
                "period": rules.periods.get(code, kind.usual),
                "is_own": code in rules.periods,
                "start": STARTS[kind.start],
                "note": kind.note,
                "at_least": [
                    (FRAMEWORKS[one.framework], one.paragraph, one.period, STARTS[one.start])
                    for one in kind.at_least
                    if one.framework in rules.frameworks
                ],
            }
            for code, kind in KINDS.items()
        ],
        "rules": rules,
        "frameworks": retention_editions.frameworks(rules),
        "editions": editions,
        "waiting": editions[0] if editions and not editions[0].rule.confirmed_at else None,
        "holds": RetentionHold.objects.visible_to(user).standing().for_list(),
        "released": RetentionHold.objects.visible_to(user)
        .filter(released_at__isnull=False)
        .for_list()[:PER_PAGE],
        "may_hold": Unit.objects.where(user, "retention_hold.place").exists(),
        "may_propose": rights.may_anywhere(by=user, verb="retention_rule.propose"),
        "may_confirm": rights.may_anywhere(by=user, verb="retention_rule.confirm"),
        "may_preview": rights.may_anywhere(by=user, verb="retention.preview"),
        "may_read_store": rights.may_anywhere(by=user, verb="store.read"),
        "page": page,
        "rows": [(one, numbers.get(one.pk)) for one in page],
    }
    return render(request, "registry/retention.html", context)


@login_required
def place_hold(request: PersonRequest) -> HttpResponse:
    """Place a legal hold; from the page of a thing, that thing is chosen already."""
    if not Unit.objects.where(request.user, "retention_hold.place").exists():
        raise PermissionDenied(
            _("Placing a hold takes the role model risk manager or administrator in a unit.")
        )
    form = PlaceHoldForm(
        request.POST or None, user=request.user, initial={"on": request.GET.get("on", "")}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            retention_holds.place(**form.asked(), by=request.user)
            messages.success(request, _("It is held; nothing of it is deleted from now on."))
            return redirect("retention")
    return show(request, "registry/place_hold.html", form)


@login_required
def release_hold(request: PersonRequest, pk: int) -> HttpResponse:
    """Release a legal hold, with the reason."""
    visible = RetentionHold.objects.visible_to(request.user).for_list()
    hold = get_object_or_404(visible, pk=pk)
    retention_holds.require_releaser(hold=hold, by=request.user)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            retention_holds.release(hold=hold, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("The hold is released."))
            return redirect("retention")
    return show(request, "registry/release_hold.html", form, hold=hold)


@login_required
def propose_rule(request: PersonRequest) -> HttpResponse:
    """Propose an edition of the rules."""
    rights.require_anywhere(by=request.user, verb="retention_rule.propose")
    form = RuleForm(request.POST or None, rules=retention_rules.in_force())
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            proposed = retention_rules.propose(**form.asked(), by=request.user)
            told = _("Edition %(edition)s is proposed; a second person has to confirm it.")
            messages.success(request, told % {"edition": proposed.edition})
            return redirect("retention")
    return show(request, "registry/propose_rule.html", form)


@login_required
@require_POST
def confirm_rule(request: PersonRequest, edition: int) -> HttpResponse:
    """Put a proposed edition into force."""
    rule = get_object_or_404(RetentionRule, edition=edition)
    form = Form(request.POST)
    form.is_valid()
    with refusals_on(form):
        retention_rules.confirm(rule=rule, by=request.user)
        messages.success(request, _("Edition %(edition)s is in force.") % {"edition": edition})
    tell_errors(request, form)
    return redirect("retention")
