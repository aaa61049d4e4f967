"""Let a version through in an emergency: two roles sign, it ends by itself, it is reviewed."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from registry.models import (
    ModelVersion,
    Override,
    OverrideSignature,
    Review,
    User,
)
from registry.rules import casefile
from registry.rules import overrides as rules
from registry.rules import policies as policy_rules
from registry.rules.refusals import Objection, Refused
from registry.rules.releases import objections_to_signer
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop
from registry.services import (
    events,
    journal,
    notices,
    policies,
    reviews,
    rights,
    scorecards,
    signatures,
    stages,
)
from registry.services.signatures import Proof


def request(
    *, version: ModelVersion, environment: str, days: int, reason: str, proof: Proof, by: User
) -> Override:
    """Ask for an emergency release; asking is the first of the two signatures."""
    unit = version.model.unit
    rights.require(by=by, verb="override.request", unit=unit)
    method = _proved(version, environment, proof, by)
    return _request(
        version=version, environment=environment, days=days, reason=reason, method=method, by=by
    )


def sign(*, override: Override, digest: str, reason: str, proof: Proof, by: User) -> Override:
    """Give the second signature; from then on the version may run for the days asked."""
    version = override.version
    rights.require(by=by, verb="override.sign", unit=version.model.unit)
    method = _proved(version, override.environment, proof, by)
    return _sign(override=override, digest=digest, reason=reason, method=method, by=by)


def _proved(version: ModelVersion, environment: str, proof: Proof, by: User) -> str:
    strength = _ruling(version, environment).reauthentication
    return signatures.check(
        subject=version, model=version.model, proof=proof, strength=strength, by=by
    )


def _ruling(version: ModelVersion, environment: str) -> policy_rules.Ruling:
    definition = policies.in_force().definition
    return policy_rules.ruling(definition, version.model.revision.tier, environment)


@journal.verb
def _request(
    *, version: ModelVersion, environment: str, days: int, reason: str, method: str, by: User
) -> Override:
    version = _locked(version)
    role = rights.require(by=by, verb="override.request", unit=version.model.unit)
    now = timezone.now()
    theirs = Override.objects.filter(version=version, environment=environment)
    objections = rules.objections_to_asking(
        days=days,
        allowed_days=_ruling(version, environment).override_days,
        reason=reason,
        open_review=Review.objects.open().filter(model=version.model, cause="override").exists(),
        in_force=theirs.waiting().exists() or theirs.at(now).exists(),
    )
    if environment not in settings.ENVIRONMENTS:
        objections.append(
            Objection(
                "submit.environment",
                gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
                {"environment": environment, "known": ", ".join(settings.ENVIRONMENTS)},
            )
        )
    objections += scorecards.objections_to_submitting(version.model, environment=environment)
    objections += _own_work(version, environment, by)
    if objections:
        raise Refused(*objections)
    override = Override.objects.create(
        version=version,
        environment=environment,
        days=days,
        reason=reason.strip(),
        digest=digest_of(version, environment, days, reason.strip()),
        asked_at=now,
        asked_by=by,
    )
    _add_signature(override, reason.strip(), method, role, by)
    journal.record(
        "override.requested",
        by=by,
        subject=override,
        role=role,
        model=version.model,
        changes={"environment": environment, "days": days, "digest": override.digest},
        reason=override.reason,
    )
    (missing,) = rules.roles_missing([one.role for one in override.signatures.all()])
    notices.tell(
        people=notices.holders(version.model.unit, missing).exclude(pk=by.pk),
        code="override.asked",
        about=override,
        model=version.model,
        link=reverse("override", args=[override.pk]),
        urgent=True,
    )
    return override


@journal.verb
def _sign(*, override: Override, digest: str, reason: str, method: str, by: User) -> Override:
    version = _locked(override.version)
    override = Override.objects.select_for_update(of=("self",)).get(pk=override.pk)
    role = rights.require(by=by, verb="override.sign", unit=version.model.unit)
    signed = list(override.signatures.all())
    objections = _own_work(version, override.environment, by)
    if override.starts_at or override.ended_at:
        objections.append(
            Objection(
                "override.decided",
                gettext_noop("This emergency release is in force or has ended already."),
            )
        )
    if any(one.signer_id == by.pk for one in signed):
        objections.append(
            Objection(
                "override.signed_already",
                gettext_noop("You signed this already; the other signature is somebody else's."),
            )
        )
    elif not _role_left(role, signed):
        objections.append(
            Objection(
                "override.other_role",
                gettext_noop(
                    "A model risk manager and a business owner sign together; your role has"
                    " signed already."
                ),
            )
        )
    if digest != override.digest:
        objections.append(
            Objection(
                "override.other_digest",
                gettext_noop("What you signed is not what is asked for here; read it again."),
            )
        )
    if not reason.strip():
        objections.append(
            Objection(
                "override.no_reason",
                gettext_noop("Give the reason; it stands beside your name."),
            )
        )
    if objections:
        raise Refused(*objections)
    _add_signature(override, reason.strip(), method, role, by)
    override.starts_at = timezone.now()
    override.ends_at = rules.ends_at(override.starts_at, override.days)
    override.save(update_fields=["starts_at", "ends_at"])
    journal.record(
        "override.used",
        by=by,
        subject=override,
        role=role,
        model=version.model,
        changes={
            "environment": override.environment,
            "digest": override.digest,
            "ends_at": override.ends_at.isoformat(),
        },
        reason=reason.strip(),
    )
    _make_known(override, by)
    return override


@journal.verb
def end(*, override: Override, reason: str, by: User) -> Override:
    """End an emergency release before its day, or take the asking for one back."""
    version = _locked(override.version)
    override = Override.objects.select_for_update(of=("self",)).get(pk=override.pk)
    role = rights.require(by=by, verb="override.sign", unit=version.model.unit)
    objections = []
    now = timezone.now()
    if override.ended_at or (override.ends_at and override.ends_at <= now):
        objections.append(
            Objection("override.ended", gettext_noop("This emergency release has ended already."))
        )
    if not reason.strip():
        objections.append(
            Objection("override.no_reason", gettext_noop("Give the reason; it is kept."))
        )
    if objections:
        raise Refused(*objections)
    override.ended_at, override.ended_by, override.end_reason = now, by, reason.strip()
    override.save(update_fields=["ended_at", "ended_by", "end_reason"])
    journal.record(
        "override.ended",
        by=by,
        subject=override,
        role=role,
        model=version.model,
        changes={"environment": override.environment},
        reason=override.end_reason,
    )
    return override


def digest_of(version: ModelVersion, environment: str, days: int, reason: str) -> str:
    """Return what both signatures are over."""
    return casefile.digest(
        casefile.canonical(
            {
                "model": version.model.slug,
                "version": version.label,
                "artefact": version.artefact.sha256 if version.artefact else None,
                "environment": environment,
                "days": days,
                "reason": reason,
            }
        )
    )


def _locked(version: ModelVersion) -> ModelVersion:
    found: ModelVersion = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision", "artefact")
        .get(pk=version.pk)
    )
    return found


def _own_work(version: ModelVersion, environment: str, by: User) -> list[Objection]:
    """Separation of duties holds in an emergency as well."""
    excluded = _ruling(version, environment).excluded
    return objections_to_signer(by.pk, stages.hands_on_version(version), (), excluded=excluded)


def _role_left(role: str, signed: list[OverrideSignature]) -> Role | None:
    """Return which of the two roles this person can still sign as; None for neither."""
    missing = rules.roles_missing([one.role for one in signed])
    return next((one for one in missing if one.value in role.split(", ")), None)


def _add_signature(override: Override, reason: str, method: str, role: str, by: User) -> None:
    OverrideSignature.objects.create(
        override=override,
        signer=by,
        printed_name=by.printed_name,
        role=_role_left(role, list(override.signatures.all())),
        meaning=rules.MEANING,
        reason=reason,
        method=method,
        digest=override.digest,
        signed_at=timezone.now(),
    )


def _make_known(override: Override, by: User) -> None:
    """Open the review that has to follow, announce it, and tell those who answer for the model."""
    version = override.version
    model = version.model
    reviews.open_for(
        model=model,
        version=version,
        cause="override",
        details={"override": override.pk, "environment": override.environment},
        by=by,
    )
    events.announce(
        name="override.used",
        version=version,
        details={
            "override": override.pk,
            "environment": override.environment,
            "ends_at": override.ends_at.isoformat() if override.ends_at else "",
        },
        by=by,
    )
    managers = notices.holders(model.unit, Role.MODEL_RISK_MANAGER, Role.VALIDATOR)
    notices.tell(
        people=[model.revision.owner, *managers],
        code="override.used",
        about=override,
        model=model,
        link=reverse("override", args=[override.pk]),
    )
