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
    """A signature: a token alone is not one."""

    digest = Text(help_text="The case_file_digest of the release as it was read.")
    reason = Text(default="", allow_blank=True, help_text="Stands beside the name for good.")
    password = Text(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The signer's own, entered again.",
    )


class TakingBackSerializer(SignatureSerializer):
    """A signature that takes the release itself back, whatever its case file says."""

    digest = Text(
        required=False, help_text="Taken for likeness with the other acts, and not compared."
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


@extend_schema(request=TakingBackSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def withdraw(request: Request, pk: int) -> Response:
    """Take the release back from review."""
    asked = body(request, TakingBackSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.withdraw(
        release=release, reason=asked["reason"], password=asked["password"], by=person(request)
    )
    return Response(shape(request, pk))


@extend_schema(request=TakingBackSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def revoke(request: Request, pk: int) -> Response:
    """Take an approval back; the gate closes at once."""
    asked = body(request, TakingBackSerializer)
    release = get_object_or_404(visible(request), pk=pk)
    releases.revoke(
        release=release, reason=asked["reason"], password=asked["password"], by=person(request)
    )
    return Response(shape(request, pk))
