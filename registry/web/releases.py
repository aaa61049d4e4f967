"""Pages of releases: the list, the whole case on one page, and signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from registry.models import CaseFile, Decision, Evidence, Release
from registry.rules import casefile
from registry.rules.refusals import Objection
from registry.rules.releases import MEANINGS, Act, objections_to_signer
from registry.rules.roles import Role
from registry.services import (
    checklists,
    gates,
    releases,
    rights,
    stages,
)
from registry.services.case_files import changes_since_frozen
from registry.services.signatures import SignatureFailed
from registry.web.forms import Form, refusals_on, show
from registry.web.lookups import release_or_404, version_or_404
from registry.web.requests import PersonRequest
from registry.web.risk import grid

PER_PAGE = 50


@login_required
def release_list(request: PersonRequest) -> HttpResponse:
    """Every release the person may see, those in review first."""
    visible = gates.for_gate(Release.objects.visible_to(request.user))
    ordered = visible.order_by("-state", "-submitted_at")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(release, gates.gate(release), stages.progress_of(release)) for release in page]
    return render(request, "registry/releases.html", {"page": page, "rows": rows})


class SubmitForm(Form):
    """Where a version is to run."""

    environment = forms.CharField(label=gettext_lazy("Environment"))


@login_required
@require_POST
def submit(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    """Submit a version for release; what is missing is listed all at once."""
    version = version_or_404(request, slug, number)
    form = SubmitForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            release = releases.submit(version=version, **form.cleaned_data, by=request.user)
            return redirect("release", release.pk)
    return show(request, "registry/not_submitted.html", form, version=version, model=version.model)


class ActField(forms.ChoiceField):
    """Offers the acts a person can take, and takes any: the service says in words why not."""

    def valid_value(self, value: str) -> bool:
        """Say whether there is such an act."""
        return value in set(Act)


class SignForm(Form):
    """What a signature takes.

    What it means, why, the digest of what was shown, and the password.
    """

    act = ActField(label=gettext_lazy("My signature means"), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea({"rows": 3}))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    digest = forms.CharField(widget=forms.HiddenInput)

    def offer(self, acts: list[Act]) -> None:
        """Offer these acts, the first one chosen."""
        self.fields["act"].choices = [(act.value, gettext_lazy(MEANINGS[act])) for act in acts]
        self.fields["act"].initial = acts[0].value if acts else None


VERBS: dict[str, Callable[..., Decision]] = {
    Act.APPROVE: lambda digest, **rest: releases.approve(digest=digest, **rest),
    Act.REJECT: lambda digest, **rest: releases.reject(digest=digest, **rest),
    Act.WITHDRAW: lambda digest, **rest: releases.withdraw(**rest),
    Act.REVOKE: lambda digest, **rest: releases.revoke(**rest),
}


@login_required
def release(request: PersonRequest, pk: int) -> HttpResponse:
    """The whole case on one page; signing happens here too."""
    release = release_or_404(request, pk)
    form = SignForm(request.POST or None, initial={"digest": release.case_file.digest})
    own_work = own_work_in(request, release)
    acts = [act for act in acts_for(request, release) if not (own_work and act in DECIDING)]
    form.offer(acts)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            with refusals_on(form):
                VERBS[asked["act"]](
                    digest=asked["digest"],
                    release=release,
                    reason=asked["reason"],
                    password=asked["password"],
                    by=request.user,
                )
                return redirect("release", pk)
        except SignatureFailed as failed:
            form.add_error("password", str(failed))
            response = show(
                request, "registry/release.html", form, **whole_case(release, acts, own_work)
            )
            response.status_code = 403
            return response
    if form.refused:
        # What is shown again is the newest case file, so the next signature is for that one.
        form.data = {**request.POST.dict(), "digest": release.case_file.digest}
    return show(request, "registry/release.html", form, **whole_case(release, acts, own_work))


DECIDING = (Act.APPROVE, Act.REJECT)


def own_work_in(request: PersonRequest, release: Release) -> list[Objection]:
    """Return why this person, whatever their role, is not one to decide on a release in review."""
    if release.state != "in_review":
        return []
    signatures = stages.progress_of(release).signatures
    return objections_to_signer(request.user.pk, stages.hands_on(release), signatures)


def acts_for(request: PersonRequest, release: Release) -> list[Act]:
    """Return what the person could sign here by role; the service decides whether they may."""
    roles = {
        verb: rights.roles_for(by=request.user, verb=verb, unit=release.version.model.unit)
        for verb in ("release.sign", "release.withdraw", "release.revoke")
    }
    progress = stages.progress_of(release)
    acts: list[Act] = []
    if release.state == "in_review":
        stage = progress.stages[progress.stage or 0]
        if Role(stage.role) in roles["release.sign"]:
            acts += DECIDING
        if roles["release.withdraw"]:
            acts.append(Act.WITHDRAW)
    if release.state == "approved" and roles["release.revoke"]:
        acts.append(Act.REVOKE)
    return acts


def whole_case(release: Release, acts: list[Act], own_work: list[Objection]) -> dict[str, Any]:
    """Return everything the page shows about a release."""
    progress = stages.progress_of(release)
    content = release.case_file.content
    risk = content["subject"]["risk"]
    before = _approved_before(release)
    return {
        "release": release,
        "version": release.version,
        "model": release.version.model,
        "content": content,
        "gate": gates.gate(release),
        "progress": progress,
        "stages": [
            (stage, place, progress.signed_at(place)) for place, stage in enumerate(progress.stages)
        ],
        "acts": acts,
        "own_work": own_work,
        "changed": changes_since_frozen(release),
        "before": before,
        "changes": list(
            casefile.differences(before.content["subject"], content["subject"]) if before else []
        ),
        "exhibits": Evidence.objects.filter(
            pk__in=[exhibit["id"] for exhibit in content["exhibits"]]
        ).select_related("data__dataset"),
        "case_files": release.case_files.all(),
        "grid": grid(risk["matrix"], _marks(risk)) if risk else [],
        "checklist": checklists.checklist(release.version) if release.state == "in_review" else [],
    }


def _marks(risk: dict[str, Any]) -> dict[tuple[int, int], list[str]]:
    marks: dict[tuple[int, int], list[str]] = {}
    for word in ("inherent", "residual"):
        place = risk[word]
        marks.setdefault((place["likelihood"], place["impact"]), []).append(word)
    return marks


def _approved_before(release: Release) -> CaseFile | None:
    """Return the case file of the model's last other approved release to the same environment."""
    earlier = (
        Release.objects.filter(
            version__model=release.version.model,
            environment=release.environment,
            valid_until__isnull=False,
            submitted_at__lt=release.submitted_at,
        )
        .select_related("case_file")
        .order_by("-decided_at")
        .first()
    )
    return earlier.case_file if earlier else None


@login_required
def case_file(request: PersonRequest, pk: int) -> HttpResponse:
    """The case file under review, as the very text that was digested."""
    release = release_or_404(request, pk)
    response = HttpResponse(release.case_file.text, content_type="application/json")
    response["Content-Disposition"] = (
        f'attachment; filename="case-file-{release.case_file.digest[:12]}.json"'
    )
    return response
