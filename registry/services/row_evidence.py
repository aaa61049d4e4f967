"""Compare decisions, case files, exhibits, versions and data with what entries tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model

from registry.models import CaseFile, DatasetVersion, Decision, Evidence, ModelVersion, User
from registry.rules import row_digests
from registry.rules.casefile import digest
from registry.rules.journal import Break
from registry.services import personal
from registry.services.openings import Openers
from registry.services.row_tellings import Find, Seen, Told

DECISIONS = (
    "release.signed",
    "release.signed_with_conditions",
    "release.rejected",
    "release.sent_back",
    "release.returned",
    "release.withdrawn",
    "release.revoked",
    "release.retired",
)


def _decisions(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    # What was told before decisions had a digest in their entries cannot be compared.
    if any("facts" not in one.changes for one in told):
        seen.older.add("decision")
    told = [one for one in told if "facts" in one.changes]
    rows = Decision.objects.select_related("case_file").in_bulk(
        [one.changes["decision"] for one in told]
    )
    openers = Openers(
        {personal.person_of(one.actor) for one in told if personal.is_sealed(one.actor)}
    )
    owners = _owners_told(told)
    for one in told:
        pk = one.changes["decision"]
        seen.add("decision", pk)
        row = rows.get(pk)
        if row is None:
            yield Break(one.number, f"decision {pk}, of which it tells, is not there")
        elif (
            row_digests.digest_of(row, row_digests.DECISION) != one.changes["facts"]
            or row.case_file.digest != row.case_file_digest
            or seen.names.differ(one.number, one.actor, row.printed_name, openers)
            or _laid_otherwise(one, row, owners)
        ):
            yield Break(one.number, f"decision {pk} is not the one of which it tells")


def _owners_told(told: Sequence[Told]) -> dict[int, User]:
    """Return whom the entries tell conditions to be laid upon, by their accounts."""
    people = {
        said["owner"]["person"]
        for one in told
        for said in one.changes.get("conditions", ())
        if isinstance(said["owner"], dict)
    }
    return User.objects.in_bulk(people) if people else {}


def _laid_otherwise(told: Told, row: Decision, owners: Mapping[int, User]) -> bool:
    """Say whether conditions are laid upon others than told, in a decision that keeps their names.

    Where it keeps their accounts, these are under its digest. Of the erased nobody can say.
    """
    for said, kept in zip(told.changes.get("conditions", ()), row.asked, strict=False):
        owner = said["owner"]
        if isinstance(owner, dict):
            person = owners.get(owner["person"])
            owner = person.username if person else None
            if person and owner == personal.left_of(person.pk):
                continue
        if "owner" in kept and kept["owner"] != owner:
            return True
    return False


def _case_files(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    named = [(one, one.changes.get("case_file") or one.changes["digest"][1]) for one in told]
    rows = CaseFile.objects.filter(release__in={one.subject for one in told})
    kept = {(row.release_id, row.digest): row for row in rows.order_by("pk").iterator()}
    for one, sha256 in named:
        row = kept.get((one.subject, sha256))
        if row is None:
            yield Break(one.number, f"case file {sha256[:12]}, of which it tells, is not there")
            continue
        seen.add("case file", row.pk)
        if digest(row.text) != sha256:
            yield Break(one.number, f"the text of case file {sha256[:12]} is not what was frozen")
        elif _facts_differ(row, row_digests.CASE_FILE, one):
            yield Break(one.number, f"case file {sha256[:12]} is not the one of which it tells")


def _exhibits(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = Evidence.objects.select_related("file").in_bulk([one.subject for one in told])
    for one in told:
        row, changes = rows.get(one.subject), one.changes
        seen.add("exhibit", one.subject)
        if row is None:
            yield Break(one.number, f"exhibit {one.subject}, of which it tells, is not there")
        elif (
            (row.kind, row.verdict, row.reproduced)
            != (changes["kind"], changes["verdict"], changes["reproduced"])
            or {row.digest, row.file.sha256} != {changes["sha256"]}
            or _facts_differ(row, row_digests.EVIDENCE, one)
        ):
            yield Break(one.number, f"exhibit {row.pk} is not the one of which it tells")


def _versions(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = ModelVersion.objects.select_related("artefact", "environment").in_bulk(
        [one.subject for one in told]
    )
    for one in told:
        row = rows.get(one.subject)
        seen.add("version", one.subject)
        if row is None:
            yield Break(one.number, f"version {one.subject}, of which it tells, is not there")
            continue
        states = {
            "artefact": row.artefact.sha256 if row.artefact else None,
            "format": row.artefact_format or None,
            "code_commit": row.code_commit,
            "environment": row.environment.sha256 if row.environment else None,
            "threshold": row.threshold,
        }
        if differs := _differing(states, one.changes):
            yield Break(one.number, f"version {row.pk} states another {differs} than it tells")
        elif _facts_differ(row, row_digests.VERSION, one):
            yield Break(one.number, f"version {row.pk} is not the one of which it tells")


def _data(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    rows = DatasetVersion.objects.select_related("file").in_bulk([one.subject for one in told])
    for one in told:
        row = rows.get(one.subject)
        if row is None:
            yield Break(one.number, f"data {one.subject}, of which it tells, is not there")
            continue
        states = {
            "sha256": row.file.sha256,
            "rows": row.rows,
            "columns": len(row.columns),
            "role": row.role,
            "sensitive_columns": row.sensitive_columns,
        }
        if differs := _differing(states, one.changes):
            yield Break(one.number, f"data {row.pk} states another {differs} than it tells")
        elif _facts_differ(row, row_digests.DATA, one):
            yield Break(one.number, f"data {row.pk} is not the one of which it tells")


def _queried(told: Sequence[Told], seen: Seen) -> Iterator[Break]:
    # Earlier entries do not name the data.
    told = [one for one in told if "facts" in one.changes]
    rows = DatasetVersion.objects.select_related("file").in_bulk(
        [one.changes["data"] for one in told]
    )
    for one in told:
        pk = one.changes["data"]
        row = rows.get(pk)
        if row is None:
            yield Break(one.number, f"data {pk}, of which it tells, is not there")
        elif row.file.sha256 != one.changes["sha256"] or _facts_differ(row, row_digests.DATA, one):
            yield Break(one.number, f"data {pk} is not the one of which it tells")


def _facts_differ(row: Model, fields: tuple[str, ...], told: Told) -> bool:
    """Say whether a row is another than its entry tells; earlier entries tell no digest of it."""
    return "facts" in told.changes and row_digests.digest_of(row, fields) != told.changes["facts"]


def _differing(states: Mapping[str, Any], changes: Mapping[str, Any]) -> str | None:
    return next((one for one in states if one in changes and states[one] != changes[one]), None)


FINDERS: dict[str, Find] = {
    **dict.fromkeys(DECISIONS, _decisions),
    "release.submitted": _case_files,
    "case_file.renewed": _case_files,
    "evidence.filed": _exhibits,
    "version.registered": _versions,
    "dataset_version.registered": _data,
    "data_query.reviewed": _queried,
}
