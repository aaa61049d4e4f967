"""Take in the result files of other tools as evidence, put into words a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audits.measures.evidently import read_evidently
from registry.models import DatasetVersion, Evidence, ModelVersion, User
from registry.rules.refusals import Refused
from registry.services import evidence, journal, rights

# More names than these make a summary nobody reads; all of them are in the table and the file.
MOST_NAMED = 8
LONGEST_NAMED = 40


@journal.verb
def take_evidently(
    *,
    version: ModelVersion,
    file: Path,
    file_name: str,
    data: DatasetVersion | None,
    by: User,
) -> Evidence:
    """File a JSON report of Evidently on drift; its own limits judged it, and ours did not.

    Raises Refused for a file that is no such report. It is never marked as reproduced.
    """
    rights.require(by=by, verb="evidence.file", unit=version.model.unit)
    found = read_evidently(evidence.content_of(file))
    finding = evidence.Finding(
        kind="drift",
        title=f"Drift, by {_tool(found)}",
        verdict=found["verdict"],
        summary=_summary(found),
    )
    return evidence.hand_in(
        version=version,
        finding=finding,
        file=file,
        file_name=file_name,
        data=data,
        producer=f"{_tool(found)}, handed in",
        by=by,
    )


def evidently_in(exhibit: Evidence, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an exhibit's file says if Evidently made it; None for any other file."""
    if exhibit.kind != "drift" or exhibit.reproduced:
        return None
    try:
        found = read_evidently(content)
    except Refused:
        return None
    share = found["drift_share"]
    return {**found, "share": "" if share is None else f"{share:.0%}"}


def _tool(found: Mapping[str, Any]) -> str:
    return f"Evidently {found['version'][:LONGEST_NAMED]}" if found["version"] else "Evidently"


def _summary(found: Mapping[str, Any]) -> str:
    """Say what drifted, of how many; the verdict is Evidently's, by the limits it was given."""
    columns, share = found["drifted_columns"], found["drift_share"]
    names = [column["column"][:LONGEST_NAMED] for column in columns if column["drifted"]]
    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        listed = ", ".join(names[:MOST_NAMED]) + more
        what = f"drift in {len(names)} of {len(columns)} columns ({listed})"
    elif columns:
        what = f"no drift in any of {len(columns)} columns"
    else:
        what = f"drift in {share:.0%} of the columns"
    return f"{_tool(found)} found {what}. It is judged by the limits that report was made with."
