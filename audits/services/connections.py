"""Data that stays behind a named connection: how a run asks for it, and which runs cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from audits.measures.sources import Connected
from audits.rules.runs import KIND_NAMES, Kind
from registry.connections.configured import find
from registry.connections.statements import read_statement
from registry.models import DatasetVersion, ModelVersion
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files

MEASURED = frozenset({Kind.PERFORMANCE, Kind.FAIRNESS})


def objection(kind: str, data: DatasetVersion) -> Objection | None:
    """Say why a run of this kind cannot use the data where it lies; None when it can."""
    if data.format != "query" or kind in MEASURED:
        return None
    return Objection(
        "run.query_data",
        gettext_noop(
            "%(data)s stays behind a connection, where only counts are taken; a run of the kind"
            " %(kind)s needs the rows themselves. Register a file of them."
        ),
        {"data": str(data), "kind": KIND_NAMES.get(Kind(kind), kind)},
    )


def misfits(data: DatasetVersion, version: ModelVersion) -> list[Objection]:
    """Say what keeps a reviewed query from answering for a version; nothing for data in a file."""
    return list(_misfits(_statement(data), version)) if data.format == "query" else []


def connected(data: DatasetVersion, version: ModelVersion) -> Connected:
    """Return the rows of a reviewed query as the measures take them.

    ``kept`` of the answer says which scored column holds each sensitive and other column, and
    ``sent`` fills with the SQL that goes out. Raises Refused when the connection is not configured
    any more or leads elsewhere, and when the query does not fit the version. That a table or a
    column has vanished shows when the rows are opened.
    """
    said = _statement(data)
    objections = list(_misfits(said, version))
    if objections:
        raise Refused(*objections)
    connection = find(settings.DATA_CONNECTIONS, said["connection"])
    if connection.kind != said["kind"]:
        raise Refused.because(
            "connection.other_kind",
            gettext_noop(
                "The connection %(name)s was of the kind %(before)s when the query was reviewed and"
                " is of the kind %(now)s. Propose the query anew."
            ),
            name=connection.name,
            before=said["kind"],
            now=connection.kind,
        )
    columns = said["columns"]
    scored = {name: columns[name] for name in ("label", "score", "prediction") if columns[name]}
    kept = [*columns["sensitive"], *columns["others"]]
    return Connected(
        connection=connection,
        # Checked again: what a query may be can have become stricter since its review.
        sql=read_statement(said["sql"], connection.kind),
        columns={**scored, **{f"s{place}": name for place, name in enumerate(kept)}},
        types={column["name"]: column["type"] for column in data.columns},
    )


def _statement(data: DatasetVersion) -> dict[str, Any]:
    """Return what was reviewed, from the file whose digest is the data's fingerprint."""
    said: dict[str, Any] = json.loads(files.read_checked(data.file))
    return said


def _misfits(said: dict[str, Any], version: ModelVersion) -> Iterator[Objection]:
    columns = said["columns"]
    if columns["label"] != version.label_column:
        yield Objection(
            "run.query_label",
            gettext_noop(
                "The query's true outcome is %(label)s, and the version's is %(expected)s. Propose"
                " a query that gives it under that name."
            ),
            {"label": columns["label"], "expected": version.label_column},
        )
    if version.model.task == "multiclass" and not columns["prediction"]:
        yield Objection(
            "run.query_prediction",
            gettext_noop(
                "This version answers with a class, and the query names no column of predicted"
                " classes. Propose one that does."
            ),
        )
    if version.model.task != "multiclass" and not columns["score"]:
        yield Objection(
            "run.query_score",
            gettext_noop(
                "This version answers with a score, and the query names no column of scores."
                " Propose one that does."
            ),
        )
