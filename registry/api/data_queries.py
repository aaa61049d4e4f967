"""Doors to named connections, and to the queries over them that stand for data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.datasets import DatasetVersionSerializer, visible_datasets, visible_versions
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
from registry.models import DataQuery
from registry.rules.catalogue import DATA_ROLES
from registry.rules.data_queries import Columns, State
from registry.services import data_queries


class ConnectionSerializer(Shape):
    """A connection that a query may be asked over; where it leads is nobody's business."""

    name = serializers.CharField(help_text="By which it is chosen.")
    kind = serializers.CharField(help_text="duckdb, postgresql or spark.")
    description = serializers.CharField(help_text="What is there.")


class QueryColumnsSerializer(StrictSerializer):
    """What the columns of a query are."""

    label_column = Text(
        source="label", help_text="The true outcome, under the name that model versions know it by."
    )
    score = Text(
        default="",
        allow_blank=True,
        help_text="A probability, or the predicted value of a regression.",
    )
    prediction = Text(
        default="",
        allow_blank=True,
        help_text="The predicted class, in the place of a score.",
    )
    sensitive = serializers.ListField(
        child=Text(), default=list, help_text="Columns that say who somebody is."
    )
    others = serializers.ListField(
        child=Text(), default=list, help_text="Columns to tell rows apart by, and weights."
    )


class NewQuerySerializer(StrictSerializer):
    """A query to propose."""

    connection = Text(help_text="The name of a configured connection.")
    query = Text(help_text="A single SELECT, or the name of a table.")
    columns = QueryColumnsSerializer()
    role = Text(help_text=f"One of {', '.join(DATA_ROLES)}.")
    provenance = Text(help_text="Where the rows come from, and when they were drawn.")


class RefuseQuerySerializer(StrictSerializer):
    """A query to refuse."""

    reason = Text(default="", allow_blank=True, help_text="Required; says what to mend.")


class DataQuerySerializer(Shape):
    """A query that stands for data, once it is reviewed."""

    id = serializers.IntegerField(help_text="Its number.")
    dataset = serializers.IntegerField(source="dataset_id", help_text="Id of the dataset.")
    connection = serializers.CharField(help_text="The name of the connection.")
    kind = serializers.CharField(help_text="duckdb, postgresql or spark.")
    sql = serializers.CharField(help_text="What is sent, in one fixed form.")
    columns = serializers.JSONField(help_text="What its columns are.")
    role = serializers.CharField(help_text=f"One of {', '.join(DATA_ROLES)}.")
    provenance = serializers.CharField(help_text="Where the rows come from.")
    state = serializers.CharField(help_text=f"One of {', '.join(State)}.")
    proposed_at = serializers.DateTimeField(help_text="When it was proposed.")
    proposed_by = PersonSerializer()
    decided_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was reviewed or refused; null before."
    )
    decided_by = PersonSerializer(allow_null=True, help_text="By whom; null before.")
    reason = serializers.CharField(help_text="Why it was refused; empty otherwise.")
    version = serializers.IntegerField(
        source="version_id",
        allow_null=True,
        help_text="Id of the dataset version it became; null unless reviewed.",
    )


def visible(request: Request) -> QuerySet[DataQuery]:
    """Return the queries the person may see, with what their shape shows."""
    return DataQuery.objects.visible_to(person(request)).select_related(
        "dataset__unit", "proposed_by", "decided_by"
    )


class ConnectionsView(APIView):
    """The connections there are."""

    @extend_schema(responses=ConnectionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Name the connections; how they are reached is not told."""
        query(request, NoFields)
        return Response(ConnectionSerializer(data_queries.configured(), many=True).data)


class DataQueriesView(generics.ListAPIView[DataQuery]):
    """The queries of one dataset, the newest first."""

    serializer_class = DataQuerySerializer

    def get_queryset(self) -> QuerySet[DataQuery]:
        """Narrow what the person may see."""
        query(self.request, NoFields)
        dataset = get_object_or_404(visible_datasets(self.request), pk=self.kwargs["pk"])
        return visible(self.request).filter(dataset=dataset)

    @extend_schema(request=NewQuerySerializer, responses=answers({201: DataQuerySerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Propose a query; nothing is sent before an administrator has reviewed it."""
        asked: dict[str, Any] = body(request, NewQuerySerializer)
        dataset = get_object_or_404(visible_datasets(request), pk=pk)
        said = asked.pop("columns")
        columns = Columns(
            label=said["label"],
            score=said["score"],
            prediction=said["prediction"],
            sensitive=tuple(said["sensitive"]),
            others=tuple(said["others"]),
        )
        proposed = data_queries.propose(
            dataset=dataset, columns=columns, by=person(request), **asked
        )
        return Response(DataQuerySerializer(proposed).data, status=201)


class DataQueryView(generics.RetrieveAPIView[DataQuery]):
    """One query."""

    serializer_class = DataQuerySerializer

    def get_queryset(self) -> QuerySet[DataQuery]:
        """Take what the person may see."""
        return visible(self.request)


@extend_schema(request=NoFields, responses=answers({201: DatasetVersionSerializer}))
@api_view(["POST"])
def review(request: Request, pk: int) -> Response:
    """Let a query be used: its rows are counted, and it becomes a dataset version."""
    body(request, NoFields)
    version = data_queries.review(
        query=get_object_or_404(visible(request), pk=pk), by=person(request)
    )
    return Response(
        DatasetVersionSerializer(visible_versions(request).get(pk=version.pk)).data, status=201
    )


@extend_schema(request=RefuseQuerySerializer, responses=answers({200: DataQuerySerializer}))
@api_view(["POST"])
def refuse(request: Request, pk: int) -> Response:
    """Refuse a query for good, with the reason."""
    asked = body(request, RefuseQuerySerializer)
    found = get_object_or_404(visible(request), pk=pk)
    data_queries.refuse(query=found, by=person(request), **asked)
    return Response(DataQuerySerializer(visible(request).get(pk=pk)).data)
