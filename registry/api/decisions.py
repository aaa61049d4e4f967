"""Doors to the signed acts on a release: a signature takes the password, a token alone is none."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.releases import ReleaseSerializer, shape, visible
from registry.api.shapes import StrictSerializer, Text, answers, body, person
from registry.models import Release
from registry.rules.conditions import Asked
from registry.services import releases
from registry.services.signatures import Proof


class SignatureSerializer(StrictSerializer):
    """A signature. Without a password it is none, and answers 403 before anything else is said."""

    digest = Text(
        default="",
        allow_blank=True,
        help_text="The case_file_digest that was read; everything done in review takes it.",
    )
    reason = Text(default="", allow_blank=True, help_text="Stands beside the name for good.")
    password = Text(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The signer's own, entered again.",
    )
    code = Text(
        default="",
        allow_blank=True,
        help_text="A one-time or recovery code, where the policy asks for a second factor.",
    )


class ConditionAskedSerializer(StrictSerializer):
    """A condition under which somebody approves."""

    text = Text(help_text="What has to be done.")
    owner = Text(help_text="The account of who answers for it.")
    due = serializers.DateField(help_text="The last day for it.")
    evidence_kind = Text(
        default="", allow_blank=True, help_text="The kind of exhibit that fulfils it, if any."
    )


class ApprovalSerializer(SignatureSerializer):
    """An approval, under conditions where any are named."""

    conditions = ConditionAskedSerializer(
        many=True, default=list, help_text="They bind from the last signature on."
    )


class SendingBackSerializer(SignatureSerializer):
    """A sending back to an earlier stage."""

    stage = serializers.IntegerField(
        min_value=0, max_value=99, help_text="Its place in stages, the first being 0."
    )


def signed(
    request: Request, pk: int, shape_of_body: type[SignatureSerializer]
) -> tuple[Release, dict[str, Any]]:
    """Return the release, and what the verb takes: the proof in one piece, and the person."""
    asked = body(request, shape_of_body)
    release = get_object_or_404(visible(request).submitted(), pk=pk)
    proof = Proof(password=asked.pop("password"), code=asked.pop("code"))
    return release, {**asked, "proof": proof, "by": person(request)}


def ended(request: Request, pk: int) -> tuple[Release, dict[str, Any]]:
    """Return the same for an act that ends a release, which is about the case file as it is."""
    release, asked = signed(request, pk, SignatureSerializer)
    return release, {name: given for name, given in asked.items() if name != "digest"}


@extend_schema(request=ApprovalSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def approve(request: Request, pk: int) -> Response:
    """Sign for the release at an open stage; the last signature approves it."""
    release, asked = signed(request, pk, ApprovalSerializer)
    conditions = [Asked(**one) for one in asked.pop("conditions")]
    if conditions:
        releases.approve_with_conditions(release=release, conditions=conditions, **asked)
    else:
        releases.approve(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def reject(request: Request, pk: int) -> Response:
    """Vote against the release; it is rejected once a stage can no longer be completed."""
    release, asked = signed(request, pk, SignatureSerializer)
    releases.reject(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SendingBackSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def send_back(request: Request, pk: int) -> Response:
    """Send the release back to an earlier stage, to be signed anew from there."""
    release, asked = signed(request, pk, SendingBackSerializer)
    releases.send_back(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def return_to_author(request: Request, pk: int) -> Response:
    """Return the release to its author as a draft."""
    release, asked = signed(request, pk, SignatureSerializer)
    releases.return_to_author(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def withdraw(request: Request, pk: int) -> Response:
    """Take the release back from review."""
    release, asked = ended(request, pk)
    releases.withdraw(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def revoke(request: Request, pk: int) -> Response:
    """Take an approval back; the gate closes at once."""
    release, asked = ended(request, pk)
    releases.revoke(release=release, **asked)
    return Response(shape(request, pk))


@extend_schema(request=SignatureSerializer, responses=answers({200: ReleaseSerializer}))
@api_view(["POST"])
def retire(request: Request, pk: int) -> Response:
    """Take a release out of service in good order; the gate closes at once."""
    release, asked = ended(request, pk)
    releases.retire(release=release, **asked)
    return Response(shape(request, pk))
