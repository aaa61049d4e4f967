"""Doors to the editions of the policy: reading, a look ahead, proposing and approving."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry.api.proofs import ProofSerializer, proof_in
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
from registry.models import PolicyEdition
from registry.rules.policy_editions import NEEDED, Standing
from registry.rules.refusals import Refused
from registry.services import (
    policies,
    policy_approvals,
    policy_proposals,
    policy_simulations,
    policy_texts,
    rights,
)


class PolicyApprovalSerializer(Shape):
    """One signature for an edition."""

    name = serializers.CharField(source="printed_name", help_text="Printed name of the signer.")
    role = serializers.CharField(help_text="The role the signer held.")
    meaning = serializers.CharField(help_text="What the signature means.")
    reason = serializers.CharField(help_text="Why it was given.")
    method = serializers.CharField(help_text="What the signer proved themselves with.")
    digest = serializers.CharField(help_text="Digest of the definition that was signed.")
    signed_at = serializers.DateTimeField(help_text="When.")


class PolicyEditionSerializer(Shape):
    """One edition of the policy, without what it says."""

    edition = serializers.IntegerField(help_text="Its number.")
    standing = serializers.CharField(help_text=f"One of {', '.join(Standing)}.")
    digest = serializers.CharField(help_text="sha256 of the canonical definition.")
    base = serializers.IntegerField(
        allow_null=True, help_text="The edition that was in force when it was written."
    )
    note = serializers.CharField(help_text="Why it was proposed.")
    written_at = serializers.DateTimeField(help_text="When it was proposed, or loaded.")
    proposed_by = PersonSerializer(allow_null=True, help_text="Null where an operator loaded it.")
    approvals = PolicyApprovalSerializer(many=True, help_text=f"{NEEDED} of them adopt it.")
    adopted_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when it was in force; null for what never was."
    )


class WholePolicyEditionSerializer(PolicyEditionSerializer):
    """One edition of the policy, and what it says."""

    definition = serializers.JSONField(help_text="What it says, as data.")
    text = serializers.CharField(help_text="What it says, as YAML with its comments.")


class PolicyProposalSerializer(StrictSerializer):
    """A whole policy, to take the place of the one in force."""

    text = Text(
        max_length=policy_texts.MOST_BYTES,
        trim_whitespace=False,
        help_text="The policy in YAML, such as registry/policies/default.yaml has it.",
    )
    note = Text(allow_blank=True, help_text="What the change is for.")
    based_on = serializers.IntegerField(
        help_text="The edition in force that you changed; refused when another one is by now."
    )


class PolicyDraftSerializer(StrictSerializer):
    """A draft to look at."""

    text = Text(
        max_length=policy_texts.MOST_BYTES, trim_whitespace=False, help_text="The draft in YAML."
    )


class ApprovePolicySerializer(ProofSerializer):
    """A signature for an edition."""

    digest = Text(max_length=64, help_text="Digest of the edition that you read.")
    reason = Text(allow_blank=True, help_text="Why; it stands beside your name.")


class PolicyOutcomeSerializer(Shape):
    """A release in force that would fail."""

    release = serializers.IntegerField(source="release.pk", help_text="Id of the release.")
    title = serializers.CharField(source="release", help_text="What it is a release of, and where.")
    state = serializers.CharField(source="release.state", help_text="How it stands now.")
    tier = serializers.IntegerField(help_text="The model's tier of today.")
    objections = serializers.SerializerMethodField(help_text="Why it would fail.")

    @extend_schema_field(ObjectionSerializer(many=True))
    def get_objections(self, outcome: policy_simulations.Outcome) -> list[dict[str, str]]:
        """The sentences."""
        return [told(objection) for objection in outcome.objections]


class PolicySimulationSerializer(Shape):
    """What is in force, held against a draft."""

    looked_at = serializers.IntegerField(help_text="How many releases are in force.")
    failing = PolicyOutcomeSerializer(many=True, help_text="Those of your units that would fail.")
    failing_elsewhere = serializers.IntegerField(
        help_text="How many more would fail in units you do not see."
    )


def shape(edition: PolicyEdition, current: PolicyEdition) -> dict[str, Any]:
    """Return an edition as the doors show it."""
    adoption = getattr(edition, "adoption", None)
    return {
        "edition": edition.edition,
        "standing": policy_proposals.standing_of(edition, current),
        "digest": edition.digest,
        "base": edition.base.edition if edition.base else None,
        "note": edition.note,
        "written_at": edition.loaded_at,
        "proposed_by": edition.proposed_by,
        "approvals": edition.approvals.all(),
        "adopted_at": adoption.adopted_at if adoption else None,
        "definition": edition.definition,
        "text": edition.text or policy_texts.written(edition.definition),
    }


def whole(number: int) -> dict[str, Any]:
    """Return one edition with what it says; 404 for one there is not."""
    current = policies.in_force()
    editions = PolicyEdition.objects.filter(name=current.name).for_list()
    return WholePolicyEditionSerializer(
        shape(get_object_or_404(editions, edition=number), current)
    ).data


class PolicyEditionsView(APIView):
    """The editions of the policy."""

    @extend_schema(responses=PolicyEditionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Tell every edition, the newest first; what one says is told by its own address."""
        query(request, NoFields)
        current = policies.in_force()
        editions = PolicyEdition.objects.filter(name=current.name).for_list()
        return Response(
            [PolicyEditionSerializer(shape(edition, current)).data for edition in editions]
        )

    @extend_schema(
        request=PolicyProposalSerializer, responses=answers({201: WholePolicyEditionSerializer})
    )
    def post(self, request: Request) -> Response:
        """Propose an edition; it holds once two model risk managers approved it, not its author."""
        asked = body(request, PolicyProposalSerializer)
        edition = policy_proposals.propose(**asked, by=person(request))
        return Response(whole(edition.edition), status=201)


class PolicyEditionView(APIView):
    """One edition of the policy."""

    @extend_schema(responses=WholePolicyEditionSerializer)
    def get(self, request: Request, edition: int) -> Response:
        """Tell what an edition says, and who approved it."""
        query(request, NoFields)
        return Response(whole(edition))


class ApprovePolicyView(APIView):
    """Signatures for an edition."""

    @extend_schema(
        request=ApprovePolicySerializer, responses=answers({200: WholePolicyEditionSerializer})
    )
    def post(self, request: Request, edition: int) -> Response:
        """Sign for a proposed edition; the second signature puts it in force."""
        asked = body(request, ApprovePolicySerializer)
        current = policies.in_force()
        found = get_object_or_404(PolicyEdition, name=current.name, edition=edition)
        policy_approvals.approve(edition=found, proof=proof_in(asked), by=person(request), **asked)
        return Response(whole(edition))


class PolicySimulationView(APIView):
    """A look ahead at a draft of the policy."""

    @extend_schema(
        request=PolicyDraftSerializer, responses=answers({200: PolicySimulationSerializer})
    )
    def post(self, request: Request) -> Response:
        """Tell which releases in force would fail under a draft, and why; nothing is kept."""
        asked = body(request, PolicyDraftSerializer)
        rights.require_anywhere(by=person(request), verb="policy.propose")
        definition = policy_texts.parse(asked["text"])
        objections = policy_proposals.objections_to(definition)
        if objections:
            raise Refused(*objections)
        simulation = policy_simulations.shown_to(person(request), definition)
        return Response(PolicySimulationSerializer(simulation).data)
