"""The files inside the PDF: case file, exhibits, journal, manifest, and how to check them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from audits.rendering import portfolio
from audits.rendering.press import Attachment
from audits.rendering.sheets import sheets
from registry.rules.casefile import canonical, digest

OWN_FILES = frozenset(
    {"casefile.json", "portfolio.json", "journal.json", "manifest.json", "README.txt"}
)
MANIFEST = "mlops-gov/manifest/2"


def attached_name(file_name: str) -> str:
    """Return the name under which a file is attached: without folders, in plain letters.

    Readers refuse to save an attachment whose name holds a slash.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", file_name).strip("-.")


def attachments(dossier: Mapping[str, Any], readme: str) -> list[Attachment]:
    """Return every file of the report, in the order of their names as ISO 32000 wants it.

    A portfolio has no case file of its own, and no exhibits.
    """
    found = [
        *_case_file(dossier),
        *_evidence(dossier),
        Attachment(
            "journal.json",
            gettext("Entries of the journal, with what proves them: paths and a signed checkpoint"),
            "Data",
            canonical(dossier["journal_extract"]),
        ),
        Attachment("README.txt", gettext("How to check this file by hand"), "Supplement", readme),
    ]
    found.append(
        Attachment(
            "manifest.json",
            gettext("The sha256 of every other file in here"),
            "Supplement",
            canonical(manifest(dossier, found)),
        )
    )
    return sorted(found, key=lambda attachment: attachment.name)


def _case_file(dossier: Mapping[str, Any]) -> Iterator[Attachment]:
    if "case_file_text" in dossier:
        told = gettext("The case file: everything the decision rests on, as canonical JSON")
        yield Attachment("casefile.json", told, "Source", dossier["case_file_text"])
    else:
        told = gettext("All that is stated of the portfolio, as canonical JSON")
        yield Attachment("portfolio.json", told, "Source", portfolio.text(dossier))


def _evidence(dossier: Mapping[str, Any]) -> Iterator[Attachment]:
    for exhibit in dossier.get("evidence", []):
        named = {"id": exhibit["id"], "title": exhibit["title"]}
        told = gettext("Exhibit %(id)s: %(title)s") % named
        yield Attachment(attached_name(exhibit["file_name"]), told, "Data", exhibit["text"])
        told = gettext("Figures of exhibit %(id)s as a table: %(title)s") % named
        for name, text in sheets(exhibit):
            yield Attachment(name, told, "Supplement", text)


def manifest(dossier: Mapping[str, Any], files: list[Attachment]) -> dict[str, Any]:
    """Return what the report states it is, and the digest of each file beside the manifest."""
    return {
        "format": MANIFEST,
        "serial": dossier["serial"],
        "scope": dossier["scope"],
        "organisation": dossier["organisation"],
        "verify_url": dossier["verify_url"],
        "renderer": dossier["renderer"],
        "profile": dossier["profile"],
        "language": dossier["language"],
        "as_of": dossier["as_of"],
        "case_file_digest": dossier.get("case_file_digest"),
        "portfolio_digest": None
        if "case_file_text" in dossier
        else digest(portfolio.text(dossier)),
        "redacted": dossier["profile"] == "public",
        "files": [
            {
                "name": file.name,
                "sha256": digest(file.text),
                "size": len(file.text.encode("utf-8")),
            }
            for file in sorted(files, key=lambda file: file.name)
        ],
    }
