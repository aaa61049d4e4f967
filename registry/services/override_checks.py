"""What stands against an emergency release, and what its two signatures take; reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from registry.models import Membership, ModelVersion, Override, OverrideSignature, Review, User
from registry.rules import overrides as rules
from registry.rules import policies as policy_rules
from registry.rules.refusals import Objection
from registry.rules.releases import objections_to_signer
from registry.rules.signatures import Strength
from registry.rules.wording import gettext_noop
from registry.services import policies, reviews, scorecards, stages


@dataclass(frozen=True)
class Asked:
    """What an emergency release is asked for: where, for how long, and why."""

    environment: str
    days: int
    reason: str


def strength(version: ModelVersion, environment: str) -> str:
    """Return what the policy asks for to sign an emergency release to an environment."""
    return _ruling(version, environment).reauthentication


def strongest(version: ModelVersion) -> str:
    """Return the most that asking takes in any environment, for a form that asks which one."""
    asked = {strength(version, one) for one in settings.ENVIRONMENTS}
    return max(asked, key=lambda one: one == Strength.SECOND_FACTOR)


def _ruling(version: ModelVersion, environment: str) -> policy_rules.Ruling:
    definition = policies.in_force().definition
    return policy_rules.ruling(definition, version.model.revision.tier, environment)


def objections_to(
    version: ModelVersion, asked: Asked, besides: Override | None = None
) -> list[Objection]:
    """Say what stands against letting the version through, at the first signature and the second.

    ``besides`` is the override itself, once it was asked for. The model is locked: of two of its
    versions, one is let through, and reviewed before the other.
    """
    reviews.locked(version.model)
    here = Override.objects.lasting().filter(version=version, environment=asked.environment)
    others = here.exclude(pk=besides.pk if besides else None)
    objections = rules.objections_to_asking(
        days=asked.days,
        allowed_days=_ruling(version, asked.environment).override_days,
        reason=asked.reason,
        open_review=Review.objects.open().filter(model=version.model, cause="override").exists(),
        in_force=others.waiting().exists() or others.in_force(timezone.now()).exists(),
    )
    if asked.environment not in settings.ENVIRONMENTS:
        known = {"environment": asked.environment, "known": ", ".join(settings.ENVIRONMENTS)}
        objections.append(
            Objection(
                "submit.environment",
                gettext_noop("There is no environment %(environment)s; choose one of %(known)s."),
                known,
            )
        )
    objections += scorecards.objections_to_submitting(version.model)
    return objections


def digest_of(version: ModelVersion, asked: Asked) -> str:
    """Return what both signatures are over."""
    return rules.digest_of(
        model=version.model.slug,
        version=version.label,
        artefact=version.artefact.sha256 if version.artefact else None,
        environment=asked.environment,
        days=asked.days,
        reason=asked.reason.strip(),
    )


def still_signs(version: ModelVersion, environment: str, signed: OverrideSignature) -> bool:
    """Say whether who signed first could do so now: active, in the role, with no hand in it."""
    roles = Membership.objects.roles_of(signed.signer, version.model.unit)
    free = not own_work(version, environment, signed.signer)
    return signed.signer.is_active and signed.role in roles and free


def own_work(version: ModelVersion, environment: str, by: User) -> list[Objection]:
    """Separation of duties holds in an emergency as well."""
    excluded = _ruling(version, environment).excluded
    return objections_to_signer(by.pk, stages.hands_on_version(version), (), excluded=excluded)
