"""Place and release legal holds, and say which of them keep a thing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from registry.models import Dataset, RegisteredModel, RetentionHold, Unit, User
from registry.rules import holds as rules
from registry.rules.holds import Scope
from registry.rules.refusals import Objection, Refused
from registry.services import journal, rights
from registry.services.tombstones import Thing


@journal.verb
def place(
    *,
    scope: str,
    reason: str,
    by: User,
    model: RegisteredModel | None = None,
    dataset: Dataset | None = None,
    unit: Unit | None = None,
) -> RetentionHold:
    """Keep everything in this scope from being deleted until the hold is released.

    Returns once no deletion is under way that could not have seen it.
    """
    _wait_for_deletions()
    given = {"model": model, "dataset": dataset, "unit": unit}
    named = [name for name, one in given.items() if one is not None]
    whose = unit or (model.unit if model else dataset.unit if dataset else None)
    role = _require(by, "retention_hold.place", whose)
    objections = rules.objections_to_placing(scope, reason, named=named)
    if objections:
        raise Refused(*objections)
    hold = RetentionHold.objects.create(
        scope=scope,
        model=model,
        dataset=dataset,
        unit=unit,
        reason=reason.strip(),
        placed_at=timezone.now(),
        placed_by=by,
        placed_as=role,
    )
    _record(hold, "retention_hold.placed", by=by, role=role, reason=hold.reason)
    return hold


@journal.verb
def release(*, hold: RetentionHold, reason: str, by: User) -> RetentionHold:
    """Lift a hold; what is past its time goes with the next pass of the retention task."""
    hold = RetentionHold.objects.select_for_update(of=("self",)).for_list().get(pk=hold.pk)
    role = require_releaser(hold=hold, by=by)
    objections = [rules.RELEASED_ALREADY] if hold.released_at else []
    if not reason.strip():
        objections.append(rules.NO_REASON)
    if objections:
        raise Refused(*objections)
    hold.released_at, hold.released_by, hold.released_as = timezone.now(), by, role
    hold.release_reason = reason.strip()
    hold.save(update_fields=["released_at", "released_by", "released_as", "release_reason"])
    _record(hold, "retention_hold.released", by=by, role=role, reason=hold.release_reason)
    return hold


def require_releaser(*, hold: RetentionHold, by: User) -> str:
    """Return the role in which the person may release it. Raises PermissionDenied."""
    return _require(by, "retention_hold.release", _unit_of(hold))


def standing() -> list[RetentionHold]:
    """Return every hold that nobody has released."""
    return list(RetentionHold.objects.standing().for_list().order_by("pk"))


def on(thing: Thing, holds: Iterable[RetentionHold]) -> list[RetentionHold]:
    """Return those of the holds that keep this thing."""
    return [hold for hold in holds if _keeps(hold, thing)]


def objections_to_deleting(thing: Thing) -> list[Objection]:
    """Say which holds keep this; to be asked within `keep_holds_out`."""
    return [
        rules.objection_to_deleting(hold.pk, str(hold.placed_at.date()), hold.reason)
        for hold in on(thing, standing())
    ]


def of_model(model: RegisteredModel) -> list[RetentionHold]:
    """Return the holds that the pages of a model name."""
    return [
        hold
        for hold in standing()
        if hold.scope == Scope.INSTALLATION
        or hold.unit_id == model.unit_id
        or hold.model_id == model.pk
    ]


def of_dataset(dataset: Dataset) -> list[RetentionHold]:
    """Return the holds that the page of a dataset names, those on models it was used for too."""
    used_for = set(
        dataset.versions.values_list("links__version__model", flat=True).exclude(links=None)
    )
    return [
        hold
        for hold in standing()
        if hold.scope == Scope.INSTALLATION
        or hold.unit_id == dataset.unit_id
        or hold.dataset_id == dataset.pk
        or hold.model_id in used_for
    ]


def keep_holds_out() -> None:
    """Let no hold be placed until this transaction ends: what is deleted was not held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('holds'), 0)")


def _wait_for_deletions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('holds'), 0)")


def _keeps(hold: RetentionHold, thing: Thing) -> bool:
    return (
        hold.scope == Scope.INSTALLATION
        or hold.unit_id in thing.unit_ids
        or hold.model_id in thing.model_ids
        or hold.dataset_id in thing.dataset_ids
    )


def _unit_of(hold: RetentionHold) -> Unit | None:
    if hold.unit:
        return hold.unit
    return hold.model.unit if hold.model else hold.dataset.unit if hold.dataset else None


def _require(by: User, verb: str, unit: Unit | None) -> str:
    """Return the role; a hold on the whole installation is of no single unit."""
    if unit is None:
        return rights.require_anywhere(by=by, verb=verb)
    return rights.require(by=by, verb=verb, unit=unit)


def _record(hold: RetentionHold, action: str, *, by: User, role: str, reason: str) -> None:
    changes = {"scope": hold.scope, "held": str(hold.held) if hold.held else None}
    journal.record(
        action,
        by=by,
        subject=hold,
        role=role,
        unit=_unit_of(hold),
        model=hold.model,
        changes=changes,
        reason=reason,
    )
