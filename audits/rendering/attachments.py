"""The files inside the PDF: case file, exhibits, journal, manifest, and how to check them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from audits.rendering.press import Attachment
from registry.rules.casefile import canonical, digest

OWN_FILES = frozenset({"casefile.json", "journal.json", "manifest.json", "README.txt"})
MANIFEST = "mlops-gov/manifest/1"
JOURNAL = "mlops-gov/journal-extract/1"


def attached_name(file_name: str) -> str:
    """Return the name under which a file is attached: without folders, in plain letters.

    Readers refuse to save an attachment whose name holds a slash.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", file_name).strip("-.")


def attachments(dossier: Mapping[str, Any], readme: str) -> list[Attachment]:
    """Return every file of the report, in the order of their names as ISO 32000 wants it."""
    found = [
        Attachment(
            "casefile.json",
            gettext("The case file: everything the decision rests on, as canonical JSON"),
            "Source",
            dossier["case_file_text"],
        ),
        *(
            Attachment(
                attached_name(exhibit["file_name"]),
                gettext("Exhibit %(id)s: %(title)s")
                % {"id": exhibit["id"], "title": exhibit["title"]},
                "Data",
                exhibit["text"],
            )
            for exhibit in dossier["evidence"]
        ),
        Attachment(
            "journal.json",
            gettext("The entries of the journal about this model"),
            "Data",
            canonical({"format": JOURNAL, "entries": dossier["journal"]}),
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


def manifest(dossier: Mapping[str, Any], files: list[Attachment]) -> dict[str, Any]:
    """Return what the report states it is, and the digest of each file beside the manifest."""
    return {
        "format": MANIFEST,
        "renderer": dossier["renderer"],
        "profile": dossier["profile"],
        "language": dossier["language"],
        "as_of": dossier["as_of"],
        "case_file_digest": dossier["case_file_digest"],
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
