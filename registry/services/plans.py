"""Revise a version's evaluation plan, and tell what its runs are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from registry.models import EvaluationPlan, Evidence, ModelVersion, PolicyEdition, User
from registry.rules import plans as rules
from registry.rules.casefile import canonical
from registry.rules.plan_shapes import KINDS, objections_to_shape
from registry.rules.policies import ruling
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, policies, rights


def effective(*, version: ModelVersion, kind: str) -> dict[str, Any]:
    """Return what a run of this kind is judged by: of policy and own plan, the stricter.

    It names the edition and the revision it comes from, so that a run that stores it shows which
    limits were fixed before its result was known.
    """
    edition = policies.in_force()
    plan = newest(version)
    section = rules.effective(_own(plan, kind), _asked(edition, version).get(kind, {}))
    return {
        "kind": kind,
        "policy": {"name": edition.name, "edition": edition.edition, "digest": edition.digest},
        "plan": {"revision": plan.number} if plan else None,
        **section,
    }


def newest(version: ModelVersion) -> EvaluationPlan | None:
    """Return the newest revision of the version's plan; None while it goes by the policy alone."""
    return version.plans.order_by("-number").first()


def without_the_policys(version: ModelVersion, content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says no more than the policy; what has no shape is kept to be refused."""
    if objections_to_shape(content):
        return dict(content)
    return rules.without_the_policys(content, _asked(policies.in_force(), version))


def _own(plan: EvaluationPlan | None, kind: str) -> Mapping[str, Any]:
    section: Mapping[str, Any] = plan.content.get(kind, {}) if plan else {}
    return section


def _asked(edition: PolicyEdition, version: ModelVersion) -> Mapping[str, Any]:
    # As the database has it now: the tier of what the caller holds may be an earlier one.
    tier = ModelVersion.objects.values_list("model__revision__tier", flat=True).get(pk=version.pk)
    return ruling(edition.definition, tier).plans


@journal.verb
def revise(
    *,
    version: ModelVersion,
    content: Mapping[str, Any],
    reason: str,
    based_on: int | None = None,
    by: User,
) -> EvaluationPlan:
    """Write the version's plan as a new revision; it counts for the runs asked for from now on.

    It is the policy's or stricter. ``based_on`` is the number of the revision the writer saw;
    writing over a newer one is refused. An approval given on the earlier plan becomes void by it.
    """
    version = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision")
        .get(pk=version.pk)
    )
    role = rights.require(by=by, verb="plan.revise", unit=version.model.unit)
    edition, last = policies.in_force(), newest(version)
    number, before = (last.number, last.content) if last else (0, {})
    objections = _objections(content, reason, based_on, number)
    objections += objections_to_shape(content) or [
        *rules.objections_to_laxness(content, _asked(edition, version)),
        *_unchanged(content, before),
    ]
    if objections:
        raise Refused(*objections)
    plan = EvaluationPlan.objects.create(
        version=version,
        number=number + 1,
        content=dict(content),
        policy=edition,
        reason=reason.strip(),
        revised_at=timezone.now(),
        revised_by=by,
    )
    journal.record(
        "plan.revised",
        by=by,
        subject=plan,
        role=role,
        model=version.model,
        changes={kind: [before.get(kind), content.get(kind)] for kind in changed(before, content)},
        reason=plan.reason,
    )
    return plan


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the kinds of run whose sections differ."""
    return [kind for kind in KINDS if canonical(before.get(kind)) != canonical(after.get(kind))]


def _objections(
    content: Mapping[str, Any], reason: str, based_on: int | None, number: int
) -> list[Objection]:
    objections = []
    if based_on is not None and based_on != number:
        objections.append(
            Objection(
                "plan.revised_meanwhile",
                gettext_noop(
                    "Somebody wrote revision %(number)s while you were writing. Copy your limits,"
                    " reload the page and put them in again."
                ),
                {"number": number},
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "plan.no_reason",
                gettext_noop("Give the reason; it stands in the history of the plan."),
            )
        )
    return objections


def _unchanged(content: Mapping[str, Any], before: Mapping[str, Any]) -> list[Objection]:
    if changed(before, content):
        return []
    return [
        Objection(
            "plan.unchanged",
            gettext_noop("The plan says this already; change a limit, or leave it as it is."),
        )
    ]


@dataclass(frozen=True)
class KindPlan:
    """What runs of one kind are judged by, each check with where it comes from."""

    kind: str
    checks: list[tuple[rules.Check, str]]
    section: dict[str, Any]


@dataclass(frozen=True)
class Revised:
    """One revision, and for each kind it changed how many exhibits were there before it."""

    plan: EvaluationPlan
    earlier: list[tuple[str, int]]


def standing(version: ModelVersion) -> list[KindPlan]:
    """Return what the version's runs are judged by now, kind by kind."""
    asked, plan = _asked(policies.in_force(), version), newest(version)
    return [
        KindPlan(
            kind=kind,
            checks=rules.sourced(_own(plan, kind), asked.get(kind, {})),
            section=rules.effective(_own(plan, kind), asked.get(kind, {})),
        )
        for kind in KINDS
    ]


def history(version: ModelVersion) -> list[Revised]:
    """Return every revision, the newest first.

    Limits set after results were known are no limits to boast of: the number of exhibits filed
    before each revision says so.
    """
    filed = list(Evidence.objects.filter(version=version).values_list("kind", "filed_at"))
    told: list[Revised] = []
    before: Mapping[str, Any] = {}
    for plan in version.plans.select_related("revised_by", "policy").order_by("number"):
        earlier = [
            (kind, sum(1 for one, at in filed if one == kind and at <= plan.revised_at))
            for kind in changed(before, plan.content)
        ]
        told.append(Revised(plan, earlier))
        before = plan.content
    return told[::-1]
