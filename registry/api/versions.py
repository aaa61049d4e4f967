"""Doors to model versions: what each was built of, and registering one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.as_of import AsOf, answer, now_or
from registry.api.as_of import asked as asked_as_of
from registry.api.as_of_shapes import VersionAsOfSerializer
from registry.api.shapes import (
    JSONObject,
    Number,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import ModelVersion, RegisteredModel, StoredFile
from registry.services import versions
from registry.services.as_of import version_as_of
from registry.services.uploads import refuse_if_too_large


class FileSerializer(Shape):
    """A file that belongs to a version."""

    name = serializers.CharField(help_text="What it was called when it was handed in.")
    sha256 = serializers.CharField(help_text="The digest of its bytes.")
    size = serializers.IntegerField(help_text="In bytes.")


class ArtefactSerializer(FileSerializer):
    """The trained model itself."""

    format = serializers.CharField(help_text="Recognised by the bytes: skops, onnx and so on.")


class VersionSerializer(Shape):
    """One immutable build of a model."""

    id = serializers.IntegerField(help_text="Its number, by which other doors name it.")
    model = serializers.CharField(source="model.slug", help_text="Short name of its model.")
    number = serializers.IntegerField(help_text="Counts the versions of the model.")
    label = serializers.CharField(help_text="What people call it, such as 2.1.")  # type: ignore[assignment]
    artefact = serializers.SerializerMethodField(help_text="Null for a vendor's model.")
    environment = serializers.SerializerMethodField(
        help_text="The lock file of the environment it was built in, or null."
    )
    source = serializers.CharField(help_text="Where it comes from.")  # type: ignore[assignment]
    code_commit = serializers.CharField(help_text="The commit of the code it was built from.")
    parameters = serializers.DictField(help_text="What it was trained with.")
    features = serializers.ListField(
        child=serializers.CharField(), help_text="In the order the artefact takes them."
    )
    label_column = serializers.CharField(help_text="The column that holds the true outcome.")
    positive_label = serializers.CharField(help_text="Which outcome counts as positive.")
    threshold = serializers.FloatField(
        allow_null=True,
        help_text="The score from which a row counts as positive; binary tasks only.",
    )
    registered_at = serializers.DateTimeField(help_text="When it was registered.")
    registered_by = PersonSerializer()

    @extend_schema_field(ArtefactSerializer(allow_null=True))
    def get_artefact(self, version: ModelVersion) -> dict[str, Any] | None:
        """The artefact."""
        file = _file(version.artefact, version.artefact_name)
        return {**file, "format": version.artefact_format} if file else None

    @extend_schema_field(FileSerializer(allow_null=True))
    def get_environment(self, version: ModelVersion) -> dict[str, Any] | None:
        """The lock file."""
        return _file(version.environment, version.environment_name)


def _file(stored: StoredFile | None, name: str) -> dict[str, Any] | None:
    return {"name": name, "sha256": stored.sha256, "size": stored.size} if stored else None


class VersionFilters(StrictSerializer):
    """What the list can be narrowed by."""

    model = Text(source="model__slug", required=False, help_text="Short name of a model.")
    label = Text(required=False, help_text="A version's label.")  # type: ignore[assignment]


class NewVersionSerializer(StrictSerializer):
    """A build to register; with files as multipart/form-data, lists as repeated fields."""

    model = Text(help_text="Short name of the model.")
    label = Text(max_length=60, help_text="What people call it, such as 2.1.")  # type: ignore[assignment]
    artefact = serializers.FileField(
        required=False,
        allow_empty_file=True,
        help_text="skops, XGBoost JSON or UBJ, LightGBM, CatBoost or ONNX; none for a vendor's.",
    )
    environment = serializers.FileField(
        required=False, allow_empty_file=True, help_text="The lock file of its environment."
    )
    source = Text(  # type: ignore[assignment]
        required=False, max_length=500, allow_blank=True, help_text="Where it comes from."
    )
    code_commit = Text(required=False, max_length=64, allow_blank=True, help_text="From git.")
    parameters = JSONObject(required=False, help_text="A JSON object; in a form, as its text.")
    features = serializers.ListField(
        child=Text(), required=False, help_text="In the order the artefact takes them."
    )
    label_column = Text(max_length=200, help_text="The column that holds the true outcome.")
    positive_label = Text(
        required=False,
        max_length=200,
        allow_blank=True,
        help_text="Which outcome counts as positive.",
    )
    threshold = Number(
        required=False, allow_null=True, help_text="The score from which a row counts as positive."
    )


def upload(file: TemporaryUploadedFile | None) -> versions.Upload | None:
    """Return a file as the services take it; uploads always lie in a temporary file."""
    return versions.Upload(Path(file.temporary_file_path()), file.name or "") if file else None


def visible(request: Request) -> QuerySet[ModelVersion]:
    """Return the versions the person may see, with what their shape shows."""
    return ModelVersion.objects.visible_to(person(request)).select_related(
        "model__unit", "artefact", "environment", "registered_by"
    )


@extend_schema_view(get=extend_schema(parameters=[VersionFilters]))
class VersionsView(generics.ListAPIView[ModelVersion]):
    """The versions of the models of one's units, the newest of each model first."""

    serializer_class = VersionSerializer
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self) -> QuerySet[ModelVersion]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, VersionFilters))

    @extend_schema(request=NewVersionSerializer, responses=answers({201: VersionSerializer}))
    def post(self, request: Request) -> Response:
        """Register a version; its artefact is recognised by its bytes, tried, and hashed."""
        refuse_if_too_large(request)
        asked, user = body(request, NewVersionSerializer), person(request)
        models = RegisteredModel.objects.visible_to(user).select_related("unit")
        model = get_object_or_404(models, slug=asked.pop("model"))
        files = {name: upload(asked.pop(name, None)) for name in ("artefact", "environment")}
        build = versions.Build(**{"features": (), **asked, **files})
        version = versions.register(model=model, build=build, by=user)
        return Response(VersionSerializer(version).data, status=201)


class VersionView(APIView):
    """One version."""

    @extend_schema(
        parameters=[AsOf],
        responses=now_or("VersionNowOrThen", VersionSerializer, VersionAsOfSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Tell what it was built of, or how all that is said of it stood at an instant."""
        at = asked_as_of(request)
        version = get_object_or_404(visible(request), pk=pk)
        if at is not None:
            return answer(partial(version_as_of, reader=person(request)), version, at)
        return Response(VersionSerializer(version).data)
