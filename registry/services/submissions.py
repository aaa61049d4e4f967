"""Draft a release and submit it: refused with everything that is missing, or frozen and sent on."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from registry.models import ModelVersion, Release, ReleaseMove, User
from registry.rules import conditions, row_digests
from registry.rules import policies as policy_rules
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import Act, State
from registry.rules.roles import ROLE_NAMES, Role
from registry.rules.stages import Ask, Stage
from registry.rules.wording import gettext_noop
from registry.services import (
    announcements,
    case_files,
    checklists,
    gates,
    journal,
    policies,
    rights,
    risk,
    scorecards,
    stages,
)


@journal.verb
def draft(*, version: ModelVersion, environment: str, by: User) -> Release:
    """Begin a release without submitting it, so that what is missing can be seen and mended."""
    version = _locked(version)
    role = rights.require(by=by, verb="release.draft", unit=version.model.unit)
    objections = _objections_to_place(version, environment)
    if version.releases.filter(environment=environment, state=State.DRAFT).exists():
        objections.append(
            Objection(
                "release.drafted_already",
                gettext_noop("A release of this version to %(environment)s is drafted already."),
                {"environment": environment},
            )
        )
    if objections:
        raise Refused(*objections)
    release = _drafted(version, environment, by)
    journal.record(
        "release.drafted",
        by=by,
        subject=release,
        role=role,
        model=version.model,
        changes={"environment": environment},
    )
    return release


@journal.verb
def submit(*, version: ModelVersion, environment: str, by: User) -> Release:
    """Ask for a release; a draft of it that is there is the one that is submitted."""
    version = _locked(version)
    role = rights.require(by=by, verb="release.submit", unit=version.model.unit)
    objections = [
        item.objection for item in checklists.checklist(version, environment) if item.objection
    ]
    objections += _objections_to_place(version, environment)
    policy = policies.in_force()
    ruling = policy_rules.ruling(policy.definition, version.model.revision.tier, environment)
    objections += _standing_against(version, ruling)
    objections += _panels_too_small(version, ruling)
    if objections:
        raise Refused(*objections)
    release = version.releases.filter(environment=environment, state=State.DRAFT).first()
    release = release or _drafted(version, environment, by)
    release.policy, release.tier = policy, version.model.revision.tier
    release.submitted_at, release.submitted_by = timezone.now(), by
    stated = {
        "environment": environment,
        "submitted_by": by.printed_name,
        "submitted_at": case_files.instant(release.submitted_at),
    }
    frozen = case_files.freeze(release, case_files.build(version, policy=policy, release=stated))
    release.save(update_fields=["policy", "tier", "submitted_at", "submitted_by"])
    gates.move(release, Act.SUBMIT, by=by, at=release.submitted_at)
    journal.record(
        "release.submitted",
        by=by,
        subject=release,
        role=role,
        model=version.model,
        changes={
            "environment": environment,
            "case_file": frozen.digest,
            "policy": policy.edition,
            "facts": row_digests.digest_of(frozen, row_digests.CASE_FILE),
        },
    )
    announcements.of_submission(release, by)
    return release


@journal.verb
def discard(*, release: Release, reason: str, by: User | None) -> Release:
    """Give a draft up that was never submitted; nobody has signed anything, so nobody signs now.

    ``by`` is None for the housekeeping.
    """
    _locked(release.version)
    release = Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
    role = rights.require(by=by, verb="release.draft", unit=release.version.model.unit)
    objections = []
    if release.state != State.DRAFT:
        objections.append(
            Objection(
                "release.no_draft",
                gettext_noop("This release is no draft any more; withdraw it with a signature."),
            )
        )
    if not reason.strip():
        objections.append(
            Objection("release.no_reason", gettext_noop("Give the reason; it is kept."))
        )
    if objections:
        raise Refused(*objections)
    gates.move(release, Act.WITHDRAW, by=by, at=timezone.now())
    journal.record(
        "release.discarded",
        by=by,
        subject=release,
        role=role,
        model=release.version.model,
        reason=reason.strip(),
    )
    return release


def still_missing(release: Release) -> list[Objection]:
    """Ask the policy once more, as it was at submission: things fail while in review."""
    items = checklists.under(
        release.version, release.policy.definition, release.tier, release.environment
    )
    missing = [item.objection for item in items if item.objection]
    against = _standing_against(release.version, stages.ruling_of(release))
    return missing + against + _tier_is_stricter(release)


def _tier_is_stricter(release: Release) -> list[Objection]:
    """Refuse to approve by the stages of a lighter tier what is in a stricter one by now.

    Or it would do to lighten the tier for the moment of the submission.
    """
    tier = release.version.model.revision.tier
    if tier >= release.tier:
        return []
    return [
        Objection(
            "release.tier_is_stricter",
            gettext_noop(
                "It was submitted in tier %(then)s, and the model is in tier %(now)s now, which"
                " asks for more. Withdraw it and submit it again."
            ),
            {"then": release.tier, "now": tier},
        )
    ]


def _standing_against(version: ModelVersion, ruling: policy_rules.Ruling) -> list[Objection]:
    """Return what stands against any release of the version, whatever its exhibits say."""
    return [
        *scorecards.objections_to_submitting(version.model),
        *risk.appetite_objections(version),
        *conditions.objections_to_exception(
            by_exception=risk.needs_exception(version),
            allowed=ruling.conditions_allowed,
            tier=ruling.tier,
            environment=ruling.environment,
        ),
    ]


def _locked(version: ModelVersion) -> ModelVersion:
    found: ModelVersion = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision")
        .get(pk=version.pk)
    )
    return found


def _objections_to_place(version: ModelVersion, environment: str) -> list[Objection]:
    objections = []
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
    return objections


def _panels_too_small(version: ModelVersion, ruling: policy_rules.Ruling) -> list[Objection]:
    """Refuse what nobody could ever approve: fewer people are there than a stage asks for."""
    return [
        Objection(
            "submit.panel_too_small",
            gettext_noop(
                "The stage “%(stage)s” takes %(needed)s people of the role “%(role)s”; only"
                " %(there)s in the unit have no hand in the version. Have an administrator grant"
                " the role."
            ),
            {
                "stage": stage.name,
                "needed": ask.of or ask.needed,
                "role": [ROLE_NAMES[Role(ask.role)]],
                "there": len(there),
            },
            (ask.role,),
        )
        for stage in ruling.stages
        for ask in _asks(stage)
        if len(there := stages.eligible(version, ask.role, ruling.excluded))
        < (ask.of or ask.needed)
    ]


def _asks(stage: Stage) -> tuple[Ask, ...]:
    # Of several ways one is enough, and which one is the signers' choice.
    return stage.asks if stage.rule == "all" else ()


def _drafted(version: ModelVersion, environment: str, by: User) -> Release:
    now = timezone.now()
    release = Release.objects.create(
        version=version,
        environment=environment,
        state=State.DRAFT,
        policy=policies.in_force(),
        tier=version.model.revision.tier,
        submitted_at=now,
        submitted_by=by,
    )
    made = ReleaseMove.objects.create(
        release=release, act=Act.DRAFT, before="", after=State.DRAFT, at=now, by=by
    )
    journal.wrote("move", made, about=release)
    return release
