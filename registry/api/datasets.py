"""Doors to datasets and their versions."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

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
from registry.models import Dataset, DatasetVersion, Unit
from registry.rules.catalogue import DATA_ROLES
from registry.services import datasets, retention
from registry.services.uploads import refuse_if_too_large


class DatasetSerializer(Shape):
    """A body of data under one name; what is used is always one of its versions."""

    id = serializers.IntegerField(help_text="Its number.")
    slug = serializers.CharField(help_text="Made of the name; unique.")
    name = serializers.CharField(help_text="As it was registered.")
    description = serializers.CharField(help_text="What the data is.")
    unit = serializers.CharField(source="unit.slug", help_text="Short name of its unit.")
    registered_at = serializers.DateTimeField(help_text="When it was registered.")
    registered_by = PersonSerializer()


class DatasetFilters(StrictSerializer):
    """What the list can be narrowed by."""

    unit = Text(source="unit__slug", required=False, help_text="Short name of a unit.")
    slug = Text(required=False, help_text="Short name of a dataset.")


class NewDatasetSerializer(StrictSerializer):
    """A dataset to register; its rows come with its versions."""

    unit = Text(help_text="Short name of the unit it belongs to.")
    name = Text(max_length=200, help_text="Its short name is made of this.")
    description = Text(required=False, allow_blank=True, default="", help_text="What the data is.")


class ColumnSerializer(Shape):
    """One column of a table."""

    name = serializers.CharField(help_text="As it stands in the file.")
    type = serializers.CharField(help_text="Integer, float, text, date and so on.")
    missing = serializers.IntegerField(help_text="In how many rows its value is missing.")


class RowsDeletionSerializer(Shape):
    """The end of a dataset version's rows."""

    deleted_at = serializers.DateTimeField(help_text="When they were deleted.")
    deleted_by = PersonSerializer(
        allow_null=True, help_text="Who asked for it; null where their last day had passed."
    )
    reason = serializers.CharField(help_text="Why.")


class DeletionSerializer(StrictSerializer):
    """A deletion of rows to carry out."""

    reason = Text(
        default="", allow_blank=True, help_text="Required; stands in the journal for good."
    )


class DatasetVersionSerializer(Shape):
    """One immutable file of rows, with its fingerprint."""

    id = serializers.IntegerField(help_text="Its number.")
    dataset = serializers.IntegerField(source="dataset_id", help_text="Id of the dataset.")
    name = serializers.CharField(source="dataset.name", help_text="The dataset's name.")
    number = serializers.IntegerField(help_text="Counts the versions of the dataset.")
    role = serializers.CharField(help_text=f"One of {', '.join(DATA_ROLES)}.")
    format = serializers.CharField(help_text="csv or parquet; query where the rows stay elsewhere.")
    sha256 = serializers.CharField(
        source="file.sha256", help_text="Digest of the file, or of the query."
    )
    size = serializers.IntegerField(source="file.size", help_text="In bytes.")
    rows = serializers.IntegerField(help_text="How many there are.")
    columns = ColumnSerializer(many=True, help_text="In the order of the file.")
    sensitive_columns = serializers.ListField(
        child=serializers.CharField(), help_text="Columns that say who somebody is."
    )
    provenance = serializers.CharField(help_text="Where the rows come from.")
    keep_until = serializers.DateField(
        allow_null=True, help_text="The last day of the rows; null where none are kept here."
    )
    rows_deletion = RowsDeletionSerializer(
        allow_null=True, help_text="When and why the rows were deleted; null while they are kept."
    )
    registered_at = serializers.DateTimeField(help_text="When it was registered.")
    registered_by = PersonSerializer()


class NewDatasetVersionSerializer(StrictSerializer):
    """Rows to register, sent as multipart/form-data; a list is sent as repeated fields."""

    file = serializers.FileField(allow_empty_file=True, help_text="A table as CSV or Parquet.")
    role = Text(help_text=f"One of {', '.join(DATA_ROLES)}.")
    sensitive_columns = serializers.ListField(
        child=Text(), required=False, default=list, help_text="Columns that say who somebody is."
    )
    provenance = Text(help_text="Where the rows come from, and when they were drawn.")
    keep_until = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The last day on which the rows are kept; the installation's usual day without.",
    )


def visible_datasets(request: Request) -> QuerySet[Dataset]:
    """Return the datasets the person may see, with what their shape shows."""
    return Dataset.objects.visible_to(person(request)).select_related("unit", "registered_by")


def visible_versions(request: Request) -> QuerySet[DatasetVersion]:
    """Return the dataset versions the person may see, with what their shape shows."""
    return DatasetVersion.objects.visible_to(person(request)).select_related(
        "dataset__unit", "file", "registered_by", "rows_deletion__deleted_by"
    )


@extend_schema_view(get=extend_schema(parameters=[DatasetFilters]))
class DatasetsView(generics.ListAPIView[Dataset]):
    """The datasets of one's units."""

    serializer_class = DatasetSerializer

    def get_queryset(self) -> QuerySet[Dataset]:
        """Narrow what the person may see."""
        return visible_datasets(self.request).filter(**query(self.request, DatasetFilters))

    @extend_schema(request=NewDatasetSerializer, responses=answers({201: DatasetSerializer}))
    def post(self, request: Request) -> Response:
        """Register a dataset."""
        asked, user = body(request, NewDatasetSerializer), person(request)
        unit = get_object_or_404(Unit.objects.visible_to(user), slug=asked.pop("unit"))
        dataset = datasets.register(unit=unit, by=user, **asked)
        return Response(DatasetSerializer(dataset).data, status=201)


class DatasetView(generics.RetrieveAPIView[Dataset]):
    """One dataset."""

    serializer_class = DatasetSerializer

    def get_queryset(self) -> QuerySet[Dataset]:
        """Take what the person may see."""
        return visible_datasets(self.request)


class DatasetVersionsView(generics.ListAPIView[DatasetVersion]):
    """The versions of one dataset, the newest first."""

    serializer_class = DatasetVersionSerializer
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Narrow what the person may see."""
        query(self.request, NoFields)
        dataset = get_object_or_404(visible_datasets(self.request), pk=self.kwargs["pk"])
        return visible_versions(self.request).filter(dataset=dataset)

    @extend_schema(
        request=NewDatasetVersionSerializer, responses=answers({201: DatasetVersionSerializer})
    )
    def post(self, request: Request, pk: int) -> Response:
        """Register rows: they are read once, fingerprinted, and kept as they are."""
        refuse_if_too_large(request)
        asked = body(request, NewDatasetVersionSerializer)
        dataset = get_object_or_404(visible_datasets(request), pk=pk)
        table = Path(asked.pop("file").temporary_file_path())
        version = datasets.register_version(
            dataset=dataset, table=table, by=person(request), **asked
        )
        return Response(DatasetVersionSerializer(version).data, status=201)


class DatasetVersionView(generics.RetrieveAPIView[DatasetVersion]):
    """One version of a dataset."""

    serializer_class = DatasetVersionSerializer

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        """Take what the person may see."""
        return visible_versions(self.request)


@extend_schema(request=DeletionSerializer, responses=answers({200: DatasetVersionSerializer}))
@api_view(["POST"])
def delete_rows(request: Request, pk: int) -> Response:
    """Delete the rows before their last day; fingerprint, shape and figures stay."""
    asked = body(request, DeletionSerializer)
    data = get_object_or_404(visible_versions(request), pk=pk)
    retention.delete_rows(data=data, by=person(request), **asked)
    return Response(DatasetVersionSerializer(visible_versions(request).get(pk=pk)).data)
