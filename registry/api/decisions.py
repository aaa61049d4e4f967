"""Doors to the signed acts on a release: a signature takes the password, a token alone is none."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.releases import ReleaseSerializer, shape, visible
from registry.api.shapes import StrictSerializer, Text, answers, body, person
from registry.services import releases


class SignatureSerializer(StrictSerializer):
    """A signature. Without a password it is none, and answers 403 before anything else is said."""

    digest = Text(
        default="",
        allow_blank=True,
        help_text="The case_file_digest that was read; approving and rejecting take it.",
    )
    reason = Text(default="", allow_blank=True, help_text="Stands beside the name for good.")
    password = Text(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The signer's own, entered again.",
    )


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def approve(request: Request, pk: int) -> Response:
    """Sign for the release at its current stage; the last signature approves it."""
    asked = body(request, SignatureSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.approve(release=release, by=person(request), **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def reject(request: Request, pk: int) -> Response:
    """Reject the release at its current stage."""
    asked = body(request, SignatureSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.reject(release=release, by=person(request), **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def withdraw(request: Request, pk: int) -> Response:
    """Take the release back from review."""
    asked = body(request, SignatureSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.withdraw(
        release=release, reason=asked["reason"], password=asked["password"], by=person(request)
    )
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def revoke(request: Request, pk: int) -> Response:
    """Take an approval back; the gate closes at once."""
    asked = body(request, SignatureSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.revoke(
        release=release, reason=asked["reason"], password=asked["password"], by=person(request)
    )
    return Response(shape(request, pk))
