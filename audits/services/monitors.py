"""Start and end monitors: who watches what, how often, and by which limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone

from audits.models import Monitor
from audits.rules.monitors import ANNOUNCES, LONGEST_DAYS, SHORTEST_DAYS
from audits.rules.runs import Kind
from audits.services.admissions import is_attached
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel, User
from registry.rules.plan_shapes import objections_to_shape
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, rights
from registry.services.names import Named


@journal.verb
def start(
    *,
    version: ModelVersion,
    batches: Dataset,
    reference: DatasetVersion,
    every_days: int,
    announces: str,
    owner: User,
    labels: Dataset | None = None,
    truth_key: str = "",
    checks: Sequence[Mapping[str, Any]] = (),
    by: User,
) -> Monitor:
    """Start watching a version; it looks for the first time at once.

    ``checks`` are limits of its own: each holds where it is stricter than the plan's. ``owner``
    answers for it and has to have the right to ask for runs, since they are asked for in the
    owner's name.
    """
    model = (
        RegisteredModel.objects.select_for_update(of=("self",))
        .select_related("unit")
        .get(pk=version.model_id)
    )
    role = rights.require(by=by, verb="monitor.start", unit=model.unit)
    monitor = Monitor(
        version=version,
        batches=batches,
        reference=reference,
        labels=labels,
        truth_key=truth_key,
        checks=[dict(check) for check in checks],
        every_days=every_days,
        due_at=timezone.now(),
        announces=announces,
        owner=owner,
        started_at=timezone.now(),
        started_by=by,
    )
    objections = _objections(monitor)
    if objections:
        raise Refused(*objections)
    monitor.save()
    journal.record(
        "monitor.started",
        by=by,
        subject=monitor,
        role=role,
        model=model,
        changes={
            "batches": batches.slug,
            "reference": reference.file.sha256,
            "labels": labels.slug if labels else None,
            "every_days": every_days,
            "announces": announces,
            "owner": Named(owner),
            "checks": monitor.checks,
        },
    )
    return monitor


def _objections(monitor: Monitor) -> list[Objection]:
    said = [*_data(monitor), *_schedule(monitor), *_person(monitor)]
    found = [objection for is_wrong, objection in said if is_wrong]
    return found + objections_to_shape({Kind.DRIFT.value: {"checks": monitor.checks}})


def _data(monitor: Monitor) -> Iterator[tuple[bool, Objection]]:
    version, unit = monitor.version, monitor.version.model.unit_id
    yield (
        version.is_vendor_model,
        Objection(
            "monitor.artefact",
            gettext_noop(
                "This version has no artefact to score batches with; hand in the vendor's drift"
                " reports as evidence."
            ),
        ),
    )
    yield (
        not is_attached(version, monitor.reference),
        Objection(
            "monitor.reference",
            gettext_noop("The reference is not attached to the version; choose data that is."),
        ),
    )
    datasets = [monitor.batches, *filter(None, [monitor.labels])]
    yield (
        any(dataset.unit_id != unit for dataset in datasets),
        Objection(
            "monitor.unit",
            gettext_noop("Batches and labels have to be data of the model's own unit."),
        ),
    )
    yield (
        (monitor.labels is None) != (not monitor.truth_key),
        Objection(
            "monitor.truth_key",
            gettext_noop(
                "Labels that came later are joined by a key: name the dataset that holds them and"
                " the column that both have."
            ),
        ),
    )
    watching = Monitor.objects.watching().filter(version=version, batches=monitor.batches)
    yield (
        watching.exists(),
        Objection(
            "monitor.is_watched",
            gettext_noop("The version is watched on this dataset already; end that monitor first."),
        ),
    )


def _schedule(monitor: Monitor) -> Iterator[tuple[bool, Objection]]:
    yield (
        not SHORTEST_DAYS <= monitor.every_days <= LONGEST_DAYS,
        Objection(
            "monitor.schedule",
            gettext_noop("Choose a number of days from %(shortest)s to %(longest)s."),
            {"shortest": SHORTEST_DAYS, "longest": LONGEST_DAYS},
        ),
    )
    yield (
        monitor.announces not in ANNOUNCES,
        Objection(
            "monitor.announces",
            gettext_noop("A breach asks for one of %(known)s."),
            {"known": ", ".join(ANNOUNCES)},
        ),
    )


def _person(monitor: Monitor) -> Iterator[tuple[bool, Objection]]:
    owner, unit = monitor.owner, monitor.version.model.unit
    may = owner.is_active and rights.may(by=owner, verb="run.request", unit=unit)
    yield (
        not may,
        Objection(
            "monitor.owner",
            # Without the name: the journal keeps this sentence in the clear.
            gettext_noop(
                "The monitor's owner may not ask for runs in this unit; choose a data scientist or"
                " a validator as its owner."
            ),
        ),
    )


@journal.verb
def end(*, monitor: Monitor, reason: str, by: User) -> Monitor:
    """Stop watching; what the monitor found stays."""
    monitor = locked(monitor)
    role = rights.require(by=by, verb="monitor.end", unit=monitor.version.model.unit)
    if monitor.ended_at:
        raise Refused.because("monitor.ended", gettext_noop("This monitor has been ended already."))
    if not reason.strip():
        raise Refused.because(
            "monitor.reason", gettext_noop("Say why the model is not watched any more.")
        )
    monitor.ended_at, monitor.ended_by = timezone.now(), by
    monitor.save()
    journal.record(
        "monitor.ended",
        by=by,
        subject=monitor,
        role=role,
        model=monitor.version.model,
        reason=reason.strip(),
    )
    return monitor


def locked(monitor: Monitor) -> Monitor:
    """Return the monitor as it is now, and hold its row until the transaction ends."""
    found: Monitor = (
        Monitor.objects.select_for_update(of=("self",))
        .select_related("version__model__unit", "batches", "labels", "reference__file", "owner")
        .get(pk=monitor.pk)
    )
    return found
