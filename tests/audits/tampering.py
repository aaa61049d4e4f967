"""One real report with real figures, and the ways in which somebody may tamper with it."""

from __future__ import annotations

import importlib.util
import io
import json
import random
import re
import sys
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audits.rendering import demo_signer, fingerprint_of, render, seal
from registry.rules import checkpoints, journal
from registry.rules.casefile import canonical, digest
from tests.audits import dossiers
from tests.audits.sample_facts import evidence, exhibit
from tests.audits.sample_journal import FINGERPRINT
from tests.audits.sample_measurements import ABOUT
from tests.audits.test_measures_rows import measured

SCRIPT = Path(__file__).parents[2] / "static" / "verify_report.py"
BOTH = {"s0": "sex", "s1": "race"}
CHECKS = [
    {"measure": "impact_ratio", "attribute": "*", "limit": 0.8, "direction": "at_least"},
    {"measure": "selection_rate", "attribute": "sex", "limit": 0.2, "direction": "at_least"},
]


def loaded() -> Any:
    """Return the file that is handed out, as a module: it lies in no package."""
    if "verify_report" not in sys.modules:
        found = importlib.util.spec_from_file_location("verify_report", SCRIPT)
        assert found is not None and found.loader is not None
        module = importlib.util.module_from_spec(found)
        sys.modules["verify_report"] = module
        found.loader.exec_module(module)
    return sys.modules["verify_report"]


def rows(number: int, seed: int = 7) -> dict[str, list[Any]]:
    """Return scored rows of people, some without a recorded sex."""
    draw = random.Random(seed)  # noqa: S311
    found: dict[str, list[Any]] = {"s0": [], "s1": [], "label": [], "score": []}
    for _ in range(number):
        label = int(draw.random() < 0.6)
        found["s0"].append(draw.choice(["female", "male", "male", None]))
        found["s1"].append(draw.choice(["black", "white", "white"]))
        found["label"].append(label)
        found["score"].append(min(1.0, max(0.0, round(draw.gauss(0.4 + 0.25 * label, 0.18), 3))))
    return found


def measurement(kind: str) -> dict[str, Any]:
    """Return what a run would have filed on some rows; the same each time."""
    made: dict[str, Any] = json.loads(_measured(kind))
    return made


@cache
def _measured(kind: str) -> str:
    plan = {"kind": kind, "checks": CHECKS if kind == "fairness" else [], "smallest_group": 30}
    columns = rows(600)
    found = measured(kind, columns, plan=plan, sensitive=BOTH if kind == "fairness" else {})
    found["honesty"]["earlier_runs"] = 0
    return json.dumps({**found, "about": ABOUT})


def dossier(**changes: Any) -> dict[str, Any]:
    """Return the full sample with figures that were really measured."""
    found = [
        exhibit(12, "performance", measurement("performance"), "2026-11-18T10:02:11Z"),
        exhibit(13, "fairness", measurement("fairness"), "2026-11-18T10:03:45Z"),
        evidence()[-1],
    ]
    whole = dossiers.full()
    listed = ("id", "kind", "title", "digest", "verdict", "summary", "at", "producer", "reproduced")
    whole["case_file"]["exhibits"] = [{key: one[key] for key in listed} for one in found]
    return dossiers.whole({**whole, "evidence": found, **changes})


@cache
def pages(profile: str = "regulator") -> bytes:
    """Return the report before the seal, made once for all tests."""
    return render(dossier(profile=profile))


class Signers:
    """The organisation, and somebody else who can make a certificate too."""

    def __init__(self, folder: Path) -> None:
        self.ours = demo_signer(folder / "ours", "Example Bank")
        self.theirs = demo_signer(folder / "theirs", "Example Bank")

    @property
    def fingerprint(self) -> str:
        """The organisation's fingerprint, as it publishes it."""
        return fingerprint_of(self.ours)

    def sealed(self, pdf: bytes) -> bytes:
        """Return the file with the organisation's seal."""
        return seal(pdf, signer=self.ours)

    def forged(self, pdf: bytes) -> bytes:
        """Return the file with a seal that looks the same."""
        return seal(pdf, signer=self.theirs)


def altered(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """Return the PDF written anew after a change."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(written)
    return written.getvalue()


def attached(pdf: bytes) -> dict[str, str]:
    """Return the files in a report, by name."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {
            name: one.get_file().read_bytes().decode() for name, one in opened.attachments.items()
        }


def rewritten(pdf: bytes, files: Mapping[str, str], *, listed: bool = True) -> bytes:
    """Return the PDF with other texts in some of its files, and a manifest that fits them."""
    now = {**attached(pdf), **files}
    manifest = json.loads(now["manifest.json"])
    for one in manifest["files"] if listed else ():
        text = now[one["name"]]
        one.update(sha256=digest(text), size=len(text.encode()))

    def change(opened: pikepdf.Pdf) -> None:
        for name, text in {**files, "manifest.json": canonical(manifest)}.items():
            opened.attachments[name].obj.EF.F.write(text.encode())

    return altered(pdf, change)


def with_a_printed_figure_changed(sealed: bytes, figure: Mapping[str, Any]) -> bytes:
    """Return the file with a figure overwritten in place, not a byte longer or shorter."""
    reader = loaded()
    texts = reader.read_contents(reader.Findings(), sealed).pages
    printed = reader.as_printed(figure["value"])
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        for page, text in zip(opened.pages, texts, strict=True):
            if not reader._is_printed(figure, text):
                continue
            raw, content = page.Contents.read_raw_bytes(), page.Contents.read_bytes()
            fonts = [reader._letters(font) for font in page.Resources.Font.values()]
            # With some other figure the page is no longer than with this one, once it is packed.
            for other in (f"0.{digits}" for digits in range(999, 100, -1)):
                changed = content
                for letters in fonts:
                    changed = _overwritten(changed, letters, printed, other)
                packed = zlib.compress(changed, 9)
                if changed != content and len(packed) <= len(raw):
                    return sealed.replace(raw, packed.ljust(len(raw), b"\0"), 1)
    raise AssertionError(f"{printed} is not printed")


def _overwritten(content: bytes, letters: Mapping[int, str], before: str, after: str) -> bytes:
    """Return what draws a page with one figure in the place of another, wherever it stands.

    Each letter stands by itself, and behind it how far the next one is moved; a font may have a
    second shape of a digit, for tables.
    """
    shapes = [[b"%04x" % code for code in letters if letters[code] == one] for one in before]
    others = [next((code for code in letters if letters[code] == one), None) for one in after]
    if not all(shapes) or None in others:
        return content
    old = rb">(-?[\d.]+)<".join(b"(?:%s)" % b"|".join(some) for some in shapes)
    first, *rest = (b"%04x" % code for code in others if code is not None)
    new = first + b"".join(b">\\g<%d><%s" % pair for pair in enumerate(rest, start=1))
    return re.sub(old, new, content)


def with_a_byte_changed_in(sealed: bytes, name: str) -> bytes:
    """Return the file with one byte flipped in the middle of an attachment."""
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        raw = opened.attachments[name].obj.EF.F.read_raw_bytes()
    changed = bytearray(raw)
    changed[len(raw) // 2] ^= 0x01
    return sealed.replace(raw, bytes(changed), 1)


def with_an_entry_changed(extract: dict[str, Any]) -> str:
    """Return the extract with another reason in an entry, and a seal that fits what it says."""
    entry = extract["entries"][2]
    entry["facts"]["reason"] = "Nobody looked at it."
    entry["seal"] = journal.seal(entry["facts"])
    # The next one names the seal of the one before it, so it is sealed anew as well.
    for before, after in zip(extract["entries"][2:], extract["entries"][3:], strict=False):
        after["facts"]["previous"] = before["seal"]
        after["seal"] = journal.seal(after["facts"])
    return canonical(extract)


def with_a_checkpoint_of(extract: dict[str, Any], key: Ed25519PrivateKey, *, named: bool) -> str:
    """Return the extract with its checkpoint signed by another key, which it names or not."""
    checkpoint = extract["checkpoint"]
    public = key.public_key().public_bytes_raw()
    if named:
        statement = json.loads(checkpoint["statement"])
        checkpoint["statement"] = canonical({**statement, "key": checkpoints.fingerprint(public)})
        checkpoint["public_key"] = public.hex()
    checkpoint["signature"] = key.sign(checkpoint["statement"].encode()).hex()
    return canonical(extract)


@pytest.fixture(scope="module")
def signers(tmp_path_factory: pytest.TempPathFactory) -> Signers:
    """The organisation, and somebody else."""
    return Signers(tmp_path_factory.mktemp("signers"))


@pytest.fixture(scope="module")
def sealed(signers: Signers) -> bytes:
    """The report as it is handed out."""
    return signers.sealed(pages())


def told(findings: Any, state: str) -> list[str]:
    """Return the lines that are "met", "broken" or "could not"."""
    return [f"{line.about}: {line.says}" for line in findings.lines if line.state == state]


def examined(file: bytes, signers: Signers) -> Any:
    """Check a file as the organisation's, by its fingerprint and its journal's key."""
    return loaded().examine(
        file,
        fingerprints=[signers.fingerprint],
        checkpoint_keys=[FINGERPRINT],
    )
