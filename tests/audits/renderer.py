"""What the renderer makes of the samples, as one digest; run as a program, it writes the pin anew.

    DJANGO_SETTINGS_MODULE=mlops_gov.settings python -m tests.audits.renderer

It is over what goes to press and over what presses it. The bytes of the PDF are not in it: they
depend on the layout libraries of the machine as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import django

from audits.rendering import fonts
from audits.rendering.document import set_out
from audits.rendering.press import PROJECT
from audits.rules.reports import RENDERER
from registry.rules.casefile import canonical
from tests.audits import dossiers

PIN = Path(__file__).with_suffix(".txt")
SAMPLES = (
    ("full", "regulator"), ("full", "internal"), ("full", "public"), ("bare", "regulator"),
    ("crowded", "regulator"), ("crowded", "public"), ("conditional", "regulator"),
    ("of_model", "regulator"), ("of_model", "public"), ("portfolio", "regulator"),
    ("portfolio", "public"),
)  # fmt: skip
PRESS = (
    "static/report.css", "audits/rendering/child.py", "audits/rendering/tagging.py",
    "audits/rendering/press.py", "audits/rendering/fonts.conf",
)  # fmt: skip
LIBRARIES = ("weasyprint", "pydyf", "fonttools", "pyphen")


def pin() -> str:
    """Return the number of the renderer, and the digest of what it makes."""
    whole = hashlib.sha256()
    for part in _parts():
        whole.update(hashlib.sha256(part).digest())
    return f"{RENDERER} {whole.hexdigest()}\n"


def _parts() -> Iterator[bytes]:
    for name, profile in SAMPLES:
        page, files = set_out(getattr(dossiers, name)(profile=profile))
        yield page.encode()
        yield canonical([asdict(file) for file in files]).encode()
    for path in (*(PROJECT / name for name in PRESS), *(face.path for face in fonts.FACES)):
        yield path.read_bytes()
    for library in LIBRARIES:
        yield f"{library} {version(library)}".encode()


if __name__ == "__main__":
    django.setup()
    PIN.write_text(pin(), encoding="ascii")
