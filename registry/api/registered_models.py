"""Doors to registered models, and to what was said of each from when on."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.as_of import AsOf, answer, now_or
from registry.api.as_of import asked as asked_as_of
from registry.api.as_of_shapes import ModelAsOfSerializer
from registry.api.shapes import (
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
from registry.models import ModelRevision, RegisteredModel, Unit, User
from registry.rules.catalogue import TASKS, USE_CASES
from registry.rules.eu_ai_act import CLASSES, OPERATOR_ROLES, UNCLASSIFIED
from registry.rules.tier_overrides import BASES
from registry.services import registered_models, tiers
from registry.services.as_of import model_as_of
from registry.services.statements import CHOICES, TEXTS


class RevisionSerializer(Shape):
    """What was said of a model from one instant on."""

    revision = serializers.IntegerField(
        source="number", help_text="Counts the revisions of the model."
    )
    purpose = serializers.CharField(help_text="Which decision it serves.")
    intended_use = serializers.CharField(help_text="Where it may be used, and where not.")
    tier = serializers.IntegerField(help_text="From 1, the strictest, to 4.")
    owner = PersonSerializer()
    deputy = PersonSerializer(allow_null=True)
    maintainers = PersonSerializer(many=True, help_text="Who can rebuild and repair it.")
    maintainer_deputies = PersonSerializer(many=True, help_text="Who takes over from them.")
    business_goal = serializers.CharField(help_text="What the business wants by it.")
    goal_kpi = serializers.CharField(help_text="The figure that shows whether the goal is met.")
    expected_benefit = serializers.CharField(help_text="In words, with currency and period.")
    running_cost = serializers.CharField(help_text="In words, with currency and period.")
    use_case = serializers.CharField(help_text=f"One of {', '.join(USE_CASES)}, or empty.")
    ai_act_class = serializers.CharField(help_text=f"One of {', '.join(CLASSES)}.")
    operator_role = serializers.CharField(
        help_text=f"One of {', '.join(OPERATOR_ROLES)}, or empty."
    )
    ai_act_ground = serializers.CharField(help_text="Why it is in this class and role.")
    reason = serializers.CharField(help_text="Why it was revised; empty for the first revision.")
    revised_at = serializers.DateTimeField(help_text="From when on this was said.")
    revised_by = PersonSerializer()
    confirmed_by = PersonSerializer(
        allow_null=True, help_text="Second person of an override of the tier."
    )


class ModelSerializer(Shape):
    """A registered model, with the revision in force."""

    slug = serializers.CharField(help_text="The short name by which other doors name the model.")
    name = serializers.CharField(help_text="What people call it.")
    task = serializers.CharField(help_text=f"One of {', '.join(TASKS)}.")
    unit = serializers.CharField(source="unit.slug", help_text="Short name of its unit.")
    registered_at = serializers.DateTimeField(help_text="When it was registered.")
    registered_by = PersonSerializer()
    stated = RevisionSerializer(source="revision", help_text="The revision in force.")
    tier_basis = serializers.CharField(
        help_text=f"What the tier rests on: one of {', '.join(BASES)}."
    )
    retired_at = serializers.DateTimeField(
        allow_null=True, help_text="Null while the model is in use."
    )
    retired_by = PersonSerializer(allow_null=True)
    retirement_reason = serializers.CharField(help_text="Empty while the model is in use.")


class ModelFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(source="unit__slug", required=False, help_text="Short name of a unit.")
    task = Text(required=False, help_text=f"One of {', '.join(TASKS)}.")
    tier = serializers.IntegerField(source="revision__tier", required=False, help_text="1 to 4.")


class StatementSerializer(StrictSerializer):
    """What is said of a model."""

    purpose = Text(help_text="Which decision it serves, and who takes it.")
    intended_use = Text(help_text="Where it may be used, and what it must not be used for.")
    tier = serializers.IntegerField(
        help_text="From 1, the strictest, to 4; once there is a scorecard, the one in force."
    )
    owner = Text(help_text="Account of the person who answers for it; holds a role in the unit.")
    deputy = Text(
        required=False, allow_null=True, help_text="Account of who stands in for the owner."
    )
    maintainers = serializers.ListField(
        child=Text(), required=False, help_text="Accounts of those who can rebuild and repair it."
    )
    maintainer_deputies = serializers.ListField(
        child=Text(), required=False, help_text="Accounts of those who take over from them."
    )
    business_goal = Text(default="", allow_blank=True, help_text="What the business wants by it.")
    goal_kpi = Text(
        default="", allow_blank=True, help_text="The figure that shows whether the goal is met."
    )
    expected_benefit = Text(
        default="", allow_blank=True, help_text="In words, with currency and period."
    )
    running_cost = Text(
        default="", allow_blank=True, help_text="In words, with currency and period."
    )
    use_case = Text(
        default="", allow_blank=True, help_text=f"One of {', '.join(USE_CASES)}, or empty."
    )
    ai_act_class = Text(default=UNCLASSIFIED, help_text=f"One of {', '.join(CLASSES)}.")
    operator_role = Text(
        default="", allow_blank=True, help_text=f"One of {', '.join(OPERATOR_ROLES)}, or empty."
    )
    ai_act_ground = Text(
        default="", allow_blank=True, help_text="Why; taken with every class but unclassified."
    )


class NewModelSerializer(StatementSerializer):
    """A model to register."""

    unit = Text(help_text="Short name of the unit it belongs to.")
    name = Text(max_length=200, help_text="Its short name is made of this.")
    task = Text(help_text=f"One of {', '.join(TASKS)}.")


class NewRevisionSerializer(StatementSerializer):
    """Something new to say of a model; it replaces all that was said before."""

    reason = Text(help_text="Why this changes; kept for good.")


def statement(asked: dict[str, Any], unit: Unit) -> registered_models.Statement:
    """Return the statement with people in place of account names."""
    lists = {name: asked.get(name, []) for name in ("maintainers", "maintainer_deputies")}
    names = {asked["owner"], asked.get("deputy") or asked["owner"]}.union(*lists.values())
    # Whoever was ever in the unit is known there; the service says who holds no role in it today.
    known = User.objects.filter(memberships__unit=unit, username__in=names).distinct()
    people = {user.username: user for user in known}
    strangers = ", ".join(sorted(names - set(people)))
    if strangers:
        told = _("The unit %(unit)s knows no account %(names)s.")
        raise ValidationError({"people": [told % {"unit": unit, "names": strangers}]})
    return registered_models.Statement(
        tier=asked["tier"],
        owner=people[asked["owner"]],
        deputy=people[asked["deputy"]] if asked.get("deputy") else None,
        maintainers=[people[name] for name in lists["maintainers"]],
        maintainer_deputies=[people[name] for name in lists["maintainer_deputies"]],
        **{name: asked[name] for name in (*TEXTS, *CHOICES)},
    )


def visible(request: Request) -> QuerySet[RegisteredModel]:
    """Return the models the person may see, with what their shape shows."""
    return (
        tiers.with_basis(RegisteredModel.objects.visible_to(person(request)))
        .select_related(
            "unit",
            "registered_by",
            "revision__owner",
            "revision__deputy",
            "revision__revised_by",
            "revision__confirmed_by",
            "retired_by",
        )
        .prefetch_related("revision__maintainers", "revision__maintainer_deputies")
    )


@extend_schema_view(get=extend_schema(parameters=[ModelFilters]))
class ModelsView(generics.ListAPIView[RegisteredModel]):
    """The models of one's units."""

    serializer_class = ModelSerializer

    def get_queryset(self) -> QuerySet[RegisteredModel]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, ModelFilters))

    @extend_schema(request=NewModelSerializer, responses=answers({201: ModelSerializer}))
    def post(self, request: Request) -> Response:
        """Register a model with its first revision."""
        asked, user = body(request, NewModelSerializer), person(request)
        unit = get_object_or_404(Unit.objects.visible_to(user), slug=asked["unit"])
        model = registered_models.register(
            unit=unit,
            name=asked["name"],
            task=asked["task"],
            statement=statement(asked, unit),
            by=user,
        )
        return Response(ModelSerializer(visible(request).get(pk=model.pk)).data, status=201)


class ModelView(APIView):
    """One model."""

    @extend_schema(
        parameters=[AsOf], responses=now_or("ModelNowOrThen", ModelSerializer, ModelAsOfSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """Tell it as it stands, or as it stood at an instant."""
        at = asked_as_of(request)
        model = get_object_or_404(visible(request), slug=slug)
        if at is not None:
            return answer(partial(model_as_of, reader=person(request)), model, at)
        return Response(ModelSerializer(model).data)


class RevisionsView(generics.ListAPIView[ModelRevision]):
    """Everything that was ever said of a model, the newest first."""

    serializer_class = RevisionSerializer

    def get_queryset(self) -> QuerySet[ModelRevision]:
        """Narrow what the person may see."""
        query(self.request, NoFields)
        theirs = RegisteredModel.objects.visible_to(person(self.request))
        model = get_object_or_404(theirs, slug=self.kwargs["slug"])
        people = ("owner", "deputy", "revised_by", "confirmed_by")
        return model.revisions.select_related(*people).prefetch_related(
            "maintainers", "maintainer_deputies"
        )

    @extend_schema(request=NewRevisionSerializer, responses=answers({201: RevisionSerializer}))
    def post(self, request: Request, slug: str) -> Response:
        """Say something new of a model from now on."""
        asked = body(request, NewRevisionSerializer)
        model = get_object_or_404(visible(request), slug=slug)
        revision = registered_models.revise(
            model=model,
            statement=statement(asked, model.unit),
            reason=asked["reason"],
            by=person(request),
        )
        return Response(RevisionSerializer(revision).data, status=201)


class RetirementSerializer(StrictSerializer):
    """Why a model is retired."""

    reason = Text(help_text="Kept for good.")


@extend_schema(request=RetirementSerializer, responses=answers({200: ModelSerializer}))
@api_view(["POST"])
def retire(request: Request, slug: str) -> Response:
    """Take a model out of use for good; refused while something of it is released or runs."""
    asked = body(request, RetirementSerializer)
    model = get_object_or_404(visible(request), slug=slug)
    registered_models.retire(model=model, reason=asked["reason"], by=person(request))
    return Response(ModelSerializer(visible(request).get(slug=slug)).data)
