"""Submit a version for release, sign for it, withdraw and revoke.

And ask whether the gate is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import DataLink, Decision, Evidence, ModelVersion, Release, User
from registry.rules import policies as policy_rules
from registry.rules import releases as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import ROLE_NAMES, Role
from registry.rules.wording import gettext_noop
from registry.services import case_files, journal, policies, rights, signatures
from registry.services.case_files import Rows


def checklist(version: ModelVersion) -> list[policy_rules.Item]:
    """Return what the policy asks of this version for its tier, each with how it stands."""
    return checklists(ModelVersion.objects.filter(pk=version.pk))[version.pk]


def checklists(versions: QuerySet[ModelVersion]) -> dict[int, list[policy_rules.Item]]:
    """Return the checklist of each version by its id, in a fixed number of queries."""
    definition = policies.in_force().definition
    exhibits = Prefetch("evidence", queryset=Evidence.objects.select_related("data"))
    return {
        version.pk: _checklist(version, definition)
        for version in case_files.with_facts(versions).prefetch_related(exhibits)
    }


def _checklist(version: ModelVersion, definition: dict[str, Any]) -> list[policy_rules.Item]:
    links = version.attached_links
    test_files = {link.data.file_id for link in links if link.data.role == "test"}
    card = version.card.effective
    return policy_rules.checklist(
        policy_rules.ruling(definition, version.model.revision.tier),
        card=card.sections if card else None,
        data_roles=[link.data.role for link in links],
        risk_is_assessed=version.risk.effective is not None,
        deputy_is_named=version.model.revision.deputy_id is not None,
        exhibits=[
            policy_rules.Exhibit(
                id=exhibit.pk,
                kind=exhibit.kind,
                verdict=exhibit.verdict,
                at=exhibit.filed_at,
                reproduced=exhibit.reproduced,
                outdated=exhibit.data is not None and exhibit.data.file_id not in test_files,
            )
            for exhibit in version.evidence.all()
        ],
        now=timezone.now(),
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
    objections = [item.objection for item in checklist(version) if item.objection]
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
    release = (
        case_files.with_facts(Release.objects.select_for_update(of=("self",)), "version__")
        .select_related("case_file", "policy", "submitted_by")
        .get(pk=release.pk)
    )
    role = rights.require(by=by, verb=VERBS[act], unit=release.version.model.unit)
    objections = rules.objections_to_moving(release.state, act)
    signs = act in {rules.Act.APPROVE, rules.Act.REJECT}
    progress = progress_of(release)
    if signs and not objections:
        role = _role_at_stage(release, progress, by)
        objections += rules.objections_to_signer(by.pk, hands_on(release), progress.signatures)
        objections += _objections_to_content(release, digest)
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
    if act is rules.Act.APPROVE and progress_of(release).stage is not None:
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


@dataclass(frozen=True)
class Progress:
    """The stages of a release, the approvals on its current case file, and where it stands."""

    stages: tuple[rules.Stage, ...]
    signatures: tuple[rules.Signature, ...]
    stage: int | None

    def signed_at(self, place: int) -> int:
        """How many have signed at a stage."""
        return sum(1 for signature in self.signatures if signature.stage == place)


def progress_of(release: Release) -> Progress:
    """Return where the release stands; signatures on an earlier case file no longer count."""
    stages = policy_rules.ruling(release.policy.definition, release.tier).stages
    given = tuple(
        rules.Signature(decision.signer_id, decision.stage)
        for decision in release.decisions.all()
        if decision.act == rules.Act.APPROVE and decision.case_file_id == release.case_file_id
    )
    return Progress(stages, given, rules.current_stage(stages, given))


def _role_at_stage(release: Release, progress: Progress, by: User) -> str:
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


def hands_on(release: Release) -> dict[str, set[int | None]]:
    """Return whose work the release is, part by part, over the whole history of the version."""
    version = release.version
    links = version.data_links.all()
    return {
        "submitted": {release.submitted_by_id},
        "registered": {version.registered_by_id},
        "card": {revision.saved_by_id for revision in version.card.revisions.all()},
        "data": {link.attached_by_id for link in links}
        | {link.data.registered_by_id for link in links},
        "risk": {assessment.assessed_by_id for assessment in version.risk.assessments.all()},
    }


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


@dataclass(frozen=True)
class Gate:
    """Whether the version may run in the environment on this release, and every reason against."""

    allowed: bool
    reasons: tuple[Objection, ...]


def gate(release: Release) -> Gate:
    """Compute the gate from what is there now; nobody has to have closed it by hand.

    ``release`` comes from ``for_gate``; a list of them costs a fixed number of queries.
    """
    ruling = policy_rules.ruling(release.policy.definition, release.tier)
    closing = {ask.kind for ask in ruling.evidence if ask.closes_gate}
    newest: dict[str, Evidence] = {}
    for exhibit in sorted(release.version.evidence.all(), key=lambda one: (one.filed_at, one.pk)):
        newest[exhibit.kind] = exhibit
    reasons = rules.gate_reasons(
        state=release.state,
        expired=release.valid_until is not None and release.valid_until <= timezone.now(),
        changed=[change.fact for change in case_files.changes_since_frozen(release)],
        failing=[
            exhibit.title
            for kind, exhibit in sorted(newest.items())
            if kind in closing and exhibit.verdict == "fail"
        ],
    )
    return Gate(not reasons, tuple(reasons))


def for_gate(releases: Rows) -> Rows:
    """Fetch what ``gate`` and ``progress_of`` read, in a fixed number of queries."""
    return (
        case_files.with_facts(releases, "version__")
        .select_related("case_file", "policy", "submitted_by")
        .prefetch_related("decisions", "version__evidence")
    )


def for_signing(releases: Rows) -> Rows:
    """Fetch what ``hands_on`` reads as well, in a fixed number of queries."""
    links = DataLink.objects.select_related("data")
    return for_gate(releases).prefetch_related(
        Prefetch("version__data_links", queryset=links),
        "version__card__revisions",
        "version__risk__assessments",
    )
