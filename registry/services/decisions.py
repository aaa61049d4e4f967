"""Decide on a release: one signed act, bound to the case file that the signer saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from registry.models import Decision, ModelVersion, Release, User
from registry.rules import conditions as condition_rules
from registry.rules import releases as rules
from registry.rules import row_digests
from registry.rules import stages as stage_rules
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import APPROVALS, REVIEWING, Act, State
from registry.rules.wording import gettext_noop
from registry.services import (
    announcements,
    case_files,
    conditions,
    decision_checks,
    events,
    gates,
    journal,
    rights,
    seats,
    signatures,
    stages,
    submissions,
)
from registry.services.names import Named
from registry.services.signatures import Proof

# Which right each act takes. Reviewing also takes a role of an open stage.
VERBS = {
    Act.APPROVE: "release.sign",
    Act.APPROVE_WITH_CONDITIONS: "release.sign",
    Act.REJECT: "release.sign",
    Act.SEND_BACK: "release.send_back",
    Act.RETURN: "release.send_back",
    Act.WITHDRAW: "release.withdraw",
    Act.REVOKE: "release.revoke",
    Act.RETIRE: "release.retire",
}
PAST = {
    Act.APPROVE: "signed",
    Act.APPROVE_WITH_CONDITIONS: "signed_with_conditions",
    Act.REJECT: "rejected",
    Act.SEND_BACK: "sent_back",
    Act.RETURN: "returned",
    Act.WITHDRAW: "withdrawn",
    Act.REVOKE: "revoked",
    Act.RETIRE: "retired",
}


def decide(
    *,
    release: Release,
    act: Act,
    digest: str,
    reason: str,
    proof: Proof,
    by: User,
    sent_to: int | None = None,
    asked: Sequence[condition_rules.Asked] = (),
) -> Decision:
    """Check the person and the signature, then decide in one transaction.

    The rights are asked before the password, so that a stranger cannot try passwords here.
    """
    _role(release, act, by)
    # Who takes their own work back needs no more than their password.
    strength = "password" if act is Act.WITHDRAW else stages.ruling_of(release).reauthentication
    method = signatures.check(
        subject=release,
        model=release.version.model,
        proof=proof,
        strength=strength,
        digest=release.case_file.digest,
        by=by,
    )
    return _write(
        release=release,
        act=act,
        digest=digest,
        reason=reason,
        method=method,
        sent_to=sent_to,
        asked=asked,
        by=by,
    )


def _role(release: Release, act: Act, by: User) -> str:
    """Return the role the act is done in. A seat that was delegated takes no role of one's own."""
    unit = release.version.model.unit
    if act in REVIEWING and seats.delegated_to(by, release):
        return ""
    return rights.require(by=by, verb=VERBS[act], unit=unit)


@journal.verb
def _write(
    *,
    release: Release,
    act: Act,
    digest: str,
    reason: str,
    method: str,
    sent_to: int | None,
    asked: Sequence[condition_rules.Asked],
    by: User,
) -> Decision:
    # The version first, as every verb does that touches a version and its releases: one
    # order of locks.
    ModelVersion.objects.select_for_update(of=("self",)).get(pk=release.version_id)
    # As the database has them now: what the caller holds may be older, or made up.
    by = User.objects.get(pk=by.pk)
    release = (
        case_files.with_facts(Release.objects.select_for_update(of=("self",)), "version__")
        .select_related("case_file", "policy", "submitted_by")
        .get(pk=release.pk)
    )
    owners = conditions.held_owners(asked)
    role = _role(release, act, by)
    objections = rules.objections_to_moving(release.state, act)
    progress = stages.progress_of(release)
    seat = None
    if act in REVIEWING and not objections:
        seat = decision_checks.seat_for(release, progress, by)
        role = seat.role
        objections += seats.objections_to(by, release, progress, seat)
        objections += decision_checks.against_content(release, digest, act)
        objections += decision_checks.against_sending_back(progress, seat, act, sent_to)
        objections += decision_checks.against_conditions(release, act, asked)
        if act in APPROVALS:
            objections += submissions.still_missing(release)
            objections += decision_checks.exception_missing(release, progress, seat, act, by)
    if not reason.strip():
        objections.append(
            Objection(
                "release.no_reason", gettext_noop("Give the reason; it stands beside your name.")
            )
        )
    if objections:
        raise Refused(*objections)
    decision = Decision.objects.create(
        release=release,
        case_file=release.case_file,
        case_file_digest=release.case_file.digest,
        act=act,
        round=stages.round_of(release),
        stage=seat.stage if seat else None,
        stage_name=progress.stages[seat.stage].name if seat else "",
        sent_to=sent_to if act is Act.SEND_BACK else None,
        meaning=rules.MEANINGS[act],
        reason=reason.strip(),
        asked=[condition.kept(owners[condition.owner].pk) for condition in asked],
        signer=by,
        printed_name=by.printed_name,
        role=role,
        method=method,
        on_behalf_of=seat.on_behalf_of if seat else None,
        delegation_number=seat.delegation if seat else None,
        signed_at=timezone.now(),
    )
    journal.record(
        f"release.{PAST[act]}",
        by=by,
        subject=release,
        role=role,
        model=release.version.model,
        changes=_told(decision),
        reason=decision.reason,
    )
    _move(release, act, decision)
    announcements.of_decision(release, decision, progress.open)
    return decision


def _told(decision: Decision) -> dict[str, object]:
    """Return what the journal says of a decision, beside who, when and why."""
    told: dict[str, object] = {
        "case_file": decision.case_file_digest,
        "stage": decision.stage_name,
        "method": decision.method,
        "decision": decision.pk,
        "facts": row_digests.digest_of(decision, row_digests.DECISION),
    }
    if decision.asked:
        told["conditions"] = _named(decision.asked)
    if decision.sent_to is not None:
        told["sent_to"] = decision.sent_to
    if decision.on_behalf_of:
        told["on_behalf_of"] = Named(decision.on_behalf_of)
    return told


def _named(asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the conditions asked for, with the people who are to fulfil them by their accounts."""
    owners = conditions.owners_of(asked)
    return [
        {
            "text": said["text"],
            "owner": Named(owners[conditions.owner_in(said)]),
            "due": said["due"],
            "evidence_kind": said["evidence_kind"],
        }
        for said in asked
    ]


def _move(release: Release, act: Act, decision: Decision) -> None:
    """Change the state, unless this vote leaves others to wait for."""
    at, by = decision.signed_at, decision.signer
    if act in REVIEWING and release.state == State.SUBMITTED:
        gates.move(release, Act.BEGIN, by=by, at=at)
    progress = stages.progress_of(release)
    if act in APPROVALS:
        if not progress.open:
            _approve(release, progress, at)
        return
    if act is Act.REJECT and stage_rules.lost_stage(progress.stages, progress.votes) is None:
        return
    gates.move(release, act, by=by, at=at)
    if act not in (Act.SEND_BACK, Act.RETURN):
        release.decided_at = at
        release.save(update_fields=["decided_at"])


def _approve(release: Release, progress: stages.Progress, at: datetime) -> None:
    """Approve what every stage has signed, under the conditions named with the votes that count."""
    days = stages.ruling_of(release).approval_days
    release.decided_at, release.valid_until = at, at + timedelta(days=days)
    release.save(update_fields=["decided_at", "valid_until"])
    bound = conditions.bind(release, stages.decisions_that_count(release, progress))
    act = Act.APPROVE_WITH_CONDITIONS if bound else Act.APPROVE
    gates.move(release, act, by=None, at=at)
    journal.record(
        "release.approved",
        by=None,
        subject=release,
        role="system",
        model=release.version.model,
        changes={
            "case_file": release.case_file.digest,
            "valid_until": case_files.instant(release.valid_until),
            **({"conditions": len(bound)} if bound else {}),
        },
        reason=gettext_noop("Every stage has its signatures."),
    )
    _supersede_earlier(release, at)
    announcements.of_approval(release)


def _supersede_earlier(release: Release, at: datetime) -> None:
    """End the earlier approvals of this version in this place: this one has taken their part.

    Or revoking it would open the gate again on one that it renewed.
    """
    earlier = Release.objects.standing().filter(
        version=release.version_id, environment=release.environment
    )
    for one in earlier.exclude(pk=release.pk).select_for_update(of=("self",)).order_by("pk"):
        gates.move(one, Act.SUPERSEDE, by=None, at=at)
        journal.record(
            "release.superseded",
            by=None,
            subject=one,
            role="system",
            model=release.version.model,
            changes={"release": release.pk, "environment": release.environment},
        )
        events.announce(
            name="release.superseded",
            version=release.version,
            details={"release": one.pk, "environment": one.environment},
            by=None,
        )
