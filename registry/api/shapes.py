"""Shapes that every door shares: strict input, refusals, people, files, and who is asking."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from registry.models import User

# PostgreSQL keeps no NUL, and half a surrogate pair has no form in UTF-8.
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
CANNOT_BE_KEPT = _("A text in it has a character that cannot be kept (NUL, or half a pair).")


def can_be_kept(value: Any) -> bool:
    """Say whether every text in this can be kept, and repeated in an answer."""
    if isinstance(value, dict):
        return all(can_be_kept(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(can_be_kept(part) for part in value)
    return not isinstance(value, str) or UNWRITABLE.search(value) is None


Shape = serializers.Serializer[Any]


class StrictSerializer(Shape):
    """Takes the fields it names and no others, so that a misspelt one is not silently left out."""

    def to_internal_value(self, data: Any) -> Any:
        """Name every field that is not known."""
        unknown = sorted(set(data) - set(self.fields)) if hasattr(data, "keys") else []
        if unknown:
            told = _("There is no field of this name; the fields are %(known)s.")
            raise ValidationError(
                {name: [told % {"known": ", ".join(self.fields)}] for name in unknown}
            )
        return super().to_internal_value(data)


class NoFields(StrictSerializer):
    """Nothing to say: any field is one too many."""


class Text(serializers.CharField):
    """Text and nothing that could be read as text: the number 2.10 must not become “2.1”."""

    def to_internal_value(self, data: Any) -> str:
        """Take text alone."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Number(serializers.FloatField):
    """A number that a double can hold; true, infinite and NaN are none."""

    def to_internal_value(self, data: Any) -> float:
        """Take a finite number, or its text from a form."""
        try:
            number = float("nan") if isinstance(data, bool) else super().to_internal_value(data)
        except OverflowError:
            number = float("inf")
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class Instant(serializers.DateTimeField):
    """A time; without a zone it is in this server's."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse what is beyond the first or the last day of the calendar in another zone."""
        try:
            taken: datetime = super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")
        return taken


class JSONObject(serializers.JSONField):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> Any:
        """Take an object and no other JSON."""
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise ValidationError(_("This has to be a JSON object, in braces."))
        if not can_be_kept(value):
            raise ValidationError(CANNOT_BE_KEPT)
        return value


class ObjectionSerializer(Shape):
    """One reason."""

    code = serializers.CharField(help_text="Stable, for scripts.")
    message = serializers.CharField(help_text="What is wrong and what to do, for people.")
    about = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Codes of what the message calls by name, such as the paths of facts that"
        " changed; left out where it names nothing that has one.",
    )


class RefusalSerializer(Shape):
    """Everything that stands against what was asked, at once."""

    objections = ObjectionSerializer(many=True, help_text="Every reason.")


class DetailSerializer(Shape):
    """One sentence."""

    detail = serializers.CharField(help_text="What is wrong.")


class PersonSerializer(Shape):
    """An account, and the printed name that stands on what the person does."""

    username = serializers.CharField(help_text="The account's name.")
    name = serializers.CharField(
        source="printed_name", help_text="As it is printed beside signatures."
    )


def answers(success: dict[int, Any]) -> dict[int, Any]:
    """Return the answers of a door that changes something, for the schema."""
    return {
        **success,
        400: OpenApiResponse(
            OpenApiTypes.OBJECT, "Malformed: for each field, what is wrong with it."
        ),
        403: DetailSerializer,
        404: DetailSerializer,
        409: RefusalSerializer,
    }


def body(request: Request, shape: type[StrictSerializer]) -> dict[str, Any]:
    """Return what the request says, in this shape. Raises ValidationError, which answers 400."""
    asked = shape(data=_kept(request.data))
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _kept(said: Any) -> Any:
    """Return what was said unless a text in it cannot be kept, be it a value or a field's name."""
    if isinstance(said, dict) and not can_be_kept(said):
        wrong = [name for name, value in said.items() if not can_be_kept([name, value])]
        raise ValidationError({UNWRITABLE.sub("?", name): [CANNOT_BE_KEPT] for name in wrong})
    return said


def query(request: Request, shape: type[StrictSerializer]) -> dict[str, Any]:
    """Return the filters in the request's address. Raises ValidationError, which answers 400."""
    asked = shape(data={key: value for key, value in request.query_params.items() if key != "page"})
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class OneForm(BaseContentNegotiation):
    """For files: there is one form of them, whatever the request says it would rather have."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Take the first; nothing is read."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Take the first; it writes refusals, and the file itself comes as it is."""
        first = next(iter(renderers))
        return first, str(first.media_type)


def person(request: Request) -> User:
    """Return who is asking; every door but the one for tokens lets in nobody else."""
    user: User = request.user  # type: ignore[assignment]
    return user


def download(content: bytes, *, name: str, kind: str) -> HttpResponse:
    """Return a file to be saved, never shown: what is in it was handed in by somebody."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
