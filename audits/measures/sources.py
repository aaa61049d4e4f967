"""Where scored rows can be besides a file: behind a named connection, asked by a reviewed query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from registry.connections.configured import Connection
from registry.connections.openings import open_query
from registry.connections.surveys import need, type_name
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True)
class Connected:
    """Rows that stay where they are, with the columns a file of scored rows would have.

    ``columns`` maps ``label``, ``score`` or ``prediction``, and ``s0``, ``s1`` and so on to the
    columns of the query; ``types`` are what these were at the review. ``sent`` fills with every
    statement that goes out.
    """

    connection: Connection
    sql: str
    columns: Mapping[str, str]
    types: Mapping[str, str]
    sent: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def kept(self) -> dict[str, str]:
        """Which scored column holds each column of the data."""
        return {column: name for name, column in self.columns.items()}


@contextmanager
def connected_rows(source: Connected) -> Iterator[ir.Table]:
    """Open the rows of a connection under the names of scored rows; none of them is fetched.

    Raises Refused where the connection or the query fails, and where a column has vanished or
    become something else since the review.
    """
    with open_query(source.connection, source.sql, source.sent) as rows:
        wanted = list(dict.fromkeys(source.columns.values()))
        need(rows, wanted)
        changed = [name for name in wanted if type_name(rows[name].type()) != source.types[name]]
        if changed:
            raise Refused(*(_changed(name, rows, source) for name in changed))
        yield rows.select(**{name: rows[column] for name, column in source.columns.items()})


def _changed(name: str, rows: ir.Table, source: Connected) -> Objection:
    return Objection(
        "query.changed",
        gettext_noop(
            "The column %(column)s was of the type %(before)s when the query was reviewed and is of"
            " the type %(now)s. Propose the query anew, so that it is reviewed as it is."
        ),
        {"column": name, "before": source.types[name], "now": type_name(rows[name].type())},
    )


def queries_sent(source: Path | Connected) -> dict[str, list[str]]:
    """Return the statements that a measurement keeps; a file is asked by none worth keeping."""
    return {"queries": list(source.sent)} if isinstance(source, Connected) else {}
