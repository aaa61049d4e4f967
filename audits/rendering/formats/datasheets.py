"""The dossier of a report as data alone."""

from __future__ import annotations

import json

from audits.rendering.formats.shapes import Facts
from audits.rendering.formats.tables import sealed_original

FORMAT = "mlops-gov/report-dossier/1"


def write(dossier: Facts, sha256: str) -> bytes:
    """Return everything the report states as JSON, and which sealed file it belongs to."""
    told = {
        "format": FORMAT,
        "about": sealed_original(dossier, sha256),
        "serial": dossier["serial"],
        "sealed_sha256": sha256,
        "dossier": dict(dossier),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")
