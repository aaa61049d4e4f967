"""What a report states of the decisions on a release and what follows from them, as plain data.

Each function takes the instant as of which it is told; without one it is told as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from registry.models import Condition, Decision, Delegation, Release, ReleaseMove, User
from registry.rules.releases import APPROVALS, Act
from registry.services import as_of_conditions, as_of_oversight, stages
from registry.services.as_of_releases import release_at
from registry.services.case_files import instant
from registry.services.conditions import owner_in, owners_of

VOTES = frozenset({*(act.value for act in APPROVALS), Act.REJECT.value})


def stages_of(release: Release, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the stages that the policy asks for, and how many have signed each."""
    release = release if at is None else release_at(release, at)
    progress = stages.progress_of(release)
    return [
        {
            "name": stage.name,
            "asks": [
                {
                    "role": ask.role,
                    "needed": ask.needed,
                    "of": ask.of,
                    "signed": progress.signed_by(place, ask.role),
                }
                for ask in stage.asks
            ],
            "rule": stage.rule,
            "beside": stage.beside,
            "needed": stage.needed,
            "signed": progress.signed_at(place),
        }
        for place, stage in enumerate(progress.stages)
    ]


def decisions_of(release: Release, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return every signed act on the release, those on earlier case files too."""
    release = release if at is None else release_at(release, at)
    acts = Decision.objects.filter(release=release)
    if at is not None:
        acts = acts.filter(signed_at__lte=at)
    signed = list(acts.select_related("on_behalf_of", "case_file").order_by("signed_at", "pk"))
    progress = stages.progress_of(release)
    counted = {(vote.signer_id, vote.stage, vote.approves) for vote in progress.votes}
    last = {_vote(one): one.pk for one in signed if one.case_file_id == release.case_file_id}
    names = [stage.name for stage in progress.stages]
    owners = owners_of(said for one in signed for said in one.asked)
    return [
        {
            "act": one.act,
            "printed_name": one.printed_name,
            "role": one.role,
            "meaning": one.meaning,
            "reason": one.reason,
            "at": instant(one.signed_at),
            "method": one.method,
            "stage": one.stage_name,
            "sent_to": None if one.sent_to is None else names[one.sent_to],
            "round": one.round + 1,
            "on_behalf_of": one.on_behalf_of.printed_name if one.on_behalf_of else None,
            "delegation": one.delegation_number,
            "conditions": [
                {
                    "asked": said["text"],
                    "owner": _owner(said, owners),
                    "due": said["due"],
                    "evidence_kind": said["evidence_kind"],
                }
                for said in one.asked
            ],
            "case_file_number": one.case_file.number,
            "case_file_digest": one.case_file_digest,
            # Whether it was signed over the very case file that this report is about.
            "bound": one.case_file_id == release.case_file_id,
            # Whether a vote still stands; what is no vote neither counts nor lapses.
            "counts": last.get(_vote(one)) == one.pk and _vote(one) in counted
            if one.act in VOTES
            else None,
        }
        for one in signed
    ]


def _vote(decision: Decision) -> tuple[int, int | None, bool]:
    return decision.signer_id, decision.stage, decision.act != Act.REJECT


def _owner(said: Mapping[str, Any], owners: Mapping[int | str, User]) -> str:
    # An account is never removed, so a name that none has any more is that of an erased person.
    owner = owners.get(owner_in(said))
    return owner.printed_name if owner else gettext("an erased person")


def conditions_of(release: Release, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the conditions that bound the approval, with what was offered and who accepted it."""
    found = Condition.objects.filter(release=release).select_related(
        "owner", "offered_by", "accepted_by", "evidence", "decision"
    )
    if at is not None:
        found = found.at(at)
    conditions = list(found.order_by("number"))
    if at is not None:
        as_of_conditions.rewind(conditions, at)
    return [_condition(one) for one in conditions]


def _condition(condition: Condition) -> dict[str, Any]:
    evidence = condition.evidence
    return {
        "number": condition.number,
        "asked": condition.text,
        "owner": condition.owner.printed_name,
        "due": instant(condition.due_at),
        "evidence_kind": condition.evidence_kind,
        "named_by": condition.decision.printed_name,
        "named_at": instant(condition.decision.signed_at),
        "offer": condition.offer,
        "offered_at": instant(condition.offered_at) if condition.offered_at else None,
        "offered_by": condition.offered_by.printed_name if condition.offered_by else None,
        "exhibit": {"id": evidence.pk, "title": evidence.title} if evidence else None,
        "acceptance": condition.acceptance,
        "accepted_at": instant(condition.accepted_at) if condition.accepted_at else None,
        "accepted_by": condition.accepted_by.printed_name if condition.accepted_by else None,
    }


def moves_of(release: Release, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return every change of the release's state, in its order."""
    moves = ReleaseMove.objects.filter(release=release).select_related("by")
    if at is not None:
        moves = moves.filter(at__lte=at)
    return [_move(one) for one in moves.order_by("at", "pk")]


def _move(move: ReleaseMove) -> dict[str, Any]:
    return {
        "act": move.act,
        "before": move.before,
        "after": move.after,
        "at": instant(move.at),
        "who": move.by.printed_name if move.by else None,
    }


def delegations_of(release: Release, at: datetime | None = None) -> list[dict[str, Any]]:
    """Return the delegations by which somebody signed in another's place."""
    signed = Decision.objects.filter(release=release).exclude(delegation_number=None)
    if at is not None:
        signed = signed.filter(signed_at__lte=at)
    used = signed.values("delegation_number")
    given = Delegation.objects.filter(pk__in=used).select_related(
        "giver", "delegate", "model", "ended_by"
    )
    found = list(given.order_by("pk"))
    if at is not None:
        as_of_oversight.rewind_delegations(found, at)
    return [
        {
            "number": one.pk,
            "giver": one.giver.printed_name,
            "delegate": one.delegate.printed_name,
            "role": one.role,
            "model_alone": one.model_id is not None,
            "starts_at": instant(one.starts_at),
            "ends_at": instant(one.ends_at),
            "reason": one.reason,
            "given_at": instant(one.given_at),
            "ended_at": instant(one.ended_at) if one.ended_at else None,
            "ended_by": one.ended_by.printed_name if one.ended_by else None,
            "end_reason": one.end_reason,
        }
        for one in found
    ]
