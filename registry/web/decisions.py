"""The page of a release: the whole case on one page, and the panel to sign it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from registry.models import Decision, Release, User
from registry.rules import stages as stage_rules
from registry.rules.conditions import Asked
from registry.rules.refusals import Objection
from registry.rules.releases import OPEN, REVIEWING, STANDING, Act, State
from registry.services import checklists, gates, releases, rights, seats, stages
from registry.services.as_of import release_as_of
from registry.web import as_of
from registry.web.cases import whole_case
from registry.web.decision_forms import CONDITIONS_ELSEWHERE, ConditionFormSet, SignForm
from registry.web.requests import PersonRequest
from registry.web.signing_forms import show_unsigned, signature_on

VERBS: dict[str, Callable[..., Decision]] = {
    Act.APPROVE: releases.approve,
    Act.APPROVE_WITH_CONDITIONS: releases.approve_with_conditions,
    Act.REJECT: releases.reject,
    Act.SEND_BACK: releases.send_back,
    Act.RETURN: releases.return_to_author,
    Act.WITHDRAW: releases.withdraw,
    Act.REVOKE: releases.revoke,
    Act.RETIRE: releases.retire,
}


@login_required
def release(request: PersonRequest, pk: int) -> HttpResponse:
    """The whole case on one page; signing happens here too."""
    release = _release_or_404(request, pk)
    if as_of.is_asked(request):
        template, model = "registry/as_of_release.html", release.version.model
        return as_of.page(request, template, release_as_of, release, release=release, model=model)
    if release.case_file is None or (release.state == State.DRAFT and request.method != "POST"):
        return draft(request, release)
    panel = Panel(request, release)
    if request.method == "POST" and panel.is_valid():
        with signature_on(panel.form):
            panel.sign()
            return redirect("release", pk)
    if panel.form.refused:
        # What is shown again is the newest case file, so the next signature is for that one.
        panel.form.data = {**request.POST.dict(), "digest": release.case_file.digest}
    return show_unsigned(request, "registry/release.html", panel.form, **panel.context())


def _release_or_404(request: PersonRequest, pk: int) -> Release:
    """Return a visible release, with what its gate and the separation of duties are read from."""
    visible = gates.for_signing(Release.objects.visible_to(request.user))
    found: Release = get_object_or_404(visible, pk=pk)
    return found


def draft(request: PersonRequest, release: Release) -> HttpResponse:
    """A draft: what is still missing before it can be submitted, and why it was returned."""
    is_open = release.state == State.DRAFT
    items = checklists.checklist(release.version, release.environment) if is_open else []
    return render(
        request,
        "registry/draft_release.html",
        {
            "release": release,
            "version": release.version,
            "model": release.version.model,
            "is_open": is_open,
            "checklist": items,
            "complete": not any(item.objection for item in items),
            "moves": release.moves.select_related("by"),
        },
        # A signature for what nobody can sign yet is sent by hand only.
        status=409 if request.method == "POST" else 200,
    )


class Panel:
    """What one person can sign on one release, and the forms for it."""

    def __init__(self, request: PersonRequest, release: Release) -> None:
        self.request, self.release = request, release
        self.progress = stages.progress_of(release)
        self.ruling = stages.ruling_of(release)
        self.own_work = self._own_work()
        self.acts = [act for act in self._acts() if not (self.own_work and act in REVIEWING)]
        self.form = SignForm(request.POST or None, initial={"digest": release.case_file.digest})
        self.form.offer(self.acts, self._earlier() if Act.SEND_BACK in self.acts else [])
        self.form.ask_for_proof(
            request,
            subject=release,
            # Who only takes their own work back needs no more than their password.
            strength="password" if self.acts == [Act.WITHDRAW] else self.ruling.reauthentication,
            digest=release.case_file.digest,
        )
        self.conditions = ConditionFormSet(
            request.POST or None,
            form_kwargs={"people": _people(release)},
            prefix="conditions",
        )

    @property
    def takes_conditions(self) -> bool:
        """Whether conditions can be named."""
        return Act.APPROVE_WITH_CONDITIONS in self.acts

    def is_valid(self) -> bool:
        """Say whether what was sent can be acted on."""
        if "conditions-TOTAL_FORMS" not in self.request.POST:
            return self.form.is_valid()
        if not (self.form.is_valid() & self.conditions.is_valid()):
            if self.conditions.total_error_count():
                # Else a page with a mistake further down would answer as if there were none.
                self.form.add_error(None, _("A condition is not complete; mend it below."))
            return False
        # What somebody wrote as a condition is never left out in silence.
        if self.form.cleaned_data["act"] != Act.APPROVE_WITH_CONDITIONS and self._named():
            self.form.add_error("act", CONDITIONS_ELSEWHERE)
        return self.form.is_valid()

    def _named(self) -> list[Asked]:
        """Return the conditions that were written down."""
        if "conditions-TOTAL_FORMS" not in self.request.POST:
            return []
        return [asked for line in self.conditions if (asked := line.asked())]

    def sign(self) -> None:
        """Call the verb of the act with what it takes."""
        asked = self.form.cleaned_data
        act = Act(asked["act"])
        given = {"reason": asked["reason"], "proof": self.form.proof, "by": self.request.user}
        if act in REVIEWING:
            given["digest"] = asked["digest"]
        if act is Act.SEND_BACK:
            given["stage"] = asked.get("stage")
        if act is Act.APPROVE_WITH_CONDITIONS:
            given["conditions"] = self._named()
        VERBS[act](release=self.release, **given)

    def _own_work(self) -> list[Objection]:
        """Return why this person is not one to decide on a release that waits for people."""
        if self.release.state not in OPEN:
            return []
        free = seats.of(self.request.user, self.release, self.progress)
        against = [
            seats.objections_to(self.request.user, self.release, self.progress, seat)
            for seat in free
        ] or [stages.objections_to(self.release, self.progress, None, self.request.user.pk)]
        return min(against, key=len)

    def _acts(self) -> list[Act]:
        """Return what the person could sign by role; the service decides whether they may."""
        unit, by = self.release.version.model.unit, self.request.user
        acts: list[Act] = []
        if self.release.state in OPEN:
            if seats.of(by, self.release, self.progress):
                acts += [act for act in REVIEWING if self._is_of_use(act)]
            if rights.may(by=by, verb="release.withdraw", unit=unit):
                acts.append(Act.WITHDRAW)
        if self.release.state in STANDING:
            acts += [
                act
                for act, verb in ((Act.REVOKE, "release.revoke"), (Act.RETIRE, "release.retire"))
                if rights.may(by=by, verb=verb, unit=unit)
            ]
        return acts

    def _is_of_use(self, act: Act) -> bool:
        if act is Act.APPROVE_WITH_CONDITIONS:
            return self.ruling.conditions_allowed
        return act is not Act.SEND_BACK or bool(self._earlier())

    def _earlier(self) -> list[tuple[int, str]]:
        """Return the stages before those that are open, by place and name."""
        if not self.progress.open:
            return []
        first = min(self.progress.open)
        group = next(group for group in stage_rules.groups(self.progress.stages) if first in group)
        return [(place, _(self.progress.stages[place].name)) for place in range(group[0])]

    def context(self) -> dict[str, Any]:
        """Return everything the page shows."""
        return {
            **whole_case(self.release, self.progress),
            "acts": self.acts,
            "own_work": self.own_work,
            "condition_forms": self.conditions if self.takes_conditions else None,
            "sends_back": "stage" in self.form.fields,
        }


def _people(release: Release) -> list[tuple[str, str]]:
    members = User.objects.filter(
        memberships__unit=release.version.model.unit, memberships__ended_at__isnull=True
    )
    named = members.distinct().order_by("last_name", "username")
    return [(person.username, person.printed_name) for person in named]
