"""Say which model feeds which, and open reviews downstream of a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from registry.models import ModelRelation, RegisteredModel, User
from registry.rules import relations as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import journal, reviews, rights


@journal.verb
def relate(
    *, upstream: RegisteredModel, downstream: RegisteredModel, what: str, by: User
) -> ModelRelation:
    """Say that an output of one model is an input of another; the right is that of the fed one.

    ``what`` says which output feeds which input.
    """
    _one_at_a_time()
    role = rights.require(by=by, verb="model.relate", unit=downstream.unit)
    visible = RegisteredModel.objects.visible_to(by)
    objections = rules.objections_to_relating(
        list(ModelRelation.objects.in_force().values_list("upstream_id", "downstream_id")),
        upstream=upstream.pk,
        downstream=downstream.pk,
        what=what,
        names=dict(visible.values_list("pk", "name")),
    )
    objections += [
        Objection(
            "relation.retired",
            gettext_noop("%(model)s is retired; nothing feeds it, and it feeds nothing."),
            {"model": model.name},
        )
        for model in (upstream, downstream)
        if model.retired_at
    ]
    if objections:
        raise Refused(*objections)
    relation = ModelRelation.objects.create(
        upstream=upstream,
        downstream=downstream,
        what=what.strip(),
        since=timezone.now(),
        related_by=by,
    )
    _journal("relation.made", relation, role=role, by=by)
    return relation


@journal.verb
def end(*, relation: ModelRelation, reason: str, by: User) -> ModelRelation:
    """Say that the one model no longer feeds the other."""
    relation = (
        ModelRelation.objects.select_for_update(of=("self",))
        .select_related("upstream__unit", "downstream__unit")
        .get(pk=relation.pk)
    )
    role = rights.require(by=by, verb="model.relate", unit=relation.downstream.unit)
    objections = []
    if relation.until:
        objections.append(
            Objection("relation.ended", gettext_noop("This relation has ended already."))
        )
    if not reason.strip():
        objections.append(
            Objection("relation.no_reason", gettext_noop("Say why it ends; the reason is kept."))
        )
    if objections:
        raise Refused(*objections)
    relation.until, relation.ended_by, relation.end_reason = timezone.now(), by, reason.strip()
    relation.save(update_fields=["until", "ended_by", "end_reason"])
    _journal("relation.ended", relation, role=role, by=by, reason=relation.end_reason)
    return relation


def open_downstream(
    model: RegisteredModel, cause_details: Mapping[str, Any], by: User | None
) -> int:
    """Open a review of every model downstream of a change, and return how many there are.

    The details of each review name the model that changed, and the path from it by short names.
    Inside a verb only.
    """
    edges = ModelRelation.objects.in_force().values_list("upstream_id", "downstream_id")
    paths = rules.paths_from(list(edges), model.pk)
    models = RegisteredModel.objects.in_bulk({pk for path in paths.values() for pk in path})
    reached = [pk for pk in paths if not models[pk].retired_at]
    for pk in reached:
        reviews.open_for(
            model=models[pk],
            version=None,
            cause="upstream_changed",
            details={
                **cause_details,
                "upstream": model.slug,
                "path": [models[step].slug for step in paths[pk]],
            },
            by=by,
        )
    return len(reached)


def _journal(
    action: str, relation: ModelRelation, *, role: str, by: User, reason: str = ""
) -> None:
    """Tell both models' journals, so that both units read it."""
    for model in (relation.upstream, relation.downstream):
        journal.record(
            action,
            by=by,
            subject=relation,
            role=role,
            model=model,
            changes={
                "upstream": relation.upstream.slug,
                "downstream": relation.downstream.slug,
                "what": relation.what,
            },
            reason=reason,
        )


def _one_at_a_time() -> None:
    """Let relations be made one after the other: two at once could close a circle together."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {ModelRelation._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
