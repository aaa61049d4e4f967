"""Let a version through in an emergency: two roles sign, it ends by itself, it is reviewed."""

from __future__ import annotations

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from registry.models import ModelVersion, Override, OverrideSignature, Review, User
from registry.rules import overrides as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import MAY, Role
from registry.rules.wording import gettext_noop
from registry.services import (
    events,
    journal,
    notices,
    override_checks,
    reviews,
    rights,
    signatures,
)
from registry.services.signatures import Proof


def request(
    *, version: ModelVersion, environment: str, days: int, reason: str, proof: Proof, by: User
) -> Override:
    """Ask for an emergency release; asking is the first of the two signatures."""
    unit = version.model.unit
    rights.require(by=by, verb="override.request", unit=unit)
    method = _proved(version, version, environment, proof, by)
    return _request(
        version=version, environment=environment, days=days, reason=reason, method=method, by=by
    )


def sign(*, override: Override, digest: str, reason: str, proof: Proof, by: User) -> Override:
    """Give the second signature; from then on the version may run for the days asked."""
    version = override.version
    rights.require(by=by, verb="override.sign", unit=version.model.unit)
    method = _proved(version, override, override.environment, proof, by, digest)
    return _sign(override=override, digest=digest, reason=reason, method=method, by=by)


def _proved(
    version: ModelVersion,
    subject: Model,
    environment: str,
    proof: Proof,
    by: User,
    digest: str = "",
) -> str:
    return signatures.check(
        subject=subject,
        model=version.model,
        proof=proof,
        strength=override_checks.strength(version, environment),
        digest=digest,
        by=by,
    )


@journal.verb
def _request(
    *, version: ModelVersion, environment: str, days: int, reason: str, method: str, by: User
) -> Override:
    version, by = _locked(version), User.objects.get(pk=by.pk)
    role = rights.require(by=by, verb="override.request", unit=version.model.unit)
    asked = override_checks.Asked(environment, days, reason)
    objections = [
        *override_checks.objections_to(version, asked),
        *override_checks.own_work(version, environment, by),
    ]
    if objections:
        raise Refused(*objections)
    override = Override.objects.create(
        version=version,
        environment=environment,
        days=days,
        reason=reason.strip(),
        digest=override_checks.digest_of(version, asked),
        asked_at=timezone.now(),
        asked_by=by,
    )
    _add_signature(override, reason.strip(), method, role, by)
    journal.wrote("emergency release", override)
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
    version, by = _locked(override.version), User.objects.get(pk=by.pk)
    override = Override.objects.select_for_update(of=("self",)).get(pk=override.pk)
    role = rights.require(by=by, verb="override.sign", unit=version.model.unit)
    if override.starts_at or override.ended_at:
        raise Refused.because(
            "override.decided",
            gettext_noop("This emergency release is in force or has ended already."),
        )
    signed = list(override.signatures.select_related("signer"))
    asked = override_checks.Asked(override.environment, override.days, override.reason)
    objections = override_checks.objections_to(version, asked, besides=override)
    objections += rules.objections_to_second(
        first_stands=all(
            override_checks.still_signs(version, override.environment, one) for one in signed
        ),
        same_content=override_checks.digest_of(version, asked) == override.digest,
        overtaken=Override.objects.overtaken().filter(pk=override.pk).exists(),
    )
    objections += override_checks.own_work(version, override.environment, by)
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
    journal.wrote("emergency term", override)
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
def remind() -> None:
    """Remind of emergency releases that are over and not reviewed, once a day."""
    now = timezone.now()
    waiting = Review.objects.open().filter(cause="override").values("details__override")
    over = Override.objects.to_review(now).filter(
        pk__in=[one["details__override"] for one in waiting]
    )
    for override in over.select_related("version__model__unit", "version__model__revision__owner"):
        model = override.version.model
        reviewers = notices.holders(model.unit, *MAY["review.close"])
        signers = override.signatures.values("signer")
        notices.tell(
            people=[model.revision.owner, *reviewers.exclude(pk__in=signers)],
            code="override.review_due",
            about=override,
            model=model,
            link=reverse("override", args=[override.pk]),
        )


@journal.verb
def end(*, override: Override, reason: str, by: User) -> Override:
    """End an emergency release before its day, or take the asking for one back."""
    version, by = _locked(override.version), User.objects.get(pk=by.pk)
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
    journal.wrote("emergency end", override)
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


def _locked(version: ModelVersion) -> ModelVersion:
    found: ModelVersion = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model__unit", "model__revision", "artefact")
        .get(pk=version.pk)
    )
    return found


def _role_left(role: str, signed: list[OverrideSignature]) -> Role | None:
    """Return which of the two roles this person can still sign as; None for neither."""
    missing = rules.roles_missing([one.role for one in signed])
    return next((one for one in missing if one.value in role.split(", ")), None)


def _add_signature(override: Override, reason: str, method: str, role: str, by: User) -> None:
    signature = OverrideSignature.objects.create(
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
    journal.wrote("emergency signature", signature, about=override)


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
