"""What has to be whole in a dossier's extract of the journal; every gap is an objection."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

FORMAT = "mlops-gov/journal-extract/2"
CHECKPOINT_PARTS = ("number", "size", "root", "at", "key", "window")
SIGNED_PARTS = ("statement", "signature", "public_key", "timestamps")
# What the printed checkpoint and the signed statement both say.
ALIKE = ("size", "root", "at", "key")


def objections_to_proofs(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """Yield what stands against printing an entry as proven: no proof, or one of something else."""
    extract, checkpoint = dossier["journal_extract"], dossier["checkpoint"]
    if extract.get("format") != FORMAT:
        yield Objection(
            "report.journal.format",
            gettext_noop("The extract of the journal has the format %(found)s, not %(asked)s."),
            {"found": extract.get("format"), "asked": FORMAT},
        )
        return
    yield from _entries(dossier, checkpoint)
    yield from _checkpoint(extract.get("checkpoint") or {}, checkpoint)
    if extract.get("window") != checkpoint.get("window"):
        yield Objection(
            "report.journal.window",
            gettext_noop(
                "The extract of the journal states another bound of what no checkpoint covers than"
                " the one that is printed."
            ),
        )


def _entries(dossier: Mapping[str, Any], checkpoint: Mapping[str, Any]) -> Iterator[Objection]:
    proven = {
        (entry.get("facts") or entry).get("number"): entry
        for entry in dossier["journal_extract"].get("entries") or []
    }
    for entry in dossier["journal"]:
        found = proven.get(entry["number"])
        if found is None or "path" not in found:
            yield _unproven(entry["number"], "report.journal.unproven")
        elif found.get("seal") != entry["seal"]:
            yield Objection(
                "report.journal.seal",
                gettext_noop("Entry %(number)s of the journal has another seal in the extract."),
                {"number": entry["number"]},
            )
        elif entry["number"] > checkpoint.get("size", 0):
            yield _unproven(entry["number"], "report.journal.uncovered")


def _unproven(number: int, code: str) -> Objection:
    return Objection(
        code,
        gettext_noop("Entry %(number)s of the journal comes without its proof; gather it again."),
        {"number": number},
    )


def _checkpoint(signed: Mapping[str, Any], printed: Mapping[str, Any]) -> Iterator[Objection]:
    missing = [
        *(part for part in SIGNED_PARTS if part not in signed),
        *(part for part in CHECKPOINT_PARTS if part not in printed),
    ]
    for part in missing:
        yield Objection(
            f"report.missing.checkpoint.{part}",
            gettext_noop("The checkpoint of the journal lacks %(part)s; gather it again."),
            {"part": part},
        )
    if not missing and not _says(signed["statement"], printed):
        yield Objection(
            "report.journal.checkpoint",
            gettext_noop("The checkpoint that is printed is not the one that was signed."),
        )


def _says(statement: str, printed: Mapping[str, Any]) -> bool:
    try:
        told = json.loads(statement)
    except ValueError:
        return False
    return isinstance(told, dict) and all(told.get(part) == printed[part] for part in ALIKE)
