"""Doors to the evaluation plan of a version: what its runs are judged by, and revising it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    JSONObject,
    NoFields,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.api.versions import visible
from registry.models import ModelVersion
from registry.rules.plan_shapes import DIRECTION_NAMES, KINDS
from registry.services import plans

SECTIONS = (
    f"A section for each kind of run ({', '.join(KINDS)}) with its checks, each a measure, an"
    f" attribute, a limit, a direction ({', '.join(DIRECTION_NAMES)}) and a mark to warn at."
)


class KnownBeforeSerializer(Shape):
    """A kind that a revision changed."""

    kind = serializers.CharField(help_text=f"One of {', '.join(KINDS)}.")
    exhibits = serializers.IntegerField(
        help_text="How many exhibits of this kind were there before it."
    )


class PlanRevisionSerializer(Shape):
    """One revision of the plan."""

    revision = serializers.IntegerField(help_text="Its number.")
    plan = serializers.JSONField(help_text=SECTIONS)
    reason = serializers.CharField(help_text="Why it was written.")
    policy = serializers.CharField(help_text="The edition of the policy it was held against.")
    revised_at = serializers.DateTimeField(help_text="When it was written.")
    revised_by = PersonSerializer()
    revised_after = KnownBeforeSerializer(many=True, help_text="What was known before it, by kind.")


class PlanSerializer(Shape):
    """What the runs of a version are judged by, and its own plan behind it."""

    version = serializers.IntegerField(help_text="Id of the version.")
    revision = serializers.IntegerField(help_text="0 while it goes by the policy alone.")
    plan = serializers.JSONField(help_text=f"The version's own. {SECTIONS}")
    effective = serializers.JSONField(
        help_text="What a run asked for now is judged by, for each kind: the stricter of both."
    )
    revisions = PlanRevisionSerializer(many=True, help_text="The newest first.")


class RevisePlanSerializer(StrictSerializer):
    """A plan to write; it replaces the earlier revision as a whole."""

    plan = JSONObject(help_text=SECTIONS)
    reason = Text(allow_blank=True, help_text="Why; it stands in the history.")
    based_on = serializers.IntegerField(
        required=False, help_text="The revision you saw; a newer one is not overwritten."
    )


def shape(version: ModelVersion) -> dict[str, Any]:
    """Return a version's plan as the doors show it."""
    history = plans.history(version)
    told = {
        "version": version.pk,
        "revision": history[0].plan.number if history else 0,
        "plan": history[0].plan.content if history else {},
        "effective": {kind: plans.effective(version=version, kind=kind) for kind in KINDS},
        "revisions": [
            {
                "revision": one.plan.number,
                "plan": one.plan.content,
                "reason": one.plan.reason,
                "policy": str(one.plan.policy),
                "revised_at": one.plan.revised_at,
                "revised_by": one.plan.revised_by,
                "revised_after": [{"kind": kind, "exhibits": n} for kind, n in one.earlier],
            }
            for one in history
        ],
    }
    return PlanSerializer(told).data


class PlanView(APIView):
    """The evaluation plan of a version."""

    @extend_schema(responses=PlanSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell the limits in force, kind by kind, and how they came about."""
        query(request, NoFields)
        return Response(shape(get_object_or_404(visible(request), pk=pk)))

    @extend_schema(request=RevisePlanSerializer, responses=answers({200: PlanSerializer}))
    def put(self, request: Request, pk: int) -> Response:
        """Write the plan as a new revision: the policy's limits or stricter ones, and more."""
        asked = body(request, RevisePlanSerializer)
        version = get_object_or_404(visible(request), pk=pk)
        plans.revise(
            version=version,
            content=asked["plan"],
            reason=asked["reason"],
            based_on=asked.get("based_on"),
            by=person(request),
        )
        return Response(shape(version))
