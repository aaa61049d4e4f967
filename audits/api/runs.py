"""Doors to runs: asking for one, watching it, starting a failed one again."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audits.models import Report, Run
from audits.rules.options import MOST_ROWS, OPTION_NAMES, read
from audits.rules.runs import STAGE_NAMES, Kind, State
from audits.services import runs
from registry.api.refusals import told
from registry.api.shapes import (
    NoFields,
    ObjectionSerializer,
    PersonSerializer,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import DatasetVersion, ModelVersion
from registry.rules.refusals import Objection
from registry.services.uploads import refuse_if_too_large


class WorkSerializer(Shape):
    """Where something stands that the workers do."""

    id = serializers.IntegerField(help_text="Its number.")
    version = serializers.IntegerField(source="version_id", help_text="Id of the version.")
    state = serializers.CharField(help_text=f"One of {', '.join(State)}.")
    stage = serializers.CharField(
        help_text=f"Of {', '.join(STAGE_NAMES)} while it runs; else empty."
    )
    percent = serializers.IntegerField(help_text="From 0 to 100.")
    reason = serializers.SerializerMethodField(help_text="Why it failed; empty unless it did.")
    requested_at = serializers.DateTimeField(help_text="When it was asked for.")
    requested_by = PersonSerializer()
    started_at = serializers.DateTimeField(
        allow_null=True, help_text="When a worker last began it."
    )
    finished_at = serializers.DateTimeField(
        allow_null=True, help_text="When it ended, well or not."
    )

    @extend_schema_field(ObjectionSerializer(many=True))
    def get_reason(self, row: Run | Report) -> list[dict[str, str]]:
        """Every reason, in the reader's language."""
        return [told(Objection(**kept)) for kept in row.reason]


class RunSerializer(WorkSerializer):
    """One measurement of one version on one dataset version."""

    data = serializers.IntegerField(source="data_id", help_text="Id of the dataset version.")  # type: ignore[assignment]
    kind = serializers.CharField(help_text=f"One of {', '.join(Kind)}.")
    evidence = serializers.IntegerField(
        source="evidence_id",
        allow_null=True,
        help_text="Id of the exhibit it filed, once it is done.",
    )
    ordinal = serializers.IntegerField(
        help_text="The how-manieth run of this kind that the model has had on this very data."
    )
    reference = serializers.IntegerField(
        source="reference_id", allow_null=True, help_text="For drift: what it was compared with."
    )
    truth = serializers.IntegerField(
        source="truth_id", allow_null=True, help_text="For drift: where later labels came from."
    )
    options = serializers.DictField(help_text="What was looked at besides.")
    plan = serializers.DictField(help_text="What it is judged by, fixed when it was asked for.")


class RunFilters(StrictSerializer):
    """What the list can be narrowed by."""

    version = serializers.IntegerField(required=False, help_text="Id of a version.")
    model = Text(source="version__model__slug", required=False, help_text="Short name of a model.")
    kind = Text(required=False, help_text=f"One of {', '.join(Kind)}.")
    state = Text(required=False, help_text=f"One of {', '.join(State)}.")


class NewRunSerializer(StrictSerializer):
    """A run to ask for; with predictions it is sent as multipart/form-data."""

    version = serializers.IntegerField(help_text="Id of the version.")
    data = serializers.IntegerField(help_text="Id of a dataset version attached to it.")  # type: ignore[assignment]
    kind = Text(help_text=f"One of {', '.join(Kind)}.")
    predictions = serializers.FileField(
        required=False,
        allow_empty_file=True,
        help_text="For a vendor's model: its predictions for these rows, as CSV or Parquet.",
    )
    reference = serializers.IntegerField(
        required=False, help_text="For drift: id of the dataset version to compare with."
    )
    truth = serializers.IntegerField(
        required=False, help_text="For drift: id of the dataset version with later labels."
    )
    truth_key = Text(required=False, help_text="For drift: the column by which labels are joined.")
    slices = serializers.ListField(
        child=Text(), required=False, help_text="For performance: columns to tell rows apart by."
    )
    strata = serializers.ListField(
        child=Text(), required=False, help_text="For fairness: legitimate factors to condition on."
    )
    weights = Text(
        required=False,
        help_text="A column of weights; refused, since weighted rows are not measured.",
    )
    cases = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        help_text="For an explanation: numbers of rows, from 1, to explain one by one.",
    )
    rows = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_ROWS,
        help_text="For an explanation: how many rows are explained.",
    )


def visible(request: Request) -> QuerySet[Run]:
    """Return the runs the person may see, with what their shape shows."""
    return Run.objects.visible_to(person(request)).select_related("requested_by")


@extend_schema_view(get=extend_schema(parameters=[RunFilters]))
class RunsView(generics.ListAPIView[Run]):
    """The runs on the models of one's units, the newest first."""

    serializer_class = RunSerializer
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self) -> QuerySet[Run]:
        """Narrow what the person may see."""
        return visible(self.request).filter(**query(self.request, RunFilters))

    @extend_schema(request=NewRunSerializer, responses=answers({202: RunSerializer}))
    def post(self, request: Request) -> Response:
        """Ask for a run; it waits for a worker, so ask again how it stands."""
        refuse_if_too_large(request)
        asked, user = body(request, NewRunSerializer), person(request)
        versions = ModelVersion.objects.visible_to(user).select_related("model")
        data = DatasetVersion.objects.visible_to(user).select_related("file")
        predictions = asked.get("predictions")
        reference, truth = asked.get("reference"), asked.get("truth")
        run = runs.request(
            version=get_object_or_404(versions, pk=asked["version"]),
            data=get_object_or_404(data, pk=asked["data"]),
            kind=asked["kind"],
            options=read({name: asked[name] for name in OPTION_NAMES if name in asked}),
            predictions=Path(predictions.temporary_file_path()) if predictions else None,
            reference=get_object_or_404(data, pk=reference) if reference else None,
            truth=get_object_or_404(data, pk=truth) if truth else None,
            by=user,
        )
        return Response(RunSerializer(run).data, status=202)


class RunView(generics.RetrieveAPIView[Run]):
    """One run: where it stands, and what came of it."""

    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[Run]:
        """Take what the person may see."""
        return visible(self.request)


class RunAgainView(APIView):
    """A failed run, once more."""

    @extend_schema(request=None, responses=answers({202: RunSerializer}))
    def post(self, request: Request, pk: int) -> Response:
        """Start a failed run again, as a run of its own that counts."""
        body(request, NoFields)
        related = ("version__model", "data__file", "predictions")
        run = get_object_or_404(visible(request).select_related(*related), pk=pk)
        return Response(RunSerializer(runs.again(run=run, by=person(request))).data, status=202)
