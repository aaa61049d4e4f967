"""What governance asks of a person as one who decides about the work of others."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from audits.services.needs import MOST_LOOKED_AT, MOST_SHOWN, Desk, Need
from registry.models import (
    Condition,
    Finding,
    Override,
    PolicyEdition,
    Review,
    ScorecardFilling,
    TierOverride,
)
from registry.rules import findings as finding_rules
from registry.rules import overrides as override_rules
from registry.rules import policies as policy_rules
from registry.rules.releases import STANDING, objections_to_signer
from registry.rules.reviews import CAUSES
from registry.services import hands, policies, reviews, stages


def to_accept(desk: Desk) -> Iterator[Need]:
    """Offers for conditions of approvals that stand, made and owned by others."""
    offered = (
        Condition.objects.waiting()
        .filter(
            offered_at__isnull=False,
            release__state__in=sorted(STANDING),
            release__version__model__unit__in=desk.where("condition.accept"),
        )
        .exclude(owner=desk.user)
        .exclude(offered_by=desk.user)
        .select_related("release__version__model", "offered_by")
    )
    now = timezone.now()
    for one in offered.order_by("due_at", "pk")[:MOST_SHOWN]:
        yield Need(
            "accept_condition",
            str(one.release),
            reverse("condition", args=[one.pk]),
            {"text": one.text},
            who=one.offered_by.printed_name if one.offered_by else "",
            at=one.offered_at,
            due=one.due_at,
            overdue=one.due_at <= now,
        )


def to_judge(desk: Desk) -> Iterator[Need]:
    """Answered findings on versions in which the person has no hand."""
    answered = Finding.objects.standing(finding_rules.State.ANSWERED).filter(
        version__model__unit__in=desk.where("finding.close")
    )
    answered = answered.exclude(owner=desk.user).select_related("version__model", "owner")
    answered = answered.prefetch_related("moves").order_by("due", "pk")
    for one in hands.with_hands(answered, "version__")[:MOST_LOOKED_AT]:
        objections = finding_rules.objections_to_mover(
            desk.user.pk,
            finding_rules.Act.CLOSE,
            opener=one.opened_by_id,
            owner=one.owner_id,
            answered_by=[
                move.by_id for move in one.moves.all() if move.act == finding_rules.Act.ANSWER
            ],
            hands=stages.hands_on_version(one.version),
        )
        if not objections:
            yield Need(
                "judge_finding",
                str(one.version),
                reverse("finding", args=[one.pk]),
                {"title": one.title},
                who=one.owner.printed_name,
                due=one.due,
                overdue=one.is_overdue,
            )


def to_close(desk: Desk) -> Iterator[Need]:
    """Open reviews of what is not the person's own work, the longest overdue first."""
    waiting = Review.objects.open().filter(model__unit__in=desk.where("review.close"))
    waiting = waiting.select_related("model", "version__model").order_by("due_at", "pk")
    for one in reviews.closable(list(waiting[:MOST_LOOKED_AT]), desk.user):
        yield Need(
            "close_review",
            str(one.version or one.model),
            reverse("review", args=[one.pk]),
            {"cause": CAUSES[one.cause].name},
            due=one.due_at,
            overdue=one.is_overdue,
        )


def to_adopt(desk: Desk) -> Iterator[Need]:
    """Editions of the policy that others proposed on the one in force."""
    if not desk.where("policy.approve"):
        return
    proposed = (
        PolicyEdition.objects.filter(
            name="default",
            adoption=None,
            base=Subquery(PolicyEdition.objects.in_force().values("pk")[:1]),
        )
        .exclude(proposed_by=desk.user)
        .exclude(approvals__signer=desk.user)
        .select_related("proposed_by")
    )
    for one in proposed.order_by("edition")[:MOST_SHOWN]:
        yield Need(
            "policy",
            str(one),
            reverse("policy", args=[one.edition]),
            who=one.proposed_by.printed_name if one.proposed_by else "",
            at=one.loaded_at,
        )


def to_confirm(desk: Desk) -> Iterator[Need]:
    """Tiers that others proposed, against scorecards that others filled."""
    newest = ScorecardFilling.objects.filter(model=OuterRef("model")).order_by("-number")
    proposed = (
        TierOverride.objects.open()
        .annotate(filler=Subquery(newest.values("filled_by")[:1]))
        .filter(model__unit__in=desk.where("tier.confirm"))
        .exclude(Q(proposed_by=desk.user) | Q(filler=desk.user.pk))
        .select_related("model")
    )
    for one in proposed.order_by("proposed_at", "pk")[:MOST_SHOWN]:
        yield Need(
            "tier",
            str(one.model),
            reverse("scorecard", args=[one.model.slug]),
            {"tier": one.tier},
            who=one.proposer_name,
            at=one.proposed_at,
        )


def to_let_through(desk: Desk) -> Iterator[Need]:
    """Emergency releases that lack the signature of a role the person holds."""
    waiting = (
        Override.objects.waiting()
        .filter(version__model__unit__in=desk.where("override.sign"))
        .exclude(signatures__signer=desk.user)
        .select_related("version__model__revision", "asked_by")
        .prefetch_related("signatures")
        .order_by("asked_at", "pk")
    )
    found = list(hands.with_hands(waiting, "version__")[:MOST_LOOKED_AT])
    definition = policies.in_force().definition if found else {}
    for one in found:
        model = one.version.model
        missing = override_rules.roles_missing([signed.role for signed in one.signatures.all()])
        ruling = policy_rules.ruling(definition, model.revision.tier, one.environment)
        own = objections_to_signer(
            desk.user.pk, stages.hands_on_version(one.version), (), excluded=ruling.excluded
        )
        if not own and desk.roles[model.unit_id] & {role.value for role in missing}:
            yield Need(
                "override",
                str(one),
                reverse("override", args=[one.pk]),
                {"days": one.days},
                who=one.asked_by.printed_name,
                at=one.asked_at,
            )
