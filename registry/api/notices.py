"""Doors to one's own notices, and to what of them comes by mail."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.shapes import (
    NoFields,
    Shape,
    StrictSerializer,
    Text,
    answers,
    body,
    person,
    query,
)
from registry.models import MailChoice, Notice
from registry.rules.notices import Acts, Reminders
from registry.services import mail_choices, notices


class NoticeSerializer(Shape):
    """One thing the person was told."""

    id = serializers.IntegerField(help_text="Its number.")
    code = serializers.CharField(help_text="Stable, for scripts, such as release.approved.")
    sentence = serializers.CharField(help_text="What it says.")
    model = serializers.CharField(help_text="Short name of the model it is about, if any.")
    link = serializers.CharField(help_text="The page it leads to, as a path of this server.")
    critical = serializers.BooleanField(help_text="Whether it is mailed at once in any case.")
    reminder = serializers.BooleanField(help_text="Whether it is told once a day at most.")
    created_at = serializers.DateTimeField(help_text="When it was told.")
    read_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is unread.")
    mailed_at = serializers.DateTimeField(
        source="mail.sent_at", allow_null=True, help_text="Null unless it went out by mail."
    )


class NoticeFilters(StrictSerializer):
    """What the notices can be narrowed by."""

    unread = serializers.BooleanField(
        source="read_at__isnull", required=False, help_text="True for those not read yet."
    )
    code = Text(required=False, help_text="Such as release.approved.")
    model = Text(required=False, help_text="Short name of a model.")


@extend_schema_view(get=extend_schema(parameters=[NoticeFilters]))
class NoticesView(generics.ListAPIView[Notice]):
    """What the person who asks was told, newest first."""

    serializer_class = NoticeSerializer

    def get_queryset(self) -> QuerySet[Notice]:
        """Narrow what the person may see."""
        asked = query(self.request, NoticeFilters)
        visible = Notice.objects.visible_to(person(self.request)).select_related("mail")
        return visible.filter(**asked)


class ReadSerializer(StrictSerializer):
    """Which notices were read: some, by their numbers, or all of them."""

    ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Numbers of notices."
    )
    all = serializers.BooleanField(required=False, default=False, help_text="True for all.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two, so that a request that says nothing marks nothing."""
        if asked["all"] == ("ids" in asked):
            raise ValidationError(_("Give the ids of notices, or all as true."))
        return asked


class HowManySerializer(Shape):
    """How many were not read before."""

    read = serializers.IntegerField(help_text="How many were marked now.")


class ReadNoticesView(APIView):
    """Marking notices as read."""

    @extend_schema(request=ReadSerializer, responses=answers({200: HowManySerializer}))
    def post(self, request: Request) -> Response:
        """Mark one's notices as read; numbers of other people's are passed over."""
        asked = body(request, ReadSerializer)
        read = notices.mark_read(by=person(request), ids=asked.get("ids"))
        return Response({"read": read})


class MailChoiceSerializer(Shape):
    """What comes by mail; what is critical comes at once in any case."""

    address = serializers.CharField(help_text="Empty for the one the account came with.")
    acts = serializers.CharField(help_text=f"What happens: {' or '.join(Acts)}.")
    reminders = serializers.CharField(help_text=f"Reminders: {' or '.join(Reminders)}.")
    time_zone = serializers.CharField(help_text="Such as Europe/Berlin; empty for the server's.")


class ChooseSerializer(StrictSerializer):
    """All of what a person chooses; it replaces what was chosen before."""

    address = Text(allow_blank=True, max_length=254, help_text="Empty for the account's own.")
    acts = Text(help_text=f"What happens: {' or '.join(Acts)}.")
    reminders = Text(help_text=f"Reminders: {' or '.join(Reminders)}.")
    time_zone = Text(allow_blank=True, help_text="Such as Europe/Berlin; empty for the server's.")


class MailChoiceView(APIView):
    """What of one's notices comes by mail."""

    @extend_schema(responses=MailChoiceSerializer)
    def get(self, request: Request) -> Response:
        """Tell what holds now."""
        query(request, NoFields)
        return _told(mail_choices.choice_of(person(request)))

    @extend_schema(request=ChooseSerializer, responses=answers({200: MailChoiceSerializer}))
    def put(self, request: Request) -> Response:
        """Choose anew; it holds from the next notice on."""
        asked = body(request, ChooseSerializer)
        return _told(mail_choices.choose(**asked, by=person(request)))


def _told(choice: MailChoice) -> Response:
    return Response(MailChoiceSerializer(choice).data)
