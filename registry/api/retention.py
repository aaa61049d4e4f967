"""Doors to retention: the schedule, editions of its rules, legal holds, and tombstones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
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
from registry.models import (
    Dataset,
    RegisteredModel,
    RetentionHold,
    RetentionRule,
    Tombstone,
    Unit,
    User,
)
from registry.rules.holds import Scope
from registry.rules.retention_schedule import FRAMEWORKS, KINDS
from registry.services import retention_holds, retention_rules, tombstones


class AtLeastSerializer(Shape):
    """What a paragraph asks for."""

    framework = serializers.CharField(help_text=f"One of {', '.join(FRAMEWORKS)}.")
    paragraph = serializers.CharField(help_text="Where it says so.")
    period = serializers.CharField(help_text="How long, such as 10 years.")
    start = serializers.CharField(help_text="Counted from: made, placed or ended.")


class KindSerializer(Shape):
    """How long one kind of record is kept."""

    kind = serializers.CharField(help_text="Its code.")
    period = serializers.CharField(
        allow_null=True, help_text="How long here; null where it stays, or has a day of its own."
    )
    start = serializers.CharField(help_text="Counted from: made, placed or ended.")
    note = serializers.CharField(help_text="What goes in place of a period.")
    at_least = AtLeastSerializer(many=True, help_text="Of the frameworks that apply here.")


class ScheduleSerializer(Shape):
    """The schedule in force."""

    edition = serializers.IntegerField(help_text="0 while everything is as usual.")
    frameworks = serializers.ListField(
        child=serializers.CharField(), help_text="Those that apply here."
    )
    kinds = KindSerializer(many=True, help_text="Every kind of record.")


class RetentionView(APIView):
    """How long what is kept."""

    @extend_schema(responses={200: ScheduleSerializer})
    def get(self, request: Request) -> Response:
        """Tell the schedule in force; the longest that applies wins, and a hold beats it."""
        rules = retention_rules.in_force()
        kinds = [
            {
                "kind": code,
                "period": str(rules.periods.get(code, kind.usual)) if kind.usual else None,
                "start": kind.start,
                "note": kind.note,
                "at_least": [one for one in kind.at_least if one.framework in rules.frameworks],
            }
            for code, kind in KINDS.items()
        ]
        told = {"edition": rules.edition, "frameworks": sorted(rules.frameworks), "kinds": kinds}
        return Response(ScheduleSerializer(told).data)


class RetentionRuleSerializer(Shape):
    """One edition of the installation's rules."""

    edition = serializers.IntegerField(help_text="Its number.")
    frameworks = serializers.ListField(
        child=serializers.CharField(), help_text="Those that apply here."
    )
    periods = serializers.DictField(help_text="By kind, such as 12 years; the others are usual.")
    reason = serializers.CharField(help_text="Why it was proposed.")
    proposed_at = serializers.DateTimeField(help_text="When.")
    proposed_by = PersonSerializer()
    confirmed_at = serializers.DateTimeField(help_text="Null until a second person confirmed it.")
    confirmed_by = PersonSerializer(allow_null=True)


class NewRuleSerializer(StrictSerializer):
    """An edition to propose."""

    frameworks = serializers.ListField(
        child=Text(), help_text=f"Out of {', '.join(FRAMEWORKS)}; may be empty."
    )
    periods = JSONObject(help_text="By kind, written as 12 years, 6 months or 30 days.")
    reason = Text(help_text="Why; it stands with the rules.")


class RetentionRulesView(generics.ListAPIView[RetentionRule]):
    """The editions of the rules, the newest first."""

    serializer_class = RetentionRuleSerializer
    queryset = RetentionRule.objects.select_related("proposed_by", "confirmed_by")

    @extend_schema(request=NewRuleSerializer, responses=answers({201: RetentionRuleSerializer}))
    def post(self, request: Request) -> Response:
        """Propose an edition; it is in force once a second person has confirmed it."""
        asked = body(request, NewRuleSerializer)
        asked["periods"] = {kind: str(text) for kind, text in asked["periods"].items()}
        rule = retention_rules.propose(**asked, by=person(request))
        return Response(RetentionRuleSerializer(rule).data, status=201)


@extend_schema(request=NoFields, responses=answers({200: RetentionRuleSerializer}))
@api_view(["POST"])
def confirm(request: Request, edition: int) -> Response:
    """Put a proposed edition into force."""
    body(request, NoFields)
    rule = get_object_or_404(RetentionRule, edition=edition)
    confirmed = retention_rules.confirm(rule=rule, by=person(request))
    return Response(RetentionRuleSerializer(confirmed).data)


class RetentionHoldSerializer(Shape):
    """A legal hold, and its end."""

    id = serializers.IntegerField(help_text="Its number.")
    scope = serializers.CharField(help_text=f"One of {', '.join(Scope)}.")
    held = serializers.CharField(
        source="held.slug", default=None, help_text="Short name of what is held; else null."
    )
    reason = serializers.CharField(help_text="Why.")
    placed_at = serializers.DateTimeField(help_text="When.")
    placed_by = PersonSerializer()
    released_at = serializers.DateTimeField(help_text="Null while it stands.")
    released_by = PersonSerializer(allow_null=True)
    release_reason = serializers.CharField(help_text="Why it was released.")


class HoldFilters(StrictSerializer):
    """What the list can be narrowed by."""

    standing = serializers.BooleanField(
        required=False, help_text="True for those that stand, false for those released."
    )


class NewHoldSerializer(StrictSerializer):
    """What is held."""

    scope = Text(help_text=f"One of {', '.join(Scope)}.")
    on = Text(
        required=False,
        help_text="Short name of the model, dataset or unit; none for the installation.",
    )
    reason = Text(help_text="Why; it stands on the pages of what is held.", allow_blank=True)


class ReleaseSerializer(StrictSerializer):
    """Why a hold is released."""

    reason = Text(help_text="It stands in the journal.", allow_blank=True)


@extend_schema_view(get=extend_schema(parameters=[HoldFilters]))
class RetentionHoldsView(generics.ListAPIView[RetentionHold]):
    """The legal holds on what is of one's units, and on the whole installation."""

    serializer_class = RetentionHoldSerializer

    def get_queryset(self) -> QuerySet[RetentionHold]:
        """Narrow what the person may see."""
        asked = query(self.request, HoldFilters)
        found = RetentionHold.objects.visible_to(person(self.request)).for_list()
        if "standing" in asked:
            found = found.filter(released_at__isnull=asked["standing"])
        return found

    @extend_schema(request=NewHoldSerializer, responses=answers({201: RetentionHoldSerializer}))
    def post(self, request: Request) -> Response:
        """Place a hold: nothing of what is held is deleted until it is released."""
        asked, user = body(request, NewHoldSerializer), person(request)
        held = _held(asked["scope"], asked.get("on"), user)
        hold = retention_holds.place(scope=asked["scope"], reason=asked["reason"], by=user, **held)
        return Response(RetentionHoldSerializer(hold).data, status=201)


def _held(scope: str, name: str | None, user: User) -> Mapping[str, Any]:
    """Find what is held among what the person may see; what does not fit is the service's word."""
    tables: dict[str, Any] = {"model": RegisteredModel, "dataset": Dataset, "unit": Unit}
    if name is None or scope not in tables:
        return {}
    return {scope: get_object_or_404(tables[scope].objects.visible_to(user), slug=name)}


@extend_schema(request=ReleaseSerializer, responses=answers({200: RetentionHoldSerializer}))
@api_view(["POST"])
def release(request: Request, pk: int) -> Response:
    """Release a hold, with the reason."""
    asked, user = body(request, ReleaseSerializer), person(request)
    hold = get_object_or_404(RetentionHold.objects.visible_to(user), pk=pk)
    released = retention_holds.release(hold=hold, reason=asked["reason"], by=user)
    return Response(RetentionHoldSerializer(released).data)


class TombstoneSerializer(Shape):
    """What is left of bytes that were deleted."""

    id = serializers.IntegerField(help_text="Its number.")
    kind = serializers.CharField(help_text=f"One of {', '.join(KINDS)}.")
    record_kind = serializers.CharField(help_text="What kind of record it was the file of.")
    record_id = serializers.IntegerField(help_text="Its number; null for many rows at once.")
    title = serializers.CharField(help_text="What it was.")
    digest = serializers.CharField(source="sha256", help_text="Its sha256.")
    size = serializers.IntegerField(help_text="In bytes.")
    count = serializers.IntegerField(help_text="How many rows; 1 for a file.")
    model = serializers.CharField(
        source="model.slug", default=None, help_text="Its model's short name, if any."
    )
    since = serializers.DateTimeField(help_text="Since when it was kept.")
    at = serializers.DateTimeField(help_text="When it was deleted.")
    rule = serializers.CharField(help_text="Under which rule.")
    journal = serializers.IntegerField(
        allow_null=True, help_text="Number of the entry that tells of it."
    )


class TombstoneFilters(StrictSerializer):
    """What the list can be narrowed by."""

    model = Text(required=False, help_text="Short name of a model.")


@extend_schema_view(get=extend_schema(parameters=[TombstoneFilters]))
class TombstonesView(generics.ListAPIView[Tombstone]):
    """What was deleted of one's units, the newest first."""

    serializer_class = TombstoneSerializer

    def get_queryset(self) -> QuerySet[Tombstone]:
        """Narrow what the person may see."""
        asked = query(self.request, TombstoneFilters)
        found = Tombstone.objects.visible_to(person(self.request)).select_related("model")
        return found.filter(model__slug=asked["model"]) if "model" in asked else found

    def paginate_queryset(self, queryset: Any) -> Any:
        """Look the entries up for the whole page at once."""
        page = super().paginate_queryset(queryset) or []
        numbers = tombstones.journal_numbers(page)
        for one in page:
            one.journal = numbers.get(one.pk)
        return page
