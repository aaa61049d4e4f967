"""Submit a version for release, sign for it, withdraw and revoke.

And ask whether the gate is open.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Decision, ModelVersion, Release, User
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import ROLE_NAMES, Role
from registry.rules.wording import gettext_noop
from registry.services import (
    case_files,
    checklists,
    journal,
    policies,
    rights,
    signatures,
    stages,
)


@journal.verb
def submit(*, version: ModelVersion, environment: str, by: User) -> Release:
    """Ask for a release: refused with everything that is missing, or frozen into a case file."""
    version = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision")
        .get(pk=version.pk)
    )
    role = rights.require(by=by, verb="release.submit", unit=version.model.unit)
    objections = [item.objection for item in checklists.checklist(version) if item.objection]
    if environment not in settings.ENVIRONMENTS:
        objections.append(
            Objection(
                "submit.environment",
                gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
                {"environment": environment, "known": ", ".join(settings.ENVIRONMENTS)},
            )
        )
    if version.releases.open().filter(environment=environment).exists():
        objections.append(
            Objection(
                "submit.open_already",
                gettext_noop("A release of this version to %(environment)s is in review already."),
                {"environment": environment},
            )
        )
    if objections:
        raise Refused(*objections)
    policy = policies.in_force()
    release = Release.objects.create(
        version=version,
        environment=environment,
        state=rules.State.IN_REVIEW,
        policy=policy,
        tier=version.model.revision.tier,
        submitted_at=timezone.now(),
        submitted_by=by,
    )
    stated = {
        "environment": environment,
        "submitted_by": by.printed_name,
        "submitted_at": case_files.instant(release.submitted_at),
    }
    frozen = case_files.freeze(release, case_files.build(version, policy=policy, release=stated))
    journal.record(
        "release.submitted",
        by=by,
        subject=release,
        role=role,
        model=version.model,
        changes={"environment": environment, "case_file": frozen.digest, "policy": policy.edition},
    )
    return release


def approve(*, release: Release, digest: str, reason: str, password: str, by: User) -> Decision:
    """Sign for the release at its current stage; the last signature approves it."""
    return _decide(release, rules.Act.APPROVE, digest, reason, password, by)


def reject(*, release: Release, digest: str, reason: str, password: str, by: User) -> Decision:
    """Reject the release at its current stage."""
    return _decide(release, rules.Act.REJECT, digest, reason, password, by)


def withdraw(*, release: Release, reason: str, password: str, by: User) -> Decision:
    """Take the release back from review."""
    return _decide(release, rules.Act.WITHDRAW, release.case_file.digest, reason, password, by)


def revoke(*, release: Release, reason: str, password: str, by: User) -> Decision:
    """Take an approval back; the gate closes at once."""
    return _decide(release, rules.Act.REVOKE, release.case_file.digest, reason, password, by)


# Which right each act takes. Approving and rejecting also take the role of the stage.
VERBS = {
    rules.Act.APPROVE: "release.sign",
    rules.Act.REJECT: "release.sign",
    rules.Act.WITHDRAW: "release.withdraw",
    rules.Act.REVOKE: "release.revoke",
}


def _decide(
    release: Release, act: rules.Act, digest: str, reason: str, password: str, by: User
) -> Decision:
    """Check the person and the signature, then decide in one transaction.

    The rights are asked before the password, so that a stranger cannot try passwords here.
    """
    rights.require(by=by, verb=VERBS[act], unit=release.version.model.unit)
    method = signatures.check(release=release, password=password, by=by)
    return _write(release=release, act=act, digest=digest, reason=reason, method=method, by=by)


@journal.verb
def _write(
    *, release: Release, act: rules.Act, digest: str, reason: str, method: str, by: User
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
    role = rights.require(by=by, verb=VERBS[act], unit=release.version.model.unit)
    objections = rules.objections_to_moving(release.state, act)
    signs = act in {rules.Act.APPROVE, rules.Act.REJECT}
    progress = stages.progress_of(release)
    if signs and not objections:
        role = _role_at_stage(release, progress, by)
        objections += rules.objections_to_signer(
            by.pk, stages.hands_on(release), progress.signatures
        )
        objections += _objections_to_content(release, digest)
        if act is rules.Act.APPROVE:
            objections += _still_missing(release)
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
        stage=progress.stage if signs else None,
        stage_name=progress.stages[progress.stage].name
        if signs and progress.stage is not None
        else "",
        meaning=rules.MEANINGS[act],
        reason=reason.strip(),
        signer=by,
        printed_name=by.printed_name,
        role=role,
        method=method,
        signed_at=timezone.now(),
    )
    journal.record(
        f"release.{PAST[act]}",
        by=by,
        subject=release,
        role=role,
        model=release.version.model,
        changes={"case_file": release.case_file.digest, "stage": decision.stage_name},
        reason=decision.reason,
    )
    _move(release, act, decision)
    return decision


PAST = {
    rules.Act.APPROVE: "signed",
    rules.Act.REJECT: "rejected",
    rules.Act.WITHDRAW: "withdrawn",
    rules.Act.REVOKE: "revoked",
}


def _move(release: Release, act: rules.Act, decision: Decision) -> None:
    """Change the state, unless this approval leaves another signature to wait for."""
    if act is rules.Act.APPROVE and stages.progress_of(release).stage is not None:
        return
    release.state = rules.MOVES[rules.State(release.state), act]
    release.decided_at = decision.signed_at
    if release.state == rules.State.APPROVED:
        days = policy_rules.ruling(release.policy.definition, release.tier).approval_days
        release.valid_until = decision.signed_at + timedelta(days=days)
        journal.record(
            "release.approved",
            by=None,
            subject=release,
            role="system",
            model=release.version.model,
            changes={
                "case_file": decision.case_file_digest,
                "valid_until": case_files.instant(release.valid_until),
            },
            reason=gettext_noop("Every stage has its signatures."),
        )
    release.save(update_fields=["state", "decided_at", "valid_until"])


def _role_at_stage(release: Release, progress: stages.Progress, by: User) -> str:
    stage = progress.stages[progress.stage or 0]
    held = rights.roles_for(by=by, verb="release.sign", unit=release.version.model.unit)
    if stage.role not in held:
        raise PermissionDenied(
            _("The stage “%(stage)s” is signed by a %(role)s of the unit %(unit)s.")
            % {
                "stage": _(stage.name),
                "role": _(ROLE_NAMES[Role(stage.role)]).lower(),
                "unit": release.version.model.unit,
            }
        )
    return stage.role


def _still_missing(release: Release) -> list[Objection]:
    """Ask the policy once more, as it was at submission: things fail while in review."""
    items = checklists.under(release.version, release.policy.definition, release.tier)
    return [item.objection for item in items if item.objection]


def _objections_to_content(release: Release, digest: str) -> list[Objection]:
    """Refuse a signature on something else than the signer saw, or than is there now."""
    objections = []
    if digest != release.case_file.digest:
        objections.append(
            Objection(
                "release.other_case_file",
                gettext_noop(
                    "The case file is a newer one (%(digest)s) than the page you signed on showed."
                    " Read what changed, then sign again."
                ),
                {"digest": release.case_file.digest[:12]},
            )
        )
    changed = case_files.changes_since_frozen(release)
    if changed:
        objections.append(
            Objection(
                "release.content_changed",
                gettext_noop(
                    "The version changed after it was submitted (%(facts)s)."
                    " It has to be withdrawn and submitted again."
                ),
                {"facts": ", ".join(change.fact for change in changed)},
            )
        )
    return objections
