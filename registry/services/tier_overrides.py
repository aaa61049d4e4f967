"""Set another tier than the scored one: one person proposes it, a second one signs for it."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse
from django.utils import timezone

from registry.models import RegisteredModel, TierOverride, User
from registry.rules import casefile
from registry.rules import tier_overrides as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.roles import MAY
from registry.rules.tier_floors import objections_to_tier
from registry.services import journal, notices, registered_models, rights, signatures, tiers
from registry.services.names import Named
from registry.services.statements import statement_of


@journal.verb
def propose(*, model: RegisteredModel, tier: int, reason: str, by: User) -> TierOverride:
    """Propose another tier; nothing changes until a second person confirms it."""
    model = registered_models.locked(model)
    role = rights.require(by=by, verb="tier.override", unit=model.unit)
    now = model.revision.tier if model.revision else 0
    objections = rules.objections_to_proposing(
        tier=tier,
        now=now,
        scored=model.scorecards.exists(),
        unconfirmed=bool(tiers.objections_to_listed_use(model)),
        waiting=model.tier_overrides.open().exists(),
        reason=reason,
    )
    objections += _objections_to_tier(model, tier)
    if objections:
        raise Refused(*objections)
    override = TierOverride.objects.create(
        model=model,
        number=model.tier_overrides.count() + 1,
        tier=tier,
        reason=reason.strip(),
        proposed_at=timezone.now(),
        proposed_by=by,
        proposer_name=by.printed_name,
        proposer_role=role,
    )
    journal.record(
        "tier.override_proposed",
        by=by,
        subject=override,
        role=role,
        model=model,
        changes={"tier": [now, tier]},
        reason=override.reason,
    )
    notices.tell(
        people=notices.holders(model.unit, *MAY["tier.confirm"]).exclude(pk=by.pk),
        code="tier.proposed",
        about=override,
        model=model,
        link=reverse("scorecard", args=[model.slug]),
    )
    return override


def digest_of(override: TierOverride) -> str:
    """Return the digest of what is signed: the proposal, and the scorecard and tier it changes."""
    model = RegisteredModel.objects.select_related("revision").get(pk=override.model_id)
    basis = tiers.basis_of(model)
    facts = {
        "model": model.slug,
        "override": override.number,
        "tier": [model.revision.tier if model.revision else None, override.tier],
        "reason": override.reason,
        "proposed_by": override.proposer_name,
        "scorecard": basis.filling.number if basis.filling else None,
        "scored": basis.scored.tier if basis.scored else None,
    }
    return casefile.digest(casefile.canonical(facts))


def confirm(
    *, override: TierOverride, digest: str, proof: signatures.Proof, by: User
) -> TierOverride:
    """Sign for the other tier; it holds from now on.

    The right is asked before the password, so that a stranger cannot try passwords here.
    """
    rights.require(by=by, verb="tier.confirm", unit=override.model.unit)
    method = signatures.check(
        subject=override, model=override.model, proof=proof, digest=digest, by=by
    )
    return _confirm(override=override, digest=digest, method=method, by=by)


@journal.verb
def _confirm(*, override: TierOverride, digest: str, method: str, by: User) -> TierOverride:
    model, override = _locked(override)
    role = rights.require(by=by, verb="tier.confirm", unit=model.unit)
    basis = tiers.basis_of(model)
    objections = rules.objections_to_confirming(
        by.pk,
        standing=override.standing,
        proposed_by=override.proposed_by_id,
        filled_by=[basis.filling.filled_by_id] if basis.filling else [],
        digest=digest,
        digest_now=digest_of(override),
    )
    objections += _objections_to_tier(model, override.tier)
    if objections:
        raise Refused(*objections)
    now = timezone.now()
    if basis.override:
        _end(basis.override, f"Override {override.number} follows it.", by)
    override.confirmed_at, override.confirmed_by = now, by
    override.confirmer_name, override.confirmer_role = by.printed_name, role
    override.meaning, override.method, override.signed_digest = rules.MEANING, method, digest
    override.save()
    journal.record(
        "tier.override_confirmed",
        by=by,
        subject=override,
        role=role,
        model=model,
        changes={
            "tier": [model.revision.tier if model.revision else None, override.tier],
            "proposed_by": Named(override.proposed_by, override.proposer_name),
            "digest": digest,
            "method": method,
        },
        reason=override.reason,
    )
    _follow(
        model,
        tier=override.tier,
        reason=f"Override {override.number}: {override.reason}",
        role=role,
        by=by,
        proposed_by=override.proposed_by,
    )
    return override


@journal.verb
def withdraw(*, override: TierOverride, reason: str, by: User) -> TierOverride:
    """End an override: who proposed it while it waits, a model risk manager at any time.

    Without it the tier is again the one that the scorecard leads to.
    """
    model, override = _locked(override)
    own = override.standing != "in_force" and override.proposed_by_id == by.pk
    role = rights.require(by=by, verb="tier.override" if own else "tier.confirm", unit=model.unit)
    objections = rules.objections_to_withdrawing(standing=override.standing, reason=reason)
    if objections:
        raise Refused(*objections)
    was_in_force = override.standing == "in_force"
    _end(override, reason.strip(), by)
    journal.record(
        "tier.override_withdrawn",
        by=by,
        subject=override,
        role=role,
        model=model,
        changes={"was_in_force": was_in_force},
        reason=override.end_reason,
    )
    scored = tiers.basis_of(model).scored
    if was_in_force and scored:
        _follow(
            model,
            tier=scored.tier,
            reason=f"Override {override.number} withdrawn: {override.end_reason}",
            role=role,
            by=by,
        )
    return override


def _objections_to_tier(model: RegisteredModel, tier: int) -> list[Objection]:
    # Asked at both steps: the class may be revised while the proposal waits.
    return objections_to_tier(tier, model.revision.ai_act_class if model.revision else "")


def _follow(
    model: RegisteredModel,
    *,
    tier: int,
    reason: str,
    role: str,
    by: User,
    proposed_by: User | None = None,
) -> None:
    """Bring the model into the tier, unless it is there already."""
    if model.revision is None or model.revision.tier == tier:
        return
    registered_models.write_revision(
        model=model,
        statement=replace(statement_of(model.revision), tier=tier),
        reason=reason,
        role=role,
        by=by,
        proposed_by=proposed_by,
    )


def _end(override: TierOverride, reason: str, by: User) -> None:
    override.ended_at, override.ended_by, override.end_reason = timezone.now(), by, reason
    override.save(update_fields=["ended_at", "ended_by", "end_reason"])


def _locked(override: TierOverride) -> tuple[RegisteredModel, TierOverride]:
    """Hold the model first, as every verb does that touches what is said of it."""
    model = registered_models.locked(override.model)
    held = TierOverride.objects.select_for_update(of=("self",)).select_related("proposed_by")
    return model, held.get(pk=override.pk)
