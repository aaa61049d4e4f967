"""Tokens for the API: handed out for password and code, kept as a hash, expiring, revocable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox.models import get_token_model
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from registry.api.shapes import DetailSerializer, NoFields, Shape, StrictSerializer, Text, body
from registry.models import User
from registry.services import journal, sign_ins
from registry.services.sign_ins import SignInFailed, TooManyTries
from registry.services.signatures import Proof


class SignInSerializer(StrictSerializer):
    """A person's name, password, and code where the account has a second factor."""

    username = Text(help_text="The account's name.")
    password = Text(trim_whitespace=False, help_text="Its password.")
    code = Text(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="A one-time or recovery code; an account with a second factor takes one.",
    )


class TokenSerializer(Shape):
    """A token, shown this once, and when it ends."""

    token = serializers.CharField(help_text="Sent back as “Authorization: Token ...”.")
    expiry = serializers.DateTimeField(help_text="Until when it opens doors.")


def _proven(request: Request, *, username: str, password: str, code: str) -> User:
    """Return the person who gave password and code. Raises AuthenticationFailed or Throttled."""
    try:
        user = authenticate(request._request, username=username, password=password)
    except TooManyTries:
        raise Throttled(detail=sign_ins.too_many_tries()) from None
    if not isinstance(user, User):
        raise AuthenticationFailed(_("No account has this name and password."))
    journal.authenticated_by("password")
    try:
        sign_ins.check_second_factor(proof=Proof(code=code), by=user)
    except SignInFailed as failed:
        raise AuthenticationFailed(str(failed)) from None
    return user


class TokenView(APIView):
    """Hand out a token for a password, and take it back."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "token"

    def get_authenticators(self) -> list[Any]:
        """Ask for a token without one; giving one back takes it."""
        if self.request is not None and self.request.method == "POST":
            return []
        return super().get_authenticators()

    def get_authenticate_header(self, request: Request) -> str:
        """Answer a wrong password with 401; without this it would be 403, which is about rights."""
        return "Token"

    @extend_schema(
        auth=[],
        request=SignInSerializer,
        responses={200: TokenSerializer, 401: DetailSerializer, 429: DetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give a token for a name and a password."""
        asked = body(request, SignInSerializer)
        user = _proven(request, **asked)
        instance, token = get_token_model().objects.create(
            user=user, expiry=timedelta(hours=settings.TOKEN_HOURS)
        )
        given = TokenSerializer({"token": token, "expiry": instance.expiry}).data
        return Response(given, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={204: None, 401: DetailSerializer})
    def delete(self, request: Request) -> Response:
        """Revoke the token this request was made with."""
        body(request, NoFields)
        if request.auth is None:
            raise AuthenticationFailed(_("Send the token that is to be revoked."))
        request.auth.delete()
        return Response(status=204)
