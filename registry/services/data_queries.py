"""Propose queries as data, and review or refuse them; what was reviewed becomes a version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from registry.connections.configured import Connection, connections, find
from registry.connections.statements import read_statement
from registry.connections.surveys import Survey, survey
from registry.models import DataQuery, Dataset, DatasetVersion, User
from registry.rules import row_digests
from registry.rules.casefile import canonical
from registry.rules.catalogue import DATA_ROLES, MOST_SENSITIVE_GROUPS
from registry.rules.data_queries import Columns, State, objections_to
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, rights


def configured() -> list[Connection]:
    """Return the connections there are to choose from."""
    return connections(settings.DATA_CONNECTIONS)


@journal.verb
def propose(
    *,
    dataset: Dataset,
    connection: str,
    query: str,
    columns: Columns,
    role: str,
    provenance: str,
    by: User,
) -> DataQuery:
    """Propose a query as data. Nothing is sent before somebody else has reviewed it.

    ``query`` is one SELECT, or the name of a table.
    """
    acting_as = rights.require(by=by, verb="data_query.propose", unit=dataset.unit)
    chosen = find(settings.DATA_CONNECTIONS, connection)
    sql = read_statement(query, chosen.kind)
    objections = [*objections_to(columns), *_objections_to_the_rest(role, provenance)]
    if objections:
        raise Refused(*objections)
    proposed = DataQuery.objects.create(
        dataset=dataset,
        connection=chosen.name,
        kind=chosen.kind,
        sql=sql,
        columns=columns.as_dict(),
        role=role,
        provenance=provenance.strip(),
        proposed_at=timezone.now(),
        proposed_by=by,
    )
    journal.record(
        "data_query.proposed",
        by=by,
        subject=proposed,
        role=acting_as,
        unit=dataset.unit,
        changes={**_asked(proposed), "role": role},
    )
    return proposed


@journal.verb
def review(*, query: DataQuery, by: User) -> DatasetVersion:
    """Let a query be used: ask it how many rows it finds, and make it a dataset version."""
    acting_as = rights.require(by=by, verb="data_query.review", unit=query.dataset.unit)
    _refuse_what_is_decided(query, by)
    columns = columns_of(query)
    # Before anything is locked, since it may take its time.
    found = survey(
        find(settings.DATA_CONNECTIONS, query.connection),
        query.sql,
        columns.names(),
        columns.sensitive,
    )
    objections = list(_objections_to_what_is_found(found))
    if objections:
        raise Refused(*objections)
    query = _locked(query, by)
    version = _as_version(query, found, columns, by)
    _decide(query, State.REVIEWED, by, version=version)
    journal.record(
        "data_query.reviewed",
        by=by,
        subject=query,
        role=acting_as,
        unit=query.dataset.unit,
        changes={
            **_asked(query),
            "version": version.number,
            "sha256": version.file.sha256,
            "rows": version.rows,
            "data": version.pk,
            "facts": row_digests.digest_of(version, row_digests.DATA),
        },
    )
    return version


@journal.verb
def refuse(*, query: DataQuery, reason: str, by: User) -> DataQuery:
    """Refuse a query for good; another one may be proposed."""
    acting_as = rights.require(by=by, verb="data_query.review", unit=query.dataset.unit)
    query = _locked(query, by)
    if not reason.strip():
        raise Refused.because(
            "query.no_reason", gettext_noop("Say why it is refused, so that it can be mended.")
        )
    _decide(query, State.REFUSED, by, reason=reason.strip())
    journal.record(
        "data_query.refused",
        by=by,
        subject=query,
        role=acting_as,
        unit=query.dataset.unit,
        changes=_asked(query),
        reason=query.reason,
    )
    return query


def columns_of(query: DataQuery) -> Columns:
    """Return what the columns of a query are."""
    said = query.columns
    return Columns(
        label=said["label"],
        score=said["score"],
        prediction=said["prediction"],
        sensitive=tuple(said["sensitive"]),
        others=tuple(said["others"]),
    )


def statement(query: DataQuery, by: User) -> bytes:
    """Return what a version of this query fingerprints: the question, and who let it be asked."""
    said = {**_asked(query), "proposed_by": query.proposed_by.username, "reviewed_by": by.username}
    return canonical(said).encode()


def _asked(query: DataQuery) -> dict[str, Any]:
    return {
        "connection": query.connection,
        "kind": query.kind,
        "sql": query.sql,
        "columns": query.columns,
    }


def _locked(query: DataQuery, by: User) -> DataQuery:
    """Lock a query that is still to be decided, by somebody who did not propose it."""
    locked: DataQuery = (
        DataQuery.objects.select_for_update(of=("self",))
        .select_related("dataset__unit", "proposed_by")
        .get(pk=query.pk)
    )
    _refuse_what_is_decided(locked, by)
    return locked


def _refuse_what_is_decided(query: DataQuery, by: User) -> None:
    if query.state != State.PROPOSED:
        raise Refused.because(
            "query.decided",
            gettext_noop("This query was decided on already; propose another one to change it."),
        )
    if query.proposed_by_id == by.pk:
        raise Refused.because(
            "query.own",
            gettext_noop("Nobody reviews their own query; ask another administrator."),
        )


def _objections_to_the_rest(role: str, provenance: str) -> list[Objection]:
    objections = []
    if role not in DATA_ROLES:
        objections.append(
            Objection(
                "dataset.role",
                gettext_noop("The role %(role)s is not known; choose one of %(known)s."),
                {"role": role, "known": ", ".join(DATA_ROLES)},
            )
        )
    if not provenance.strip():
        objections.append(
            Objection(
                "dataset.provenance",
                gettext_noop("Say where these rows come from and when they were drawn."),
            )
        )
    return objections


def _objections_to_what_is_found(found: Survey) -> list[Objection]:
    if found.rows == 0:
        return [
            Objection(
                "query.no_rows",
                gettext_noop("The query finds no rows; refuse it, so that a better one is made."),
            )
        ]
    return [
        Objection(
            "dataset.too_many_groups",
            gettext_noop(
                "The sensitive column %(column)s has %(count)s different values; %(most)s is"
                " the limit. Put the values into groups first (an age into bands, say)."
            ),
            {"column": column.name, "count": column.distinct, "most": MOST_SENSITIVE_GROUPS},
        )
        for column in found.columns
        if (column.distinct or 0) > MOST_SENSITIVE_GROUPS
    ]


def _as_version(query: DataQuery, found: Survey, columns: Columns, by: User) -> DatasetVersion:
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=query.dataset_id)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=dataset.versions.count() + 1,
        file=files.keep(statement(query, by)),
        format="query",
        role=query.role,
        rows=found.rows,
        columns=[
            {"name": column.name, "type": column.type, "missing": column.missing}
            for column in found.columns
        ],
        sensitive_columns=list(columns.sensitive),
        provenance=query.provenance,
        registered_at=timezone.now(),
        registered_by=by,
    )


def _decide(
    query: DataQuery,
    state: State,
    by: User,
    *,
    reason: str = "",
    version: DatasetVersion | None = None,
) -> None:
    query.state, query.reason, query.version = state, reason, version
    query.decided_at, query.decided_by = timezone.now(), by
    query.save()
