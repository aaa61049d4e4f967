"""What doors share that tell how something stood at a past instant, and the door to a portfolio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.as_of_shapes import PortfolioAsOfSerializer
from registry.api.refusals import sentence, told
from registry.api.shapes import Instant, Shape, StrictSerializer, person, query
from registry.rules import as_of as rules
from registry.rules.refusals import Objection
from registry.services import as_of


class AsOf(StrictSerializer):
    """The instant as of which it is told; left out, it is told as it stands."""

    as_of = Instant(
        required=False,
        help_text="A past instant; without a zone it is in this server's. As it stood then.",
    )

    def validate_as_of(self, value: datetime) -> datetime:
        """Refuse what is to come."""
        objections = rules.objections_to_instant(value, timezone.now())
        if objections:
            raise ValidationError([told(one)["message"] for one in objections])
        return value


def asked(request: Request) -> datetime | None:
    """Return the instant that is asked for; None where it is to be told as it stands."""
    instant: datetime | None = query(request, AsOf).get("as_of")
    return instant


def answer(
    function: Callable[[Any, datetime], dict[str, Any]], about: Any, at: datetime
) -> Response:
    """Answer how something stood. Raises NotFound, with the sentence, for what was not there."""
    try:
        stood = function(about, at)
    except rules.NotYet as error:
        raise NotFound(sentence(error.objection)) from error
    models = stood.get("models", [])
    for one in (
        stood,
        *stood.get("releases", []),
        *(x for each in models for x in each["releases"]),
    ):
        if "gate" in one:
            _in_words(one["gate"])
    return Response(stood)


def _in_words(gate: dict[str, Any]) -> None:
    """Tell the reasons as the doors of today do: in the reader's language."""
    gate["reasons"] = [told(Objection(**one)) for one in gate["reasons"]]


def now_or(name: str, now: type[Shape], then: type[Shape]) -> PolymorphicProxySerializer:
    """Return both shapes for the schema: as it stands, and as it stood."""
    return PolymorphicProxySerializer(
        component_name=name, serializers=[now, then], resource_type_field_name=None
    )


class PortfolioView(APIView):
    """Where the models of one's units stand."""

    @extend_schema(parameters=[AsOf], responses=PortfolioAsOfSerializer)
    def get(self, request: Request) -> Response:
        """Tell it as of an instant, or as of now."""
        at = asked(request) or timezone.now()
        return answer(as_of.portfolio_as_of, person(request), at)
