"""Says why an engine failed in sentences of ours: its own may quote the rows it stumbled over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

NAME = r"[^\W\d]\w{0,62}"
NAMES = re.compile(rf"{NAME}(\.{NAME}){{0,3}}")


class Cause(Enum):
    """What made a statement fail, as far as people can do something about it."""

    VALUE = "value"
    NAME = "name"
    QUERY = "query"
    RIGHTS = "rights"
    TIME = "time"
    UNKNOWN = "unknown"


class Failure(NamedTuple):
    """Why a statement failed; ``name`` is the table or column that the engine did not find."""

    cause: Cause
    name: str = ""


def missing_name(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    """Return the name that an engine says it lacks, empty where it is not plainly a name."""
    for pattern in patterns:
        found = pattern.match(text)
        if found and NAMES.fullmatch(found[1]):
            return found[1]
    return ""


def in_words(connection: str, failure: Failure, sql: str) -> Objection:
    """Return the sentence for a failure of the query ``sql``.

    A name is told only if it stands in the query: whatever else an engine quotes can come from the
    rows, or from a view that people may not know.
    """
    code, message = SENTENCES[failure.cause]
    params = {"name": connection}
    if failure.cause is Cause.NAME:
        if failure.name and re.search(rf"\b{re.escape(failure.name)}\b", sql, re.IGNORECASE):
            params["missing"] = failure.name
        else:
            code, message = SENTENCES[Cause.QUERY]
    return Objection(code, message, params)


SENTENCES = {
    Cause.VALUE: (
        "connection.value",
        gettext_noop(
            "The connection %(name)s does not answer the query: a value does not fit the type it is"
            " cast to, or what is worked out from it. Have the rows corrected there, or propose a"
            " query that leaves such rows out."
        ),
    ),
    Cause.NAME: (
        "connection.query_failed",
        gettext_noop(
            "The connection %(name)s does not answer the query: there is no table or column"
            " %(missing)s. Propose one that fits what is there now."
        ),
    ),
    Cause.QUERY: (
        "connection.query_failed",
        gettext_noop(
            "The connection %(name)s does not answer the query: a table, a column, a function or a"
            " type does not fit what is there. Try the query there, and propose one that works."
        ),
    ),
    Cause.RIGHTS: (
        "connection.query_failed",
        gettext_noop(
            "The connection %(name)s does not answer the query: it may not read all that is asked"
            " for, or the query writes. Ask the operator for the rights, or propose another query."
        ),
    ),
    Cause.TIME: (
        "connection.query_failed",
        gettext_noop(
            "The connection %(name)s does not answer the query: it takes longer than it may."
            " Propose one that finds fewer rows, or ask the operator for more time."
        ),
    ),
    Cause.UNKNOWN: (
        "connection.failed",
        gettext_noop(
            "The connection %(name)s did not answer the query. Try again later, or ask the"
            " operator."
        ),
    ),
}
