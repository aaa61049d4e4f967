#!/usr/bin/env python3
"""Check a sealed audit report of mlops-gov: without mlops-gov, without a network or a database.

    python verify_report.py report.pdf --fingerprint 64-HEX-DIGITS [--checkpoint-key 64-HEX-DIGITS]

It takes Python 3.11 and three packages: pip install cryptography pyhanko pikepdf

The fingerprint is the sha256 of the organisation's certificate. Get it from the organisation by
another way than the report: whoever forges a report can print any fingerprint in it. Without it the
answer is never "valid", since a forger's seal is intact as well.

Each line says "met", "broken", or "could not": what was not checked is named, not passed over.
Exit code: 0 valid; 1 broken; 2 no report, unreadable, or wrongly called; 3 intact, but nobody said
whose seal it has to be.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import csv
import hashlib
import io
import itertools
import json
import logging
import math
import re
import struct
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pikepdf
from asn1crypto import cms, core, parser
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

EDITION = "1"

MANIFEST = "mlops-gov/manifest/2"
JOURNAL = "mlops-gov/journal-extract/2"
CHECKPOINT = "mlops-gov/checkpoint/1"
CASE_FILE = "mlops-gov/case-file/1"
MEASUREMENT = "mlops-gov/measurement/1"

MET, BROKEN, COULD_NOT = "met", "broken", "could not"
VALID, INTACT, UNREADABLE = "valid", "intact, signer not identified", "unreadable"
EXIT_CODES = {VALID: 0, BROKEN: 1, UNREADABLE: 2, INTACT: 3}

# No file makes this program take more than these; a report has some hundred kilobytes.
MOST_BYTES = 64 * 2**20
MOST_UNPACKED = 64 * 2**20
MOST_UNPACKED_IN_ALL = 192 * 2**20
MOST_ATTACHMENTS = 1000
MOST_PAGES = 2000
MOST_LETTERS = 2**20
MOST_ROWS = 10**10
MOST_LINES_ABOUT_ONE_THING = 25
MEMORY = 3 * 2**30
CPU_SECONDS = 120

# What a file that was tampered with, or never was a report, makes a parser raise.
MALFORMED = (
    PdfError,
    pikepdf.PdfError,
    SignatureValidationError,
    CMSExtractionError,
    UnsupportedAlgorithm,
    zlib.error,
    binascii.Error,
    struct.error,
    csv.Error,
    re.error,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
    NotImplementedError,
    RecursionError,
    AssertionError,
    OSError,
)  # fmt: skip

OWN_FILES = {"casefile.json", "portfolio.json", "journal.json", "README.txt"}

Facts = Mapping[str, Any]


class Unreadable(Exception):
    """The file is no report at all, or too large to be looked at; the message says which."""

    def __init__(self, says: str) -> None:
        super().__init__(plain(says))


# --- What is said ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: whether it holds, what it is about, and the sentence."""

    state: str
    about: str
    says: str


@dataclass
class Findings:
    """Everything that was found so far, and the facts the report states of itself."""

    lines: list[Line] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    identified: bool = False
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def met(self, about: str, says: str) -> None:
        """Say that something holds."""
        self._say(MET, about, says)

    def broken(self, about: str, says: str) -> None:
        """Say that something does not hold."""
        self._say(BROKEN, about, says)

    def could_not(self, about: str, says: str) -> None:
        """Say what was not checked, and why."""
        self._say(COULD_NOT, about, says)

    def state(self, **facts: Any) -> None:
        """Keep what the report states of itself: short texts and numbers, whatever stands there."""
        for name, value in facts.items():
            if isinstance(value, str):
                self.facts[name] = plain(value)
            else:
                is_number = isinstance(value, int) and abs(value) < 2**53
                self.facts[name] = value if is_number else None

    def _say(self, state: str, about: str, says: str) -> None:
        self._told[state, about] += 1
        if self._told[state, about] <= MOST_LINES_ABOUT_ONE_THING:
            self.lines.append(Line(state, about, plain(says)))
        elif self._told[state, about] == MOST_LINES_ABOUT_ONE_THING + 1:
            self.lines.append(Line(state, about, "There are more of these; they are not listed."))

    def is_broken(self, *about: str) -> bool:
        """Say whether anything (about these things) is broken."""
        return any(line.state == BROKEN and (not about or line.about in about)
                   for line in self.lines)  # fmt: skip

    @property
    def verdict(self) -> str:
        """What all lines come to."""
        if self.is_broken():
            return BROKEN
        return VALID if self.identified else INTACT


def plain(text: str) -> str:
    """Return a text for a terminal: what other people wrote may hold control characters."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return shown if len(shown) <= 600 else f"{shown[:600]}…"


def guarded(findings: Findings, about: str, check: Callable[[], None]) -> None:
    """Do one check; what it stumbles over in the file is broken, and the others go on."""
    try:
        check()
    except MALFORMED as error:
        findings.broken(
            about,
            "It is not formed as in a report, so it cannot be checked"
            f" ({type(error).__name__}: {str(error)[:200]}).",
        )


def many(count: int, one: str, several: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one}" if count == 1 else f"{count} {several or one + 's'}"


# --- Plain texts: canonical JSON, digests ---------------------------------------------------------


def canonical(value: object) -> str:
    """Return the one text of a JSON value: keys sorted, no white space, UTF-8 as it is."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256(content: bytes) -> str:
    """Return the sha256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_json(content: bytes) -> Any:
    """Return what a JSON file holds; numbers that JSON has not are refused."""

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is no number of JSON")

    return json.loads(content.decode("utf-8"), parse_constant=refuse)


def hexadecimal(text: str, length: int = 64) -> str:
    """Return hexadecimal digits as they are compared; raises ValueError where they are none."""
    digits = re.sub(r"[\s:]", "", text).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{length}}}", digits):
        raise ValueError(f"{text[:80]!r} is not {length} hexadecimal digits")
    return digits


# --- The seal -------------------------------------------------------------------------------------


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """Do what is written to be waited for; without a network nothing ever has to be."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise ValueError("checking it would take a network")


APPENDED = (
    "%s were appended after the seal (an incremental update): what the pages show may no longer be"
    " what was sealed."
)


def check_seal(findings: Findings, pdf: bytes, trusted: frozenset[str]) -> None:
    """Check the organisation's signature over the file: is it there, intact, the last word, whose.

    The certificate is told by its fingerprint. No authority is asked, as that takes a network.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        found = reader.embedded_regular_signatures
    except MALFORMED:
        # A file whose end was not written by a PDF program can still be told for what it is.
        ranges = re.search(rb"/ByteRange\s*\[\s*0\s+\d+\s+(\d{1,12})\s+(\d{1,12})\s*\]", pdf)
        if ranges and (rest := len(pdf) - int(ranges[1]) - int(ranges[2])) > 0:
            findings.broken("seal", APPENDED % many(rest, "byte"))
            return
        raise
    if not found:
        findings.broken(
            "seal", "The file carries no seal: it was never sealed, or the seal was stripped."
        )
        return
    seal = found[0]
    if len(found) > 1:
        findings.broken("seal", f"The file carries {len(found)} seals; a report has one.")
    itself = ValidationContext(trust_roots=[seal.signer_cert], allow_fetching=False)
    status = at_once(async_validate_pdf_signature(seal, itself, skip_diff=True))
    _seal_is_intact(findings, seal, status, pdf)
    _nothing_follows(findings, reader, seal, pdf)
    _nothing_came_before(findings, reader, seal)
    _who(findings, seal, trusted)
    _when(findings, seal, status)


def _seal_is_intact(
    findings: Findings, seal: EmbeddedPdfSignature, status: Any, pdf: bytes
) -> None:
    if not status.intact:
        findings.broken(
            "seal", "Bytes under the seal were changed after sealing: their digest is another."
        )
    elif not status.valid:
        findings.broken("seal", "The signature was not made by the key of its certificate.")
    elif not _is_plainly_filled(seal, pdf):
        findings.broken("seal", "Beside the signature, its place holds something else.")
    else:
        findings.met("seal", "The seal is there, and not a byte under it was changed.")


def _is_plainly_filled(seal: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Say whether the one place no seal can cover holds the signature and zeros, nothing else."""
    start, before, after, _length = (int(part) for part in seal.byte_range)
    content: bytes = seal.pkcs7_content
    filled = content.hex().encode()
    gap = pdf[before:after]
    is_plain = gap in (b"<" + filled + b">", b"<" + filled.upper() + b">")
    return start == 0 and is_plain and not any(content[parser.peek(content) :])


def _nothing_follows(
    findings: Findings, reader: PdfFileReader, seal: EmbeddedPdfSignature, pdf: bytes
) -> None:
    """Whatever is appended to a PDF replaces what it shows, while the seal stays intact."""
    _start, _before, after, length = (int(part) for part in seal.byte_range)
    rest = len(pdf) - after - length
    if rest == 0:
        if seal.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE:
            findings.met("seal", "The seal covers the whole file; nothing was appended to it.")
        else:
            findings.broken("seal", "The seal leaves out parts of the file.")
        return
    if rest > 0 and reader.embedded_timestamp_signatures:
        wrong = _Archive(reader, seal, pdf).wrong()
        if not wrong:
            findings.met(
                "seal",
                "After the seal there are only the archive's time stamps (PAdES B-LTA); the last of"
                " them covers the whole file.",
            )
            return
        findings.broken("seal", f"{APPENDED % many(rest, 'byte')} It is more than an archive adds:"
                        f" {wrong}.")  # fmt: skip
        return
    findings.broken("seal", APPENDED % many(abs(rest), "byte"))


class _Archive:
    """What follows the seal in a report kept for long: time stamps, and what checks certificates.

    Anybody can have a time stamp put on anything. So the file as it is now is held against the
    file as it was sealed, and every object written since has to be on a short list.
    """

    def __init__(self, reader: PdfFileReader, seal: EmbeddedPdfSignature, pdf: bytes) -> None:
        self.reader, self.seal, self.pdf = reader, seal, pdf
        self.sealed, last = seal.signed_revision, reader.xrefs.total_revisions - 1
        self.later = range(self.sealed + 1, last + 1)
        self.before = reader.get_historical_resolver(self.sealed)
        self.after = reader.get_historical_resolver(last)
        self.listed: set[int] = set()

    def wrong(self) -> str:
        """Return what is there beside that, the first thing found; empty for nothing."""
        if self.seal.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_REVISION:
            return "the seal does not cover the revision that it stands in"
        if not self.later or len(self.later) > MOST_ARCHIVED:
            return f"there are {len(self.later)} revisions"
        return self._frame() or self._stamps() or self._objects()

    def _frame(self) -> str:
        """Hold what a reader starts from in each revision against what it was when sealed."""
        xrefs, sealed = self.reader.xrefs, self.before.trailer_view
        if xrefs.hybrid_xrefs_present:
            return "it has two tables of its objects"
        for revision in self.later:
            trailer = self.reader.get_historical_resolver(revision).trailer_view
            for name in ("/Root", "/Info"):
                if _raw(trailer, name) != _raw(sealed, name):
                    return f"its trailer names another {name}"
            if more := sorted(trailer.keys() - TRAILER):
                return f"its trailer holds {more[0]}"
            if xrefs.get_xref_data(revision).freed.keys() - {0}:
                return "it takes objects away"
            if xrefs.get_xref_data(revision).obj_streams_used:
                return "it packs objects together"
        return ""

    def _stamps(self) -> str:
        """Check every stamp: what it covers is as it was, and the last covers the whole file."""
        stamps = self.reader.embedded_timestamp_signatures
        if len(stamps) > MOST_ARCHIVED:
            return f"there are {len(stamps)} time stamps"
        for stamp in stamps:
            itself = ValidationContext(trust_roots=[stamp.signer_cert], allow_fetching=False)
            status = at_once(async_validate_pdf_timestamp(stamp, itself, skip_diff=True))
            wanted = (
                SignatureCoverageLevel.ENTIRE_FILE
                if stamp is stamps[-1]
                else SignatureCoverageLevel.ENTIRE_REVISION
            )
            if not (status.intact and status.valid and _is_plainly_filled(stamp, self.pdf)):
                return "a time stamp does not fit"
            if stamp.evaluate_signature_coverage() != wanted:
                return "a time stamp does not cover what lies before it"
        return ""

    def _objects(self) -> str:
        xrefs, tables = self.reader.xrefs, set()
        written: dict[int, Any] = {}
        bodies = 0
        for revision in self.later:
            changed = xrefs.explicit_refs_in_revision(revision)
            written |= {int(one.idnum): one for one in changed}
            bodies += len(changed)
            table = xrefs.get_xref_container_info(revision).stream_ref
            tables |= {int(table.idnum)} if table is not None else set()
        # What no table names is shown by nobody, but by a reader that mends a file it finds broken.
        _start, _before, after, length = (int(part) for part in self.seal.byte_range)
        if len(re.findall(rb"\d\s+\d+\s+obj\b", self.pdf[after + length :])) != bodies:
            return "it holds objects that its tables do not name"
        old = {
            number: one for number, one in written.items()
            if xrefs.get_introducing_revision(one) <= self.sealed
        }  # fmt: skip
        for number, one in old.items():
            if wrong := self._changed(self.before(one), self.after(one)):
                return f"object {number} {wrong}"
        if wrong := self._checks(_value(self.after.root, "/DSS")):
            return wrong
        if more := sorted(written.keys() - old.keys() - tables - self.listed):
            return f"object {more[0]} is neither a time stamp nor checks one"
        return ""

    def _changed(self, old: Any, new: Any) -> str:
        """Look at an object of the sealed file; what stands here alone may have changed in it."""
        if not _may_differ(old, new, ARCHIVED):
            return "was replaced"
        kind = _kind(old)
        if kind in ("page", "form"):
            name = "/Annots" if kind == "page" else "/Fields"
            had, has = _members(old, name), _members(new, name)
            if has[: len(had)] != had:
                return f"has other {name}"
            return next(filter(None, map(self._field, has[len(had) :])), "")
        loose = [_raw(new, name) for name in ARCHIVED.get(kind, ()) if name in new]
        if kind == "facts" and not all(isinstance(one, str) for one in loose):
            return "holds more than texts"
        if kind == "catalogue" and _raw(old, "/Extensions") != _raw(new, "/Extensions"):
            return "names other /Extensions"
        return ""

    def _field(self, mark: Any) -> str:
        """Take one thing that a page or the form has more of: an unseen field of a time stamp."""
        if not _is_reference(mark):
            return "has a mark of its own"
        field_ = self.after(mark.reference)
        if not (hasattr(field_, "keys") and field_.keys() <= FIELD):
            return "has a mark that is no plain field of a time stamp"
        area = _value(field_, "/Rect")
        is_unseen = isinstance(area, list) and len(area) == 4 and not any(area)
        is_field = _value(field_, "/Subtype") == "/Widget" and _value(field_, "/FT") == "/Sig"
        if not (is_unseen and is_field and all(map(_is_reference, _loose(field_, "/V", "/P")))):
            return "has a mark that is no plain field of a time stamp"
        stamp = _value(field_, "/V")
        is_stamp = (
            hasattr(stamp, "keys")
            and stamp.keys() <= STAMP
            and _value(stamp, "/Type") == "/DocTimeStamp"
            and _value(stamp, "/SubFilter") == "/ETSI.RFC3161"
        )
        stamps = self.reader.embedded_timestamp_signatures
        known = {int(_raw(one.sig_field, "/V").idnum) for one in stamps}
        value = int(_raw(field_, "/V").idnum) if is_stamp else 0
        if value not in known:
            return "has a field that holds no time stamp"
        if not all(_is_flat(_raw(one, name)) for one in (field_, stamp) for name in one
                   if name not in ("/V", "/P")):  # fmt: skip
            return "has a field that leads elsewhere"
        self.listed |= {int(mark.idnum), value}
        return ""

    def _checks(self, store: Any) -> str:
        """Take the store of what checks certificates later (DSS): plain streams, listed by kind."""
        if store is None:
            return ""
        place = _raw(self.after.root, "/DSS")
        self.listed |= {int(place.idnum)} if _is_reference(place) else set()
        if not hasattr(store, "keys") or store.keys() - {*ARCHIVED["checks"], "/Type"}:
            return "its store of certificates holds something else"
        told = _value(store, "/VRI")
        lists = [_raw(store, name) for name in ("/Certs", "/CRLs", "/OCSPs") if name in store]
        for name in told if told is not None else ():
            one = told[name]
            self._list(_raw(store, "/VRI"), _raw(told, name))
            if not hasattr(one, "keys") or one.keys() - {"/Type", "/Cert", "/CRL", "/OCSP", "/TU"}:
                return "its store of certificates holds something else"
            lists += _loose(one, "/Cert", "/CRL", "/OCSP")
        for one in lists:
            self._list(one)
            listed = self.after(one.reference) if _is_reference(one) else one
            if not isinstance(listed, list):
                return "its store of certificates holds something else"
            for place in range(len(listed)):
                kept = _at(listed, place)
                stream = self.after(kept.reference) if _is_reference(kept) else None
                if stream is None or not hasattr(stream, "data") or stream.keys() - PLAIN_STREAM:
                    return "its store of certificates holds something else"
                self._list(kept)
        return ""

    def _list(self, *found: Any) -> None:
        self.listed |= {int(one.idnum) for one in found if _is_reference(one)}


def _value(found: Any, name: str) -> Any:
    return found[name] if name in found else None  # noqa: SIM401 - its get() follows no reference


def _raw(found: Any, name: str) -> Any:
    return found.raw_get(name) if name in found else None


def _at(found: Any, place: int) -> Any:
    return found.raw_get(place)


def _loose(found: Any, *names: str) -> list[Any]:
    return [found.raw_get(name) for name in names if name in found]


def _is_reference(found: Any) -> bool:
    return hasattr(found, "idnum") and hasattr(found, "reference")


def _is_flat(found: Any) -> bool:
    """Say whether a value is one text or number, or a list of them."""
    parts = [_at(found, n) for n in range(len(found))] if isinstance(found, list) else [found]
    return not any(_is_reference(one) or isinstance(one, (list, dict)) for one in parts)


def _members(found: Any, name: str) -> list[Any]:
    listed = _value(found, name)
    return [listed.raw_get(place) for place in range(len(listed))] if listed is not None else []


def _nothing_came_before(
    findings: Findings, reader: PdfFileReader, seal: EmbeddedPdfSignature
) -> None:
    """The pages are written once, and the seal's own update touches no page and no attachment."""
    revision = seal.signed_revision
    if revision != 1:
        findings.broken(
            "seal", f"The file was updated before it was sealed ({revision} revisions lie before)."
        )
    elif touched := _touched(reader, revision, SEALED):
        told = ", ".join(map(str, touched[:20]))
        findings.broken("seal", f"The seal's update replaced or shows objects: {told}.")
    else:
        findings.met("seal", "Nothing but the seal was appended to the pages as they were written.")


# What may differ in an object of each kind: the seal's field, its permission, what checks it later.
SEALED: Mapping[str, frozenset[str]] = {
    "page": frozenset({"/Annots"}),
    "catalogue": frozenset({"/AcroForm", "/Perms", "/Extensions", "/Version", "/DSS"}),
    "facts": frozenset({"/ModDate", "/Producer"}),
}
ARCHIVED: Mapping[str, frozenset[str]] = {
    "page": frozenset({"/Annots"}),
    "catalogue": frozenset({"/Extensions", "/DSS"}),
    "facts": frozenset({"/ModDate", "/Producer"}),
    "form": frozenset({"/Fields"}),
    "checks": frozenset({"/Certs", "/CRLs", "/OCSPs", "/VRI"}),
}
# What a later revision's trailer, the field of a time stamp, and the stamp itself may hold.
TRAILER = frozenset({"/Size", "/Root", "/Info", "/ID", "/Prev"})
FIELD = frozenset({"/Type", "/Subtype", "/FT", "/T", "/TU", "/V", "/Rect", "/F", "/P"})
STAMP = frozenset({"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M"})
PLAIN_STREAM = frozenset({"/Length", "/Filter"})
MOST_ARCHIVED = 20


def _touched(reader: PdfFileReader, revision: int, may: Mapping[str, frozenset[str]]) -> list[int]:
    """Return the objects by which an update changes what the file shows or holds."""
    before = reader.get_historical_resolver(revision - 1)
    after = reader.get_historical_resolver(revision)
    found = []
    changed = reader.xrefs.explicit_refs_in_revision(revision)
    for reference in sorted(changed, key=lambda one: int(one.idnum)):
        new = after(reference)
        if reader.xrefs.get_introducing_revision(reference) >= revision:
            is_plain = not hasattr(new, "get") or _shows_nothing(new)
        else:
            old = before(reference)
            is_plain = _may_differ(old, new, may) and _marks_are_fields(old, new, changed)
        if not is_plain:
            found.append(int(reference.idnum))
    return found


def _shows_nothing(added: Any) -> bool:
    """Say whether an added object has no place on a page: a field of no size, or none at all."""
    area = added.get("/Rect")
    return "/AP" not in added and (area is None or not any(area))


def _marks_are_fields(old: Any, new: Any, changed: Iterable[Any]) -> bool:
    """Say whether all that a page has more of are objects of this update, which are looked at."""
    if _kind(old) != "page" or old.get("/Annots") == new.get("/Annots"):
        return True
    had, has = _members(old, "/Annots"), _members(new, "/Annots")
    written = {one.idnum for one in changed}
    return has[: len(had)] == had and all(
        getattr(one, "idnum", None) in written for one in has[len(had) :]
    )


def _may_differ(old: Any, new: Any, may: Mapping[str, frozenset[str]]) -> bool:
    if not hasattr(old, "keys") or not hasattr(new, "keys"):
        return False
    kind = _kind(old)
    if kind == "metadata":
        return bool(_undated(old.data) == _undated(new.data)) or "form" not in may
    names = {*old.keys(), *new.keys()} - may.get(kind, frozenset())
    return kind in may and all(
        name in old and name in new and old.raw_get(name) == new.raw_get(name) for name in names
    )


def _kind(found: Any) -> str:
    types = {"/Metadata": "metadata", "/Page": "page", "/Catalog": "catalogue"}
    if found.get("/Type") in types:
        return types[found["/Type"]]
    if "/Creator" in found:
        return "facts"
    return "form" if "/Fields" in found else "checks" if "/Certs" in found else ""


def _undated(metadata: bytes) -> bytes:
    """Return the metadata without what each update writes anew: when, and by which program."""
    plain_ = re.sub(
        rb'(xmp:ModifyDate|xmp:MetadataDate|pdf:Producer|x:xmptk)="[^"]*"', b"", metadata
    )
    return b" ".join(plain_.split())


def _who(findings: Findings, seal: EmbeddedPdfSignature, trusted: frozenset[str]) -> None:
    certificate = seal.signer_cert
    fingerprint = certificate.sha256.hex()
    signer = str(certificate.subject.human_friendly)
    findings.state(signer=signer, fingerprint=fingerprint)
    if not trusted:
        findings.could_not(
            "signer",
            f"The seal says it is of {signer}, fingerprint {fingerprint}. Whether it is cannot be"
            " told from the file: call again with --fingerprint, and get the fingerprint from the"
            " organisation by another way.",
        )
    elif fingerprint in trusted:
        findings.identified = True
        findings.met("signer", f"Sealed by {signer}: its certificate has the fingerprint given.")
    else:
        findings.broken(
            "signer",
            "The file was sealed with another certificate than the one whose fingerprint was given:"
            f" it says {signer}, fingerprint {fingerprint}.",
        )


def _when(findings: Findings, seal: EmbeddedPdfSignature, status: Any) -> None:
    """Take the time from what the signer signed: a time stamp lies beside it, for anybody to add.

    A stamp can be made by anybody as well, with a certificate made for it; so it is only told of.
    """
    at, stamp = seal.self_reported_timestamp, status.timestamp_validity
    if not _is_only_stamped(seal):
        findings.broken("time", "Beside the seal lies what it does not cover, and no time stamp.")
    if at is None:
        findings.could_not("time", "The seal does not say when it was made.")
    else:
        findings.state(sealed_at=at.isoformat())
        clock = "" if stamp is not None else ": no time stamp"
        findings.could_not(
            "time", f"The seal says {at.isoformat()}, by the signer's own clock{clock}."
        )
        validity = seal.signer_cert["tbs_certificate"]["validity"]
        if validity["not_before"].native <= at <= validity["not_after"].native:
            findings.met("time", "The certificate was valid at that time.")
        else:
            findings.broken("time", "The certificate was not valid at that time.")
    if stamp is not None:
        _stamp_of_seal(findings, at, stamp)


def _is_only_stamped(seal: EmbeddedPdfSignature) -> bool:
    """Say whether nothing but one time stamp lies among the attributes that no seal covers."""
    attributes = seal.signer_info["unsigned_attrs"]
    if isinstance(attributes, core.Void):
        return True
    return [(one["type"].native, len(one["values"])) for one in attributes] in (
        [],
        [("signature_time_stamp_token", 1)],
    )


def _stamp_of_seal(findings: Findings, at: datetime | None, stamp: Any) -> None:
    if not (stamp.intact and stamp.valid):
        findings.broken("time", "The time stamp of the seal does not fit the seal.")
        return
    stamped: datetime = stamp.timestamp
    if at is not None and abs(stamped - at) > timedelta(days=1):
        findings.broken(
            "time",
            f"The time stamp says {stamped.isoformat()}, more than a day from what the signer"
            " signed: it was put there by somebody else, or one of the clocks is wrong.",
        )
        return
    findings.could_not(
        "time",
        f"Time stamped {stamped.isoformat()} by {stamp.signing_cert.subject.human_friendly}; that"
        " authority's own certificate is not known here, so hold its fingerprint against what the"
        f" authority publishes: {stamp.signing_cert.sha256.hex()}.",
    )


# --- The files inside, and the pages --------------------------------------------------------------


@dataclass
class Contents:
    """What the file holds: its attachments by name, the text of its pages, and what it says."""

    files: dict[str, bytes] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    unread_pages: str = ""
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text of all pages, with every white space made alike."""
        return " ".join(self.pages)


def read_contents(findings: Findings, pdf: bytes) -> Contents:
    """Return what the PDF holds; raises Unreadable where it cannot be opened."""
    contents = Contents()
    try:
        opened = pikepdf.open(io.BytesIO(pdf), attempt_recovery=False)
    except pikepdf.PasswordError as error:
        raise Unreadable("The file is encrypted; a report is not.") from error
    with opened:
        guarded(findings, "attachments", lambda: _read_files(findings, opened, contents))
        guarded(findings, "manifest", lambda: _read_metadata(opened, contents))
        try:
            _read_pages(opened, contents)
        except MALFORMED as error:
            contents.pages, contents.unread_pages = [], f"{type(error).__name__}: {error}"[:200]
    return contents


def _read_files(findings: Findings, opened: pikepdf.Pdf, contents: Contents) -> None:
    listed = opened.attachments
    if len(listed) > MOST_ATTACHMENTS:
        raise Unreadable(f"The file holds {len(listed)} attachments; no report has so many.")
    room, streams = MOST_UNPACKED_IN_ALL, set()
    for name, specification in listed.items():
        stream = specification.obj.EF.F
        streams.add(stream.objgen)
        try:
            content = _unpacked(stream, room)
        except (zlib.error, ValueError) as error:
            findings.broken(
                "attachments", f"{name} cannot be unpacked, so bytes of it were changed ({error})."
            )
            continue
        room -= len(content)
        contents.files[str(name)] = content
    hidden = _hidden_files(opened, streams)
    if hidden:
        findings.broken(
            "attachments",
            f"{many(hidden, 'file lies', 'files lie')} in the PDF that its list does not name.",
        )


def _hidden_files(opened: pikepdf.Pdf, listed: set[tuple[int, int]]) -> int:
    """Count the files that hang anywhere in the PDF, beside those of its list."""
    hidden: set[object] = set()
    for number, whole in enumerate(opened.objects):
        left: list[Any] = [whole]
        while left:
            one = left.pop()
            if isinstance(one, pikepdf.Array):
                left += [part for part in one if _is_direct(part)]
                continue
            if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
                continue
            if isinstance(one, pikepdf.Stream) and one.get("/Type") == "/EmbeddedFile":
                hidden |= {one.objgen} - listed
            if one.get("/Subtype") == "/FileAttachment":
                hidden.add(("mark", number))
            if (held := one.get("/EF")) is not None:
                hidden |= {stream.objgen for stream in dict(held.items()).values()} - listed
            elif one.get("/Type") == "/Filespec":
                hidden.add(("elsewhere", number))
            left += [part for part in dict(one.items()).values() if _is_direct(part)]
    return len(hidden)


def _is_direct(found: Any) -> bool:
    return isinstance(found, (pikepdf.Array, pikepdf.Dictionary)) and not found.is_indirect


def _unpacked(stream: Any, room: int) -> bytes:
    """Return a stream's content, never more than there is room for."""
    raw, packing = bytes(stream.read_raw_bytes()), stream.get("/Filter")
    if isinstance(packing, pikepdf.Array) and len(packing) == 1:
        packing = packing[0]
    most = min(MOST_UNPACKED, room)
    if packing is None:
        content = raw
    elif packing == "/FlateDecode" and "/DecodeParms" not in stream:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(raw, most + 1)
        if not unpacking.eof and len(content) <= most:
            raise ValueError("it ends in the middle")
    else:
        raise ValueError("it is packed in a way that no report uses")
    if len(content) > most:
        raise Unreadable("A part of the file is larger than any report's; it is not looked at.")
    return content


def _read_metadata(opened: pikepdf.Pdf, contents: Contents) -> None:
    with opened.open_metadata() as metadata:
        for name in ("xmp:CreateDate", "dc:title", "dc:identifier", "dc:description"):
            if name in metadata:
                contents.metadata[name] = str(metadata[name])
        contents.metadata["xmp"] = str(metadata)
    for name, value in opened.docinfo.items():
        contents.metadata[str(name)] = str(value)
    contents.metadata["language"] = str(opened.Root.get("/Lang", ""))


def _read_pages(opened: pikepdf.Pdf, contents: Contents) -> None:
    """Read the text of each page through its fonts' own tables (ToUnicode)."""
    if len(opened.pages) > MOST_PAGES:
        raise ValueError(f"{len(opened.pages)} pages are more than any report has")
    letters: dict[Any, dict[int, str]] = {}
    for page in opened.pages:
        shown, font = [], {}
        instructions: Iterable[Any] = pikepdf.parse_content_stream(page, "Tf Tj TJ ' \"")
        for operands, operator in instructions:
            if str(operator) == "Tf":
                used = page.Resources.Font[str(operands[0])]
                if used.objgen not in letters:
                    letters[used.objgen] = _letters(used)
                font = letters[used.objgen]
            else:
                parts = operands[-1] if str(operator) == "TJ" else [operands[-1]]
                shown.append(_shown(parts, font))
        contents.pages.append(" ".join(" ".join(shown).split()))


def _letters(font: Any) -> dict[int, str]:
    """Return which letters a font's codes stand for."""
    table = font.get("/ToUnicode")
    if table is None:
        return {}
    found, left = {}, _unpacked(table, MOST_LETTERS)
    while (start := left.find(b"beginbfchar")) >= 0:
        block, ended, left = left[start + len(b"beginbfchar") :].partition(b"endbfchar")
        if not ended:
            break
        for code, letter in re.findall(rb"<([0-9A-Fa-f]{1,8})>\s*<([0-9A-Fa-f]{1,64})>", block):
            found[int(code, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be", "replace")
    return found


def _shown(parts: Iterable[Any], font: Mapping[int, str]) -> str:
    codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
    pairs = zip(codes[::2], codes[1::2], strict=False)
    return "".join(font.get(high * 256 + low, "\N{REPLACEMENT CHARACTER}") for high, low in pairs)


# --- The manifest ---------------------------------------------------------------------------------


def read_manifest(findings: Findings, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the manifest, which says what the report is and lists its files."""
    content = files.get("manifest.json")
    if content is None:
        findings.broken("manifest", "There is no manifest.json among the attachments.")
        return {}
    manifest = read_json(content)
    if manifest.get("format") != MANIFEST:
        # With a broken seal there is something to say; else nothing was looked at, so nothing is.
        if not findings.is_broken():
            raise Unreadable(
                f"The report is of the format {manifest.get('format')!s:.60}, and this program"
                f" knows {MANIFEST} alone: get the one that came with the report's product."
            )
        return {}
    if canonical(manifest).encode() != content:
        findings.broken("manifest", "manifest.json is not in the canonical form.")
    for name in ("serial", "scope", "profile", "language", "as_of", "case_file_digest",
                 "portfolio_digest", "organisation", "verify_url"):  # fmt: skip
        findings.state(**{name: manifest.get(name)})
    return dict(manifest)


def check_attachments(
    findings: Findings, manifest: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Compare every attachment with the manifest, both ways."""
    listed = {one["name"]: one for one in manifest["files"]}
    owners = defaultdict(list)
    for name, one in listed.items():
        owners[one["sha256"]].append(name)
    wrong = False
    for name in sorted({*listed, *files} - {"manifest.json"}):
        wrong |= not _is_as_listed(findings, name, listed.get(name), files.get(name), owners)
    if not wrong and not findings.is_broken("attachments"):
        findings.met(
            "attachments",
            f"All {len(listed)} attachments are there, none is added, and the sha256 of each is"
            " the one in manifest.json.",
        )


def _is_as_listed(
    findings: Findings,
    name: str,
    listed: Facts | None,
    content: bytes | None,
    owners: Mapping[str, Sequence[str]],
) -> bool:
    if listed is None:
        findings.broken("attachments", f"{name} was added: manifest.json does not list it.")
    elif content is None:
        findings.broken("attachments", f"{name} is missing: manifest.json lists it.")
    elif sha256(content) == listed["sha256"] and len(content) == listed["size"]:
        return True
    elif others := owners.get(sha256(content)):
        findings.broken("attachments", f"{name} was swapped: it holds what {others[0]} should.")
    else:
        findings.broken(
            "attachments",
            f"{name} is not the file that manifest.json lists: its sha256 is {sha256(content)},"
            f" listed is {listed['sha256']}.",
        )
    return False


def check_manifest(findings: Findings, manifest: Mapping[str, Any], contents: Contents) -> None:
    """Compare what the manifest says of the report with what the PDF and its pages say."""
    said, metadata = [], contents.metadata
    if metadata.get("xmp:CreateDate", "")[:19] == str(manifest["as_of"])[:19]:
        said.append("as-of instant")
    else:
        findings.broken(
            "manifest",
            f"The PDF says it is as of {metadata.get('xmp:CreateDate')}, manifest.json"
            f" {manifest['as_of']}.",
        )
    if metadata.get("language", "").split("-")[0] == manifest["language"]:
        said.append("language")
    else:
        findings.broken("manifest", "The PDF says another language than manifest.json.")
    serial = manifest.get("serial") or ""
    if not re.fullmatch(r"MG(-[0-9A-F]{4}){4}", serial):
        findings.broken("manifest", f"{serial!s:.60} is no serial number of a report.")
    inside = " ".join(metadata.values())
    if others := set(re.findall(r"MG(?:-[0-9A-F]{4}){4}", inside)) - {serial}:
        findings.broken("manifest", f"The PDF's metadata name another report: {min(others)}.")
    elif serial in inside:
        said.append("serial number")
    if said:
        findings.met("manifest", f"The PDF itself and manifest.json agree on: {', '.join(said)}.")


# --- The case file and the evidence ---------------------------------------------------------------


def check_case_file(
    findings: Findings, manifest: Mapping[str, Any], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Check the case file against its digest; return it."""
    if manifest.get("scope") == "portfolio":
        _check_portfolio(findings, manifest, files)
        return {}
    content = files.get("casefile.json")
    if content is None:
        findings.broken("case file", "There is no casefile.json among the attachments.")
        return {}
    case_file: dict[str, Any] = read_json(content)
    if manifest.get("redacted"):
        findings.could_not(
            "case file",
            "casefile.json is the public, redacted copy, so its sha256 is not the digest that was"
            " decided on; the regulator's profile of this report holds the full text.",
        )
        return case_file
    if case_file.get("format") != CASE_FILE:
        findings.broken("case file", f"casefile.json is not of the format {CASE_FILE}.")
    if sha256(content) != manifest["case_file_digest"]:
        findings.broken(
            "case file",
            f"casefile.json is another case file: its sha256 is {sha256(content)}, the report is"
            f" over {manifest['case_file_digest']}.",
        )
    elif canonical(case_file).encode() != content:
        findings.broken("case file", "casefile.json is not in the canonical form.")
    else:
        findings.met(
            "case file",
            f"casefile.json has the digest the report is over ({sha256(content)}) and is in"
            " canonical form.",
        )
    return case_file


def _check_portfolio(
    findings: Findings, manifest: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Check what a report on a portfolio states of it; such a report has no case file."""
    content = files.get("portfolio.json")
    if content is None:
        findings.broken("portfolio", "There is no portfolio.json among the attachments.")
    elif sha256(content) != manifest["portfolio_digest"]:
        findings.broken(
            "portfolio",
            f"portfolio.json is of another report: its sha256 is {sha256(content)}, this report is"
            f" over {manifest['portfolio_digest']}.",
        )
    elif canonical(read_json(content)).encode() != content:
        findings.broken("portfolio", "portfolio.json is not in the canonical form.")
    else:
        findings.met("portfolio", "portfolio.json has the digest that the report is over.")


def exhibit_files(files: Mapping[str, bytes]) -> dict[int, tuple[str, bytes]]:
    """Return the evidence among the attachments, by the number of the exhibit."""
    found = {}
    for name, content in files.items():
        if match := re.fullmatch(r"evidence-(\d{1,18})-.+", name):
            found[int(match[1])] = name, content
    return found


def check_evidence(
    findings: Findings, case_file: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Compare every piece of evidence with the digest in the case file."""
    attached, listed = exhibit_files(files), case_file.get("exhibits", [])
    matching = withheld = 0
    for exhibit in listed:
        name, content = attached.get(exhibit["id"], ("", None))
        if content is None:
            findings.broken(
                "evidence",
                f"Exhibit {exhibit['id']} of the case file is not among the attachments.",
            )
        elif exhibit["digest"] is None:
            withheld += 1
        elif sha256(content) != exhibit["digest"]:
            findings.broken(
                "evidence",
                f"{name} is not the evidence that was decided on: its sha256 is {sha256(content)},"
                f" the case file lists {exhibit['digest']}.",
            )
        else:
            matching += 1
    if matching:
        findings.met(
            "evidence",
            f"{many(matching, 'exhibit')} of the case file: the attached files have the digests"
            " that were decided on.",
        )
    if withheld:
        findings.could_not(
            "evidence", f"The digests of {many(withheld, 'exhibit')} are withheld in this profile."
        )
    later = sorted(set(attached) - {exhibit["id"] for exhibit in listed})
    if later:
        findings.could_not(
            "evidence",
            f"Not in the case file, so not part of what was decided on: exhibit"
            f" {', '.join(map(str, later[:20]))}.",
        )


# --- The journal ----------------------------------------------------------------------------------

SEALED_FIELDS = (
    "number", "at", "action", "actor_id", "actor", "role", "unit", "model", "model_number",
    "subject_kind", "subject_id", "subject", "changes", "reason", "door", "method", "previous",
)  # fmt: skip


SEALED_NAME = re.compile(r"sealed:v1:[0-9]{1,19}:[\w-]{22}:[\w-]{22}:[\w-]{22,}", re.ASCII)


def entry_number(entry: Facts) -> int:
    """Return the number of an entry, which the public profile states without the facts."""
    return int(entry["facts"]["number"] if "facts" in entry else entry["number"])


def check_journal(
    findings: Findings, manifest: Mapping[str, Any], files: Mapping[str, bytes],
    keys: frozenset[str],
) -> list[Facts]:  # fmt: skip
    """Check the extract of the journal, entry by entry; return the facts that hold."""
    content = files.get("journal.json")
    if content is None:
        findings.broken("journal", "There is no journal.json among the attachments.")
        return []
    journal = read_json(content)
    if journal.get("format") != JOURNAL:
        findings.could_not(
            "journal",
            f"Its format is {journal.get('format')!s:.60}; this program knows {JOURNAL} alone.",
        )
        return []
    entries = journal["entries"]
    facts = _seals(findings, entries)
    _links(findings, entries)
    _model_numbers(findings, facts)
    guarded(findings, "names", lambda: _names(findings, entries))
    checkpoint = journal.get("checkpoint")
    if not checkpoint:
        findings.could_not("checkpoint", "The extract holds no checkpoint to check it against.")
        return facts
    guarded(findings, "checkpoint", lambda: check_checkpoint(findings, checkpoint, entries, keys))
    guarded(findings, "checkpoint", lambda: _window(findings, checkpoint, journal.get("window")))
    return facts


def _seals(findings: Findings, entries: Sequence[Facts]) -> list[Facts]:
    """Recompute each entry's seal from its facts; return the facts whose seal fits."""
    fitting, bare = [], 0
    for entry in entries:
        if "facts" not in entry:
            bare += 1
            continue
        facts = entry["facts"]
        text = canonical({name: facts[name] for name in SEALED_FIELDS})
        if sha256(text.encode()) != entry["seal"] or set(facts) - {*SEALED_FIELDS, "seal"}:
            findings.broken(
                "journal", f"Entry {facts['number']} does not say what its seal was made of."
            )
        else:
            fitting.append(facts)
    if fitting:
        findings.met(
            "journal",
            f"{many(len(fitting), 'entry', 'entries')}: the seal of each follows from what it"
            " says.",
        )
    if bare:
        findings.could_not(
            "journal",
            f"{many(bare, 'entry', 'entries')} stand here without their facts (public profile):"
            " that they are in the journal can be checked, what they say cannot.",
        )
    return fitting


def _links(findings: Findings, entries: Sequence[Facts]) -> None:
    """Hold neighbours against each other: each entry names the seal of the one before it."""
    numbers = [entry_number(entry) for entry in entries]
    if numbers != sorted(set(numbers)):
        findings.broken("journal", "The entries are not in the order of their numbers.")
    linked = 0
    for before, after in itertools.pairwise(entries):
        if entry_number(after) != entry_number(before) + 1 or "facts" not in after:
            continue
        linked += 1
        if after["facts"]["previous"] != before["seal"]:
            findings.broken(
                "journal",
                f"Entry {entry_number(after)} does not name the seal of the entry before it.",
            )
    if linked and not findings.is_broken("journal"):
        findings.met("journal", f"{many(linked, 'neighbour')} in the chain name each other's seal.")


def _model_numbers(findings: Findings, facts: Sequence[Facts]) -> None:
    """Within one model the entries are numbered; what the extract leaves out leaves a gap."""
    by_model: dict[str, list[int]] = defaultdict(list)
    for one in facts:
        if one["model"]:
            by_model[one["model"]].append(int(one["model_number"]))
    for model, numbers in sorted(by_model.items()):
        present = set(numbers)
        span = range(1, max(numbers) + 1)
        absent = len(span) - len(present)
        if len(present) < len(numbers) or min(numbers) < 1:
            findings.broken("journal", f"Two entries of {model} have the same number within it.")
        elif not absent:
            findings.met(
                "journal", f"The entries of {model} are numbered 1 to {max(numbers)} without a gap."
            )
        else:
            first = next(number for number in span if number not in present)
            findings.could_not(
                "journal",
                f"Of the entries of {model}, {absent} up to number {max(numbers)} are not in the"
                f" extract (first: {first}):"
                " reports that were asked for leave such gaps, and what else was left out cannot"
                " be told from here.",
            )


def _names(findings: Findings, entries: Sequence[Facts]) -> None:
    """Open the names with the keys that were handed out, and count those that stay shut."""
    opened = shut = 0
    for entry in entries:
        if "facts" not in entry:
            continue
        text = canonical(entry["facts"])
        sealed = set(SEALED_NAME.findall(text))
        for name, opening in entry.get("opened", {}).items():
            if name not in sealed:
                raise ValueError(f"entry {entry_number(entry)} does not hold the name opened")
            if _opens(name, opening["name"], opening["key"]):
                opened += 1
            else:
                findings.broken(
                    "names",
                    f"Entry {entry_number(entry)}: the key does not open the name to"
                    f" {opening['name']!s:.80}.",
                )
        shut += len(sealed - set(entry.get("opened", {})))
    if opened:
        findings.met(
            "names", f"{many(opened, 'sealed name')} open to what stands beside them, by their key."
        )
    if shut:
        findings.could_not(
            "names", f"{many(shut, 'sealed name')} are not opened: erased, or not handed out."
        )


def _opens(sealed: str, name: str, key: str) -> bool:
    """Say whether the key is the one committed to, and opens the sealed text to this name."""
    _word, _version, _person, *parts = sealed.split(":")
    nonce, commit, cipher = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts
    )
    secret = bytes.fromhex(key)
    if hashlib.sha256(b"mlops-gov/name-commit/1" + secret).digest()[:16] != commit:
        return False
    try:
        text = AESGCM(secret).decrypt(bytes(12), cipher, b"mlops-gov/name/1" + nonce)
    except InvalidTag:
        return False
    return text.decode("utf-8") == name


def check_checkpoint(
    findings: Findings, checkpoint: Facts, entries: Sequence[Facts], keys: frozenset[str]
) -> None:
    """Check the signed head of the journal, and that every entry lies under it."""
    text, raw = checkpoint["statement"], bytes.fromhex(checkpoint["public_key"])
    statement = read_json(text.encode())
    fingerprint = sha256(raw)
    if statement["format"] != CHECKPOINT or canonical(statement) != text:
        findings.broken("checkpoint", f"Its statement is not of the format {CHECKPOINT}.")
    findings.state(
        checkpoint_size=statement["size"],
        checkpoint_at=statement["at"],
        checkpoint_key=fingerprint,
    )
    _checkpoint_signature(findings, text, checkpoint["signature"], raw)
    if statement["key"] != fingerprint:
        findings.broken(
            "checkpoint", "It was signed by another key than the one its statement names."
        )
    if keys and fingerprint not in keys:
        findings.broken(
            "checkpoint",
            "It was signed by another key than the one given by --checkpoint-key: its fingerprint"
            f" is {fingerprint}.",
        )
    elif keys:
        findings.met("checkpoint", "Its key is the one that was given.")
    else:
        findings.could_not(
            "checkpoint",
            f"Its key has the fingerprint {fingerprint}; whether that is the organisation's was not"
            " asked (--checkpoint-key), beyond its standing under the seal.",
        )
    _paths(findings, statement, entries)
    _tokens(findings, text, checkpoint.get("timestamps") or [])


def _window(findings: Findings, checkpoint: Facts, window: Facts | None) -> None:
    """Say up to where the checkpoint proves, and what a cut behind it can take at most."""
    size = int(read_json(checkpoint["statement"].encode())["size"])
    bound = "" if window is None else (
        " By what the report states, such a cut takes no decision, and at most"
        f" {int(window['entries'])} entries, or what was written in {int(window['minutes'])}"
        " minutes."
    )  # fmt: skip
    findings.could_not(
        "checkpoint",
        f"It proves the journal up to entry {size}; whether entries after it were cut off, this"
        f" file cannot show.{bound}",
    )


def _checkpoint_signature(findings: Findings, text: str, signature: str, raw: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(signature), text.encode())
    except InvalidSignature:
        findings.broken("checkpoint", "Its signature does not fit its statement and key.")
    else:
        findings.met("checkpoint", "Its signature (Ed25519) fits its statement.")


def _paths(findings: Findings, statement: Facts, entries: Sequence[Facts]) -> None:
    """Recompute the Merkle root from each entry and its path (RFC 6962)."""
    size, root, leading = int(statement["size"]), statement["root"], 0
    for entry in entries:
        number = entry_number(entry)
        if not 1 <= number <= size:
            findings.broken("journal", f"Entry {number} does not lie under the checkpoint.")
            continue
        if number == size and entry["seal"] != statement["head"]:
            findings.broken("journal", f"Entry {number} is not the head of the checkpoint.")
        path = [bytes.fromhex(node) for node in entry["path"]]
        if root_of(number - 1, size, bytes.fromhex(entry["seal"]), path) != root:
            findings.broken(
                "journal",
                f"Entry {number} is not the one in the journal: its path does not lead to the root"
                " of the checkpoint.",
            )
        else:
            leading += 1
    if leading:
        findings.met(
            "journal",
            f"{many(leading, 'entry', 'entries')} lead by their paths to the root of the checkpoint"
            f" over {size} entries.",
        )


def root_of(index: int, size: int, seal: bytes, path: Sequence[bytes]) -> str:
    """Return the root that a leaf and its path lead to (RFC 9162, 2.1.3.2); empty for none."""
    node, last = hashlib.sha256(b"\0" + seal).digest(), size - 1
    for beside in path:
        if last == 0:
            return ""
        if index % 2 or index == last:
            node = hashlib.sha256(b"\1" + beside + node).digest()
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            node = hashlib.sha256(b"\1" + node + beside).digest()
        index, last = index // 2, last // 2
    return node.hex() if last == 0 else ""


def _tokens(findings: Findings, statement: str, tokens: Sequence[str]) -> None:
    """Check the time stamps (RFC 3161) of the checkpoint."""
    if not tokens:
        findings.could_not("time stamps", "The checkpoint carries no time stamp of an authority.")
    for token in tokens:
        signed = _signed_data(base64.b64decode(token, validate=True))
        status = at_once(
            validate_tst_signed_data(
                signed,
                ValidationContext(trust_roots=_certificates(signed), allow_fetching=False),
                lambda name: hashlib.new(name, statement.encode()).digest(),
            )
        )
        if status["intact"] and status["valid"]:
            authority = status["signing_cert"]
            findings.met(
                "time stamps",
                f"The checkpoint was stamped {status['timestamp'].isoformat()} by"
                f" {authority.subject.human_friendly}; that authority's own certificate is not"
                f" checked (fingerprint {authority.sha256.hex()}).",
            )
        else:
            findings.broken("time stamps", "A time stamp does not fit the checkpoint.")


def _signed_data(der: bytes) -> Any:
    """Return the signed part of a time stamp token."""
    content = cms.ContentInfo.load(der, strict=True)
    if content["content_type"].native != "signed_data":
        raise ValueError("it is no time stamp")
    return content["content"]


def _certificates(signed: Any) -> list[Any]:
    found = extract_certificate_info(signed)
    return [found.signer_cert]


def check_decisions(
    findings: Findings, manifest: Mapping[str, Any], case_file: Facts, entries: Sequence[Facts]
) -> None:
    """Say which signed acts of the extract are over the case file of this report."""
    if manifest.get("scope") == "portfolio":
        return
    digest, over, others = manifest.get("case_file_digest"), Counter[str](), Counter[str]()
    for facts in entries:
        changes = read_json(facts["changes"].encode()) if facts["changes"] else {}
        if not isinstance(changes, dict) or not facts["action"].startswith(("release.", "case_")):
            continue
        named = changes.get("case_file") or changes.get("digest")
        digests = named if isinstance(named, list) else [named] if named else []
        if digest in digests:
            over[facts["action"]] += 1
        elif digests:
            others[facts["action"]] += 1
    if over:
        acts = ", ".join(f"{act} ({count})" for act, count in sorted(over.items()))
        findings.met("decisions", f"Entries of the journal bound to this very case file: {acts}.")
    elif others and case_file.get("release"):
        findings.broken(
            "decisions",
            "No entry of the journal is bound to this case file: those about releases are over"
            " other ones.",
        )
    else:
        findings.could_not(
            "decisions", "The extract holds no decision on this case file to hold against it."
        )
    if over and others:
        findings.could_not(
            "decisions", f"{many(others.total(), 'entry', 'entries')} are about other case files."
        )


# --- Closed-form intervals, from the literature ---------------------------------------------------

LEVEL = 0.95
TOLERANCE = 1e-9

Share = tuple[int, int]
"""So many of so many."""
Limits = tuple[float, float]


@cache
def normal(level: float) -> float:
    """Return the standard normal quantile of a two-sided interval."""
    return NormalDist().inv_cdf((1 + level) / 2)


def sidak(comparisons: int) -> float:
    """Return the level of each of several intervals that hold together (Sidak 1967)."""
    return float(LEVEL ** (1 / max(1, comparisons)))


def rate_of(share: Share) -> float:
    """Return a rate."""
    return share[0] / share[1]


def wilson(share: Share, level: float = LEVEL) -> Limits:
    """Return the score interval of a rate (Wilson 1927)."""
    successes, trials = share
    z = normal(level)
    middle = (successes + z**2 / 2) / (trials + z**2)
    reach = z * math.sqrt(successes * (trials - successes) / trials + z**2 / 4) / (trials + z**2)
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    return low, 1.0 if successes == trials else min(1.0, middle + reach)


def corrected_wilson(share: Share, level: float) -> Limits:
    """Return the score interval with continuity correction (Newcombe 1998a, method 4)."""
    (successes, trials), p = share, rate_of(share)
    z, (low, high) = normal(level), wilson(share, level)
    under, middle = 2 * (trials + z**2), 2 * trials * p + z**2
    if successes:
        root = math.sqrt(z**2 - 2 - 1 / trials + 4 * p * (trials * (1 - p) + 1))
        low = min(low, max(0.0, (middle - 1 - z * root) / under))
    if successes < trials:
        root = math.sqrt(z**2 + 2 - 1 / trials + 4 * p * (trials * (1 - p) - 1))
        high = max(high, min(1.0, (middle + 1 + z * root) / under))
    return low, high


def newcombe(first: Share, second: Share, level: float) -> Limits:
    """Return the interval of the difference of two rates (Newcombe 1998b, method 10)."""
    p, q = rate_of(first), rate_of(second)
    (l1, u1), (l2, u2) = wilson(first, level), wilson(second, level)
    low = p - q - math.sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    return max(-1.0, low), min(1.0, p - q + math.sqrt((u1 - p) ** 2 + (q - l2) ** 2))


def mover_ratio(first: Share, second: Share, level: float) -> Limits:
    """Return the interval of the ratio of two rates (Donner and Zou 2012, equation 9)."""
    p, q = rate_of(first), rate_of(second)
    (l1, u1), (l2, u2) = wilson(first, level), wilson(second, level)
    over, under = l1 * (2 * p - l1), l2 * (2 * q - l2)
    # The lower limit in its other form: the printed one is 0 / 0 where u2 is twice q.
    low = (
        over / (p * q + math.sqrt(max(0.0, (p * q) ** 2 - over * u2 * (2 * q - u2)))) if p else 0.0
    )
    return low, (p * q + math.sqrt(max(0.0, (p * q) ** 2 - u1 * (2 * p - u1) * under))) / under


def odds(limits: Limits) -> Limits:
    """Return the limits of the odds from those of the rate."""
    return limits[0] / (1 - limits[0]), limits[1] / (1 - limits[1])


def _widest(limits: Sequence[Limits]) -> Iterator[tuple[Limits, Limits]]:
    """Yield pairs of two different groups among which the widest spread is found."""
    places = range(len(limits))
    top = max(places, key=lambda place: limits[place][1])
    bottom = min(places, key=lambda place: limits[place][0])
    others = [place for place in places if place != top]
    yield limits[top], min((limits[place] for place in others), key=lambda one: one[0])
    others = [place for place in places if place != bottom]
    yield max((limits[place] for place in others), key=lambda one: one[1]), limits[bottom]


def spread_difference(limits: Sequence[Limits]) -> Limits:
    """Return bounds of the largest minus the smallest, from limits that hold together."""
    low = max(one[0] for one in limits) - min(one[1] for one in limits)
    return max(0.0, low), max(one[1] - other[0] for one, other in _widest(limits))


def spread_ratio(limits: Sequence[Limits]) -> Limits:
    """Return bounds of the smallest over the largest, from limits that hold together."""
    largest = max(one[0] for one in limits)
    low = min(other[0] / one[1] for one, other in _widest(limits))
    return low, min(1.0, min(one[1] for one in limits) / largest) if largest else 1.0


def on_log_scale(mean: float, error: float, level: float = LEVEL) -> Limits:
    """Return the normal interval of the logarithm, from a mean and its standard error."""
    reach = math.exp(normal(level) * error / mean)
    return mean / reach, mean * reach


@cache
def student(level: float, freedom: float) -> float:
    """Return Student's quantile of a two-sided interval; any number of degrees of freedom."""
    z = normal(level)
    if freedom > 1000:  # Cornish and Fisher's expansion: off by less than the fifth power
        terms = (
            (z**3 + z) / 4,
            (5 * z**5 + 16 * z**3 + 3 * z) / 96,
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
            (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
        )
        return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
    low, high = 0.0, 1.0
    while _beyond(high, freedom) > 1 - level:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _beyond(middle, freedom) > 1 - level else (low, middle)
    return (low + high) / 2


def _beyond(t: float, freedom: float) -> float:
    """Return how likely a Student's t lies farther out, on both sides: an incomplete beta."""
    x, a, b = freedom / (freedom + t * t), freedom / 2, 0.5
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Return the continued fraction of the incomplete beta (Lentz; DLMF 8.17.22)."""
    tiny, c, d = 1e-300, 1.0, 1 / (1 - (a + b) * x / (a + 1) or 1e-300)
    found = d
    for m in range(1, 10_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + step * d or tiny)
            c = 1 + step / c or tiny
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found


# --- Recounting a measurement ---------------------------------------------------------------------


class Counts(tuple[int, int, int, int]):
    """True positives, false positives, false negatives, true negatives."""

    def share(self, rate: str) -> Share:
        """Return a rate as so many of so many."""
        tp, fp, fn, tn = self
        return {
            "selection_rate": (tp + fp, tp + fp + fn + tn),
            "true_positive_rate": (tp, tp + fn),
            "false_positive_rate": (fp, fp + tn),
            "true_negative_rate": (tn, fp + tn),
            "false_negative_rate": (fn, tp + fn),
            "precision": (tp, tp + fp),
            "accuracy": (tp + tn, tp + fp + fn + tn),
        }[rate]


RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate",
         "false_negative_rate", "precision", "accuracy")  # fmt: skip


@dataclass
class Recount:
    """What was computed anew of one measurement, and what does not agree."""

    figures: int = 0
    intervals: int = 0
    wrong: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    def same(self, name: str, stated: Any, found: Any) -> None:
        """Hold one number against the one computed."""
        if stated is None or found is None:
            agrees = stated is found
        else:
            agrees = abs(stated - found) <= TOLERANCE * max(1.0, abs(stated), abs(found))
        if not agrees:
            self.wrong.append(f"{name} is stated as {stated}, the counts give {found}")

    def figure(
        self,
        name: str,
        stated: Facts | None,
        value: float | None,
        limits: Limits | None = None,
        *,
        rows: int | None = None,
        closed: bool = True,
    ) -> None:
        """Hold a figure against its value and limits; ``closed`` where limits can be computed."""
        if stated is None:
            self.wrong.append(f"{name} is missing")
            return
        self.figures += 1
        self.same(name, stated["value"], value)
        if stated["value"] is None:
            return
        if rows is not None:
            self.same(f"The number of rows of {name}", stated["n"], rows)
        if not closed:
            self.left[f"the interval of {_last(name)} ({stated['interval'] or 'none'})"] += 1
            return
        self.intervals += 1
        self.same(f"The lower limit of {name}", stated["low"], limits and limits[0])
        self.same(f"The upper limit of {name}", stated["high"], limits and limits[1])

    def rate(self, name: str, stated: Facts | None, share: Share) -> None:
        """Hold a rate and its Wilson interval against its counts."""
        if share[1]:
            self.figure(name, stated, rate_of(share), wilson(share), rows=share[1])
        else:
            self.figure(name, stated, None)

    def stated_rate(self, name: str, stated: Facts) -> None:
        """Hold the Wilson interval of a rate against the rate and its rows, the only counts."""
        if stated["interval"] == "wilson" and stated["value"] is not None:
            self.rate(name, stated, share_of(stated))

    def leave(self, what: str) -> None:
        """Name something that counts do not tell."""
        self.left[what] += 1


def _last(name: str) -> str:
    return name.rpartition(": ")[2]


def share_of(stated: Facts) -> Share:
    """Return the counts of a rate from its value and its denominator."""
    successes = stated["value"] * stated["n"]
    if abs(successes - round(successes)) > 1e-6 * max(1, stated["n"]):
        raise ValueError(f"{stated['name']} is no share of {stated['n']} rows")
    return round(successes), stated["n"]


def check_figures(
    findings: Findings, manifest: Mapping[str, Any], files: Mapping[str, bytes]
) -> None:
    """Compute anew what follows from the counts in the evidence on performance and fairness."""
    for _number, (name, content) in sorted(exhibit_files(files).items()):
        guarded(findings, "figures", lambda n=name, c=content: _check_exhibit(  # type: ignore[misc]
            findings, manifest, n, c))  # fmt: skip


def _check_exhibit(
    findings: Findings, manifest: Mapping[str, Any], name: str, content: bytes
) -> None:
    measurement = read_json(content) if name.endswith(".json") else None
    if not isinstance(measurement, dict) or measurement.get("format") != MEASUREMENT:
        findings.could_not("figures", f"{name}: no measurement of ours, so nothing to recompute.")
        return
    if manifest.get("redacted"):
        findings.could_not(
            "figures", f"{name}: small counts are withheld in this profile; nothing is recomputed."
        )
        return
    kind, task = measurement["kind"], measurement.get("task", "")
    counter = RECOUNTS.get((kind, "regression" if task == "regression" else "classes"))
    if counter is None:
        findings.could_not(
            "figures", f"{name}: figures of the kind {kind!s:.40} cannot be recomputed from counts."
        )
        return
    recount = Recount()
    counter(recount, measurement)
    _recount_verdicts(recount, measurement)
    for sentence in recount.wrong:
        findings.broken("figures", f"{name}: {sentence}.")
    if not recount.wrong:
        findings.met(
            "figures",
            f"{name}: {many(recount.figures, 'figure')} and"
            f" {many(recount.intervals, 'closed-form interval')} computed anew from its counts;"
            f" all agree to {TOLERANCE:g}.",
        )
    if recount.left:
        told = ", ".join(f"{what} x {n}" if n > 1 else what for what, n in recount.left.items())
        findings.could_not("figures", f"{name}: not recomputed: {told}.")


def _cells(measurement: Facts, beside: int) -> list[tuple[tuple[Any, ...], tuple[Any, ...], int]]:
    """Return the counts: the groups' values, label and prediction (or sums), and the rows."""
    found = []
    for row in measurement["cells"]["rows"]:
        count = row[-1]
        if type(count) is not int or not 0 <= count <= MOST_ROWS:
            raise ValueError("a cell holds no count")
        found.append((tuple(row[: -beside - 1]), tuple(row[-beside - 1 : -1]), count))
    return found


def _rows_add_up(recount: Recount, measurement: Facts, rows: int) -> None:
    honesty = measurement["honesty"]
    recount.same("The number of rows used", honesty["rows_used"], rows)
    dropped = sum(one["rows"] for one in honesty["dropped"])
    recount.same("The number of rows handed in", honesty["rows_in"], rows + dropped)


def recount_performance(recount: Recount, measurement: Facts) -> None:
    """Recount the performance of a task with classes from its confusion matrix."""
    tally: Counter[tuple[Any, Any]] = Counter()
    for _values, (label, prediction), count in _cells(measurement, 2):
        tally[label, prediction] += count
    _rows_add_up(recount, measurement, tally.total())
    figures = {one["name"]: one for one in measurement["measures"]}
    if measurement["task"] == "binary":
        counts = Counts((tally[1, 1], tally[0, 1], tally[1, 0], tally[0, 0]))
        _recount_binary(recount, measurement, figures, counts)
    else:
        _recount_classes(recount, measurement, figures, tally)
    for one in measurement.get("slices") or []:
        for name, figure in one["measures"].items():
            if figure["interval"] == "wilson":
                recount.stated_rate(f"{one['column']}: {one['value']}: {name}", figure)
            elif figure["value"] is not None:
                recount.leave(f"{name} of slices")


NAMED = {"accuracy": "accuracy", "precision": "precision", "recall": "true_positive_rate",
         "specificity": "true_negative_rate"}  # fmt: skip


def _recount_binary(
    recount: Recount, measurement: Facts, figures: Mapping[str, Facts], counts: Counts
) -> None:
    tp, fp, fn, tn = counts
    names = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    for name, count in zip(names, counts, strict=True):
        recount.same(name, measurement["confusion"][name], count)
    for name, rate in NAMED.items():
        recount.rate(name, figures.get(name), counts.share(rate))
    both = tp + fn and tn + fp
    root = math.sqrt(float((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))
    drawn = {
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2 if both else None,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fn else None,
        "mcc": (tp * tn - fp * fn) / root if root else None,
    }
    for name, value in drawn.items():
        if name in figures:
            recount.figure(name, figures[name], value, closed=False)
    share, rows = (tp + fn) / sum(counts), sum(counts)
    entropy = -sum(part * math.log(part) for part in (share, 1 - share) if part)
    standing = {"accuracy": max(tp + fn, tn + fp) / rows, "brier_score": share * (1 - share),
                "log_loss": entropy}  # fmt: skip
    for one in measurement.get("baselines") or [measurement["baseline"]]:
        recount.same(f"The baseline of {one['measure']}", one["value"], standing[one["measure"]])
    _recount_curves(recount, measurement.get("curves") or {}, figures, counts)
    for name, figure in figures.items():
        if name not in {*NAMED, *drawn, "ece", "gini", "calibration_gap"}:
            recount.leave(f"{name} ({figure['interval'] or 'no interval'})")
    if "gini" in figures and "roc_auc" in figures:
        area = figures["roc_auc"]
        ends = [area[end] if area[end] is None else 2 * area[end] - 1
                for end in ("value", "low", "high")]  # fmt: skip
        limits = None if ends[1] is None or ends[2] is None else (ends[1], ends[2])
        recount.figure("gini", figures["gini"], ends[0], limits)


def _recount_curves(
    recount: Recount, curves: Facts, figures: Mapping[str, Facts], counts: Counts
) -> None:
    tp, fp, fn, tn = counts
    for one in curves.get("thresholds") or []:
        at = f"the threshold {one['threshold']}"
        positives = one["true_positives"] + one["false_negatives"]
        recount.same(f"The number of positives at {at}", positives, tp + fn)
        negatives = one["false_positives"] + one["true_negatives"]
        recount.same(f"The number of negatives at {at}", negatives, fp + tn)
        if one["declared"]:
            recount.same(f"The number of true positives at {at}", one["true_positives"], tp)
            recount.same(f"The number of false positives at {at}", one["false_positives"], fp)
    bins = curves.get("calibration") or []
    for one in bins:
        name = f"scores {one['low']} to {one['high']}: observed rate"
        recount.rate(name, one["rate"], (one["positives"], one["rows"]))
    rows = sum(one["rows"] for one in bins)
    if not rows or rows != sum(counts):
        for name in ("ece", "calibration_gap"):
            if name in figures:
                recount.leave(f"{name} ({figures[name]['interval']})")
        return
    if "calibration_gap" in figures:
        expected = math.fsum(one["rows"] * one["mean_score"] for one in bins) / rows
        value = expected - (tp + fn) / rows
        recount.figure("calibration_gap", figures["calibration_gap"], value, closed=False)
    if "ece" in figures:
        recount.figure("ece", figures["ece"], *_calibration_error(bins, rows))


def _calibration_error(bins: Sequence[Facts], rows: int) -> tuple[float, Limits]:
    """Return the expected calibration error over the bins, with its bounds."""
    gaps = [abs(one["mean_score"] - one["positives"] / one["rows"]) for one in bins]
    value = math.fsum(one["rows"] * gap for one, gap in zip(bins, gaps, strict=True)) / rows
    noise = []
    for one in bins:  # Agresti and Coull's rate: two successes and two failures added
        rate = (one["positives"] + 2) / (one["rows"] + 4)
        noise.append(one["rows"] / rows * math.sqrt(rate * (1 - rate) / (one["rows"] + 4)))
    squares = math.fsum(part**2 for part in noise)
    mean = math.fsum(one["rows"] * gap**2 for one, gap in zip(bins, gaps, strict=True)) / rows
    shares = max(0.0, mean - value**2) / rows
    above = normal(LEVEL) * math.sqrt(squares + shares)
    # So many deviations over its mean lies the 97.5 % quantile of a half-normal.
    below = 2.395 * math.sqrt((1 - 2 / math.pi) * squares + shares)
    below += math.sqrt(2 / math.pi) * math.fsum(noise)
    return value, (max(0.0, value - below), min(1.0, value + above))


def _recount_classes(
    recount: Recount,
    measurement: Facts,
    figures: Mapping[str, Facts],
    tally: Mapping[tuple[Any, Any], int],
) -> None:
    labels = [str(label) for label in measurement["confusion"]["labels"]]
    matrix = measurement["confusion"]["matrix"]
    named = {(str(label), str(prediction)): n for (label, prediction), n in tally.items()}
    for place, label in enumerate(labels):
        for across, prediction in enumerate(labels):
            cell = f"The count of {label} answered as {prediction}"
            recount.same(cell, matrix[place][across], named.get((label, prediction), 0))
    rows = sum(named.values())
    right = {label: named.get((label, label), 0) for label in labels}
    labelled = {one: sum(n for (label, _), n in named.items() if label == one) for one in labels}
    answered = {one: sum(n for (_, said), n in named.items() if said == one) for one in labels}
    recount.rate("accuracy", figures.get("accuracy"), (sum(right.values()), rows))
    found = [right[one] / labelled[one] for one in labels if labelled[one]]
    balanced = math.fsum(found) / len(found)
    recount.figure("balanced_accuracy", figures.get("balanced_accuracy"), balanced, closed=False)
    scores = [2 * right[one] / (labelled[one] + answered[one])
              for one in labels if labelled[one] + answered[one]]  # fmt: skip
    macro = math.fsum(scores) / len(scores)
    recount.figure("macro_f1", figures.get("macro_f1"), macro, closed=False)
    most = max(labelled.values()) / rows
    recount.same("The baseline of accuracy", measurement["baseline"]["value"], most)


def recount_regression(recount: Recount, measurement: Facts) -> None:
    """Recount a regression from the sums over its rows."""
    table = measurement["cells"]
    row = dict(zip(table["columns"], table["rows"][0], strict=False))
    rows = int(table["rows"][0][-1])
    _rows_add_up(recount, measurement, rows)
    mean = {name: value / rows for name, value in row.items()}
    figures = {one["name"]: one for one in measurement["measures"]}

    def on_logs(average: float, squares: str) -> Limits | None:
        variance = max(0.0, mean[squares] - average**2) * rows / (rows - 1) if rows > 1 else 0.0
        error = math.sqrt(variance)
        return on_log_scale(average, error / math.sqrt(rows)) if error > 1e-6 * average else None

    absolute, square = mean["sum_absolute_error"], mean["sum_squared_error"]
    recount.figure("mae", figures.get("mae"), absolute, on_logs(absolute, "sum_squared_error"))
    limits = on_logs(square, "sum_error_to_the_fourth")
    roots = limits and (math.sqrt(limits[0]), math.sqrt(limits[1]))
    recount.figure("rmse", figures.get("rmse"), math.sqrt(square), roots)
    bias, variance = mean["sum_error"], square - mean["sum_error"] ** 2
    straight = None
    if rows > 1 and variance > 1e-12 * square:
        reach = normal(LEVEL) * math.sqrt(variance / (rows - 1))
        straight = bias - reach, bias + reach
    recount.figure("bias", figures.get("bias"), bias, straight)
    _recount_r2(recount, figures.get("r2"), mean, rows)
    spread = math.sqrt(mean["sum_squared_deviation"])
    recount.same("The baseline of rmse", measurement["baseline"]["value"], spread)
    for name in measurement.get("curves") or {}:
        recount.leave(f"the curve of {name}")
    if measurement.get("slices"):
        recount.leave("slices")


def _recount_r2(
    recount: Recount, stated: Facts | None, mean: Mapping[str, float], rows: int
) -> None:
    spread = mean["sum_squared_deviation"]
    if not spread:
        recount.figure("r2", stated, None)
        return
    rest = mean["sum_squared_error"] / spread
    square = mean["sum_error_to_the_fourth"]
    square -= 2 * rest * mean["sum_squared_error_times_deviation"]
    square += rest**2 * mean["sum_deviation_to_the_fourth"]
    error = math.sqrt(max(0.0, square)) / spread
    limits = None
    if error > 1e-6 * rest:
        low, high = on_log_scale(rest, error / math.sqrt(rows))
        limits = 1 - high, 1 - low
    recount.figure("r2", stated, 1 - rest, limits)


# --- Recounting fairness --------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """A group as the counts give it, and as the measurement states it."""

    counts: Counts
    right: int
    stated: Facts
    several: bool = False

    def share(self, rate: str) -> Share:
        """Return a rate as counts; of several classes the accuracy is that of all of them."""
        if rate == "accuracy" and self.several:
            return self.right, sum(self.counts)
        return self.counts.share(rate)

    @property
    def misses(self) -> Share:
        """Missed positives among all wrong answers."""
        _tp, fp, fn, _tn = self.counts
        return fn, fn + fp

    @property
    def name(self) -> str:
        """How it is called in a sentence."""
        return f"{self.stated['attribute']}: {self.stated['group']}"


def judged(groups: Sequence[Group], rate: str, smallest: int) -> list[Group]:
    """Return the groups with enough rows for the rate."""
    return [one for one in groups if one.share(rate)[1] >= max(1, smallest)]


def recount_fairness(recount: Recount, measurement: Facts) -> None:
    """Recount the groups of a task with classes from the cells by group, label and prediction."""
    smallest = measurement["honesty"]["smallest_group"]
    tested: list[tuple[Group, Share, Share]] = []
    for attribute, groups in _groups(recount, measurement).items():
        rates = [rate for rate in RATES if rate in groups[0].stated["measures"]]
        for group in groups:
            for rate in rates:
                name = f"{group.name}: {rate}"
                recount.rate(name, group.stated["measures"][rate], group.share(rate))
        if "selection_rate" in rates:
            tested += _recount_selection(recount, groups, smallest)
        _recount_versus(recount, groups, rates, smallest)
        stated = {one["name"]: one for one in measurement["comparisons"]
                  if one["attribute"] == attribute}  # fmt: skip
        _recount_comparisons(recount, groups, stated, smallest)
    _recount_tests(recount, tested)
    _recount_strata(recount, measurement, smallest)
    _recount_ll144(recount, measurement.get("ll144") or {})
    for group in measurement["groups"]:
        for name, figure in (group.get("scores") or {}).items():
            if figure["value"] is not None:
                recount.leave(f"{name} of groups")


def _groups(recount: Recount, measurement: Facts) -> dict[str, list[Group]]:
    """Return the groups of each attribute, and of all together, with their counts."""
    attributes = measurement["cells"]["columns"][:-2]
    cells, task = _cells(measurement, 2), measurement["task"]
    _rows_add_up(recount, measurement, sum(count for _values, _outcome, count in cells))
    positive = _as_label(measurement["scored"].get("positive_label")) if task != "binary" else "1"
    listed: dict[str, list[Facts]] = defaultdict(list)
    for stated in measurement["groups"]:
        listed[stated["attribute"]].append(stated)
    chosen: list[tuple[int, ...]] = [(place,) for place in range(len(attributes))]
    chosen += [tuple(range(len(attributes)))] if len(attributes) > 1 else []
    found = {}
    for places in chosen:
        attribute = " x ".join(attributes[place] for place in places)
        tally: dict[tuple[Any, ...], Counter[Any]] = defaultdict(Counter)
        for values, (label, said), count in cells:
            key = tuple(values[place] for place in places)
            tally[key][_as_label(label) == positive, _as_label(said) == positive] += count
            tally[key]["right"] += count if label == said else 0
        stated = {tuple(one["values"]): one for one in listed.pop(attribute, [])}
        if set(stated) != set(tally):
            recount.wrong.append(f"The groups of {attribute} are not those of the counts")
            continue
        found[attribute] = [_group(tally[values], one, task) for values, one in stated.items()]
    if listed:
        recount.wrong.append(f"No counts stand behind the groups of {min(listed)}")
    for group in itertools.chain(*found.values()):
        recount.same(
            f"The number of rows of {group.name}", group.stated["count"], sum(group.counts)
        )
    return found


def _group(tally: Mapping[Any, int], stated: Facts, task: str) -> Group:
    cells = ((True, True), (False, True), (True, False), (False, False))
    counts = Counts(tally[cell] for cell in cells)
    return Group(counts, tally["right"], stated, task != "binary")


def _as_label(value: object) -> str:
    """Return the text by which labels are compared: 1, 1.0, "1" and true are the same."""
    words = str(value).strip()
    words = {"true": "1", "false": "0"}.get(words.lower(), words)
    return re.sub(r"^([+-]?\d+)\.0*$", r"\1", words)


def yardstick(groups: Sequence[Group], smallest: int) -> tuple[Group | None, int]:
    """Return the group with the highest selection rate, and how many could have been it."""
    if len(groups) < 2:
        return None, len(groups)
    could = judged(groups, "selection_rate", smallest) or list(groups)
    shares = [one.share("selection_rate") for one in could]
    # The first of equals, as max() gives it.
    best = max(range(len(could)), key=lambda place: (rate_of(shares[place]), shares[place][1]))
    return could[best], len(could)


def impact(
    own: Share, best: Share, is_best: bool, compared: int
) -> tuple[float | None, Limits | None]:
    """Return a selection rate over the highest one, at the level for all pairs of groups."""
    if not best[0]:
        return None, None
    if is_best:
        return 1.0, (1.0, 1.0)
    return rate_of(own) / rate_of(best), mover_ratio(own, best, sidak(math.comb(compared, 2)))


def _recount_selection(
    recount: Recount, groups: Sequence[Group], smallest: int
) -> list[tuple[Group, Share, Share]]:
    """Recount the impact ratios and treatment ratios; return what is to be tested."""
    best, compared = yardstick(groups, smallest)
    for group in groups:
        stated = group.stated["impact_ratio"]
        name = f"{group.name}: impact_ratio"
        if best is None:
            recount.figure(name, stated, None)
        else:
            shares = group.share("selection_rate"), best.share("selection_rate")
            recount.figure(name, stated, *impact(*shares, group is best, compared))
        if group.stated.get("treatment_ratio"):
            fn, errors = group.misses
            known = fn != errors
            recount.figure(
                f"{group.name}: treatment_ratio",
                group.stated["treatment_ratio"],
                fn / (errors - fn) if known else None,
                odds(wilson(group.misses)) if known else None,
            )
    if best is None:
        return []
    return [
        (group, group.share("selection_rate"), best.share("selection_rate"))
        for group in judged(groups, "selection_rate", smallest)
        if group is not best
    ]


def _recount_versus(
    recount: Recount, groups: Sequence[Group], rates: Sequence[str], smallest: int
) -> None:
    """Recount each group against the fixed reference of its attribute."""
    held = [one for one in groups if (one.stated.get("versus") or {}).get("reference") is not None]
    if not held:
        return
    reference = next(
        (one for one in held if not one.stated["versus"]["rates"]
         and one.stated["group"] == one.stated["versus"]["reference"]), None,
    )  # fmt: skip
    if reference is None:
        recount.wrong.append(f"The reference of {groups[0].stated['attribute']} is not among them")
        return
    for rate in rates:
        large = judged(groups, rate, smallest) or judged(groups, rate, 1)
        level = sidak(len([one for one in large if one is not reference]))
        second = reference.share(rate)
        for group in held:
            if group is reference:
                continue
            stated, first = group.stated["versus"]["rates"][rate], group.share(rate)
            name = f"{group.name}: {rate}"
            if not first[1] or not second[1]:
                recount.figure(f"{name}_difference", stated["difference"], None)
                recount.figure(f"{name}_ratio", stated["ratio"], None)
                continue
            apart = rate_of(first) - rate_of(second)
            limits = newcombe(first, second, level)
            recount.figure(f"{name}_difference", stated["difference"], apart, limits)
            if second[0]:
                ratio = rate_of(first) / rate_of(second)
                limits = mover_ratio(first, second, level)
                recount.figure(f"{name}_ratio", stated["ratio"], ratio, limits)
            else:
                recount.figure(f"{name}_ratio", stated["ratio"], None)


COMPARED = {
    "demographic_parity": ("selection_rate",),
    "equal_opportunity": ("true_positive_rate",),
    "equalized_odds": ("true_positive_rate", "false_positive_rate"),
    "predictive_equality": ("false_positive_rate",),
    "predictive_parity": ("precision",),
    "accuracy": ("accuracy",),
}


def _recount_comparisons(
    recount: Recount, groups: Sequence[Group], stated: Mapping[str, Facts], smallest: int
) -> None:
    """Recount the spread of each rate over all groups, and over those large enough."""
    for name, one in stated.items():
        what, _, kind = name.rpartition("_")
        both: list[tuple[float | None, Limits | None]] = []
        for fewest in (1, max(1, smallest)):
            if what == "treatment_equality":
                shares = [group.misses for group in groups]
                some = [share for share in shares if share[0] < share[1] >= fewest]
                both.append(_treatment_spread(some, kind))
            else:
                chosen = [[group.share(rate) for group in judged(groups, rate, fewest)]
                          for rate in COMPARED[what]]  # fmt: skip
                both.append(spread(chosen, kind))
        attribute = one["attribute"]
        recount.figure(f"{attribute}: {name}", one, *both[0])
        recount.figure(f"{attribute}: {name} of the large groups", one["judged"], *both[1])


def spread(chosen: Sequence[Sequence[Share]], kind: str) -> tuple[float | None, Limits | None]:
    """Return how far rates lie apart between groups, the widest of several rates, with bounds."""
    if any(len(shares) < 2 for shares in chosen):
        return None, None
    level = sidak(sum(len(shares) for shares in chosen))
    limits = [[wilson(share, level) for share in shares] for shares in chosen]
    rates = [[rate_of(share) for share in shares] for shares in chosen]
    if kind == "difference":
        bounds = [spread_difference(some) for some in limits]
        value = max(max(some) - min(some) for some in rates)
        return value, (max(one[0] for one in bounds), max(one[1] for one in bounds))
    if any(max(some) == 0 for some in rates):
        return None, None
    bounds = [spread_ratio(some) for some in limits]
    value = min(min(some) / max(some) for some in rates)
    return value, (min(one[0] for one in bounds), min(one[1] for one in bounds))


def _treatment_spread(shares: Sequence[Share], kind: str) -> tuple[float | None, Limits | None]:
    """Return how far the odds that an error is a miss lie apart between groups."""
    if len(shares) < 2:
        return None, None
    level = sidak(len(shares))
    limits = [odds(wilson(share, level)) for share in shares]
    ratios = [misses / (errors - misses) for misses, errors in shares]
    if kind == "difference":
        return max(ratios) - min(ratios), spread_difference(limits)
    if not max(ratios):
        return None, None
    return min(ratios) / max(ratios), spread_ratio(limits)


def _recount_tests(recount: Recount, tested: Sequence[tuple[Group, Share, Share]]) -> None:
    """Recount the significance of the differences in selection, Holm's correction included."""
    found = [_two_rates(first, second) for _group, first, second in tested]
    order = sorted(range(len(found)), key=lambda place: found[place][1])
    adjusted, largest = [0.0] * len(found), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(found) - rank) * found[place][1]))
        adjusted[place] = largest
    for (group, _first, _second), (statistic, p), holm in zip(tested, found, adjusted, strict=True):
        stated = group.stated.get("significance")
        if stated is None:
            continue
        recount.figures += 1
        recount.same(f"{group.name}: the statistic of its test", stated["statistic"], statistic)
        recount.same(f"{group.name}: the p-value of its test", stated["p_value"], p)
        recount.same(f"{group.name}: the p-value after Holm", stated["p_holm"], holm)


def _two_rates(first: Share, second: Share) -> tuple[float | None, float]:
    """Return statistic and p-value of two rates: pooled z, or Fisher's exact test for few rows."""
    rows, successes = first[1] + second[1], first[0] + second[0]
    if rows > MOST_ROWS:
        raise ValueError(f"{rows} rows are more than any measurement has")
    if min(first[1], second[1]) * min(successes, rows - successes) / rows < 5:
        chances = [
            math.lgamma(first[1] + 1) - math.lgamma(k + 1) - math.lgamma(first[1] - k + 1)
            + math.lgamma(second[1] + 1) - math.lgamma(successes - k + 1)
            - math.lgamma(second[1] - successes + k + 1)
            for k in range(max(0, successes - second[1]), min(first[1], successes) + 1)
        ]  # fmt: skip
        top = max(chances)
        weights = [math.exp(one - top) for one in chances]
        observed = weights[first[0] - max(0, successes - second[1])]
        # Tables as likely as the observed one differ from it by rounding.
        as_rare = [weight for weight in weights if weight <= observed * (1 + 1e-7)]
        return None, math.fsum(as_rare) / math.fsum(weights)
    pooled = successes / rows
    error = math.sqrt(pooled * (1 - pooled) * (1 / first[1] + 1 / second[1]))
    z = (rate_of(first) - rate_of(second)) / error
    return z, math.erfc(abs(z) / math.sqrt(2))


def _recount_strata(recount: Recount, measurement: Facts, smallest: int) -> None:
    """Recount the groups within each stratum, and what is pooled over the strata."""
    within: dict[tuple[Any, ...], list[tuple[Share, Share]]] = defaultdict(list)
    for stratum in measurement.get("strata") or []:
        for part in stratum["attributes"]:
            selected = {}
            for one in part["groups"]:
                for name, figure in one["measures"].items():
                    where = f"{stratum['column']} {stratum['value']}: {one['group']}: {name}"
                    recount.stated_rate(where, figure)
                selected[tuple(one["values"])] = share_of(one["measures"]["selection_rate"])
            key = stratum["column"], part["attribute"]
            within[key].append(selected)  # type: ignore[arg-type]
            for one in part["comparisons"]:
                kind = one["name"].rpartition("_")[2]
                for figure, fewest in ((one, 1), (one["judged"], max(1, smallest))):
                    some = [share for share in selected.values() if share[1] >= fewest]
                    where = f"{stratum['column']} {stratum['value']}: {one['name']}"
                    recount.figure(where, figure, *spread([some], kind))
    for one in measurement.get("conditional") or []:
        _recount_pooled(recount, measurement, one, within, smallest)


def _recount_pooled(
    recount: Recount, measurement: Facts, one: Facts, within: Mapping[Any, Any], smallest: int
) -> None:
    """Recount a ratio pooled over strata (Mantel and Haenszel; Greenland and Robins)."""
    strata = within.get((one["column"], one["attribute"]))
    if strata is None:
        recount.leave("what is pooled over strata for several attributes at once")
        return
    groups = [g for g in measurement["groups"] if g["attribute"] == one["attribute"]]
    reference = next(g for g in groups if g["group"] == one["reference"]
                     and not (g.get("versus") or {}).get("rates"))  # fmt: skip
    large = [g for g in groups if g["count"] >= max(1, smallest) and g is not reference]
    nobody = (0, 0)
    pairs = [(some.get(tuple(one["values"]), nobody), some.get(tuple(reference["values"]), nobody))
             for some in strata]  # fmt: skip
    pairs = [(own, other) for own, other in pairs if own[1] and other[1]]
    over = math.fsum(own[0] * other[1] / (own[1] + other[1]) for own, other in pairs)
    under = math.fsum(other[0] * own[1] / (own[1] + other[1]) for own, other in pairs)
    name = f"{one['column']}: {one['attribute']}: {one['group']}: {one['figure']['name']}"
    if not pairs or not under:
        recount.figure(name, one["figure"], None)
        return
    variance = 0.0
    if over:
        variance = math.fsum(
            (a[1] * b[1] * (a[0] + b[0]) - a[0] * b[0] * (a[1] + b[1])) / (a[1] + b[1]) ** 2
            for a, b in pairs
        ) / (over * under)
    whole = any(all(pair[side][0] == pair[side][1] for pair in pairs) for side in (0, 1))
    limits = None
    if variance > 0 and not whole:
        reach = math.exp(normal(sidak(len(large))) * math.sqrt(variance))
        limits = over / under / reach, over / under * reach
    recount.figure(name, one["figure"], over / under, limits)


def _recount_ll144(recount: Recount, found: Facts) -> None:
    """Recount the tables of New York City's Local Law 144 from their own counts."""
    for table in found.get("tables", []):
        kept = [one for one in table["categories"] if not one["left_out"]]
        shares = [(one["counting"], one["count"]) for one in kept]
        best = max(range(len(kept)), key=lambda n: (rate_of(shares[n]), shares[n][1]), default=None)
        for one in table["categories"]:
            name = f"Local Law 144, {table['by']}: {one['category']}"
            own = one["counting"], one["count"]
            recount.rate(f"{name}: rate", one["rate"], own)
            if one["left_out"] or best is None or len(kept) < 2:
                continue
            is_best = one is kept[best]
            recount.figure(
                f"{name}: ratio",
                one["impact_ratio"],
                *impact(own, shares[best], is_best, len(kept)),
            )


# --- Recounting the fairness of a regression ------------------------------------------------------


@dataclass(frozen=True)
class Errors:
    """What is left of a group's rows: their number, and sums of their errors."""

    rows: int
    mean_of_all: float
    sums: Mapping[str, float]

    def moments(self, measure: str) -> tuple[float, float]:
        """Return mean and variance of what a measure is the mean of; 0 for no spread."""
        over, squares = {
            "mean_error": ("sum_error", "sum_squared_error"),
            "mae": ("sum_absolute_error", "sum_squared_error"),
            "rmse": ("sum_squared_error", "sum_error_to_the_fourth"),
            "mean_prediction": ("sum_deviation", "sum_squared_deviation"),
        }[measure]
        mean, square = self.sums[over] / self.rows, self.sums[squares] / self.rows
        variance = square - mean**2
        if self.rows < 2 or variance <= 1e-14 * square:
            return mean, 0.0
        return mean, variance * self.rows / (self.rows - 1)

    def figure(self, measure: str, level: float = LEVEL) -> tuple[float, Limits | None]:
        """Return a measure with its interval: Student's for means, on the log scale for errors."""
        mean, variance = self.moments(measure)
        error = math.sqrt(variance / self.rows)
        if measure in ("mean_error", "mean_prediction"):
            value = mean + (self.mean_of_all if measure == "mean_prediction" else 0.0)
            reach = student(level, self.rows - 1) * error if variance else 0.0
            return value, (value - reach, value + reach) if variance else None
        limits = on_log_scale(mean, error, level) if variance else None
        if measure == "rmse":
            return math.sqrt(mean), limits and (math.sqrt(limits[0]), math.sqrt(limits[1]))
        return mean, limits


ERRORS = ("mean_error", "mae", "rmse", "mean_prediction")


def recount_errors(recount: Recount, measurement: Facts) -> None:
    """Recount the groups of a regression from the sums of their errors."""
    columns = measurement["cells"]["columns"]
    first = columns.index("mean_prediction_of_all")
    attributes, sums, smallest = (
        columns[:first], columns[first + 1 :], measurement["honesty"]["smallest_group"]
    )  # fmt: skip
    cells = _cells(measurement, len(columns) - first)
    _rows_add_up(recount, measurement, sum(count for _values, _sums, count in cells))
    chosen: list[tuple[int, ...]] = [(place,) for place in range(len(attributes))]
    chosen += [tuple(range(len(attributes)))] if len(attributes) > 1 else []
    for places in chosen:
        attribute = " x ".join(attributes[place] for place in places)
        parts: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for values, found, count in cells:
            parts[tuple(values[place] for place in places)].append((found, count))
        errors = {
            values: Errors(
                sum(count for _found, count in some),
                some[0][0][0],
                {name: math.fsum(found[place] for found, _count in some)
                 for place, name in enumerate(sums, start=1)},
            )
            for values, some in parts.items()
        }  # fmt: skip
        stated = [one for one in measurement["groups"] if one["attribute"] == attribute]
        if {tuple(one["values"]) for one in stated} != set(errors):
            recount.wrong.append(f"The groups of {attribute} are not those of the counts")
            continue
        _recount_error_groups(recount, stated, errors, smallest)
        for one in measurement["comparisons"]:
            if one["attribute"] == attribute:
                _recount_gap(recount, one, list(errors.values()), smallest)
    if measurement.get("ll144"):
        _recount_ll144(recount, measurement["ll144"])


def _recount_error_groups(
    recount: Recount, stated: Sequence[Facts], errors: Mapping[Any, Errors], smallest: int
) -> None:
    large = [one for one in stated if one["count"] >= smallest]
    for one in stated:
        own = errors[tuple(one["values"])]
        recount.same(f"The number of rows of {one['group']}", one["count"], own.rows)
        for name in ERRORS:
            figure = one["measures"][name]
            where = f"{one['attribute']}: {one['group']}: {name}"
            recount.figure(where, figure, *own.figure(name))
            _value, limits = own.figure(name, sidak(len(large)))
            recount.same(f"{where}: lower limit", figure["together"]["low"], limits and limits[0])
            recount.same(f"{where}: upper limit", figure["together"]["high"], limits and limits[1])
        versus = one.get("versus") or {}
        if not versus.get("rates"):
            continue
        reference = next(other for other in stated if other["group"] == versus["reference"]
                         and not other["versus"]["rates"])  # fmt: skip
        level = sidak(len([other for other in large if other is not reference]))
        for name, figures in versus["rates"].items():
            found = _error_difference(name, own, errors[tuple(reference["values"])], level)
            recount.figure(f"{one['group']}: {name}_difference", figures["difference"], *found)


def _error_difference(
    name: str, first: Errors, second: Errors, level: float
) -> tuple[float, Limits | None]:
    """Return one group's figure minus another's: Welch's interval, for the root MOVER's."""
    if name == "rmse":
        (p, one), (q, other) = first.figure(name, level), second.figure(name, level)
        if one is None or other is None:
            return p - q, None
        low = p - q - math.hypot(p - one[0], other[1] - q)
        return p - q, (low, p - q + math.hypot(one[1] - p, q - other[0]))
    (mean, variance), (beside, spread_) = first.moments(name), second.moments(name)
    a, b = variance / first.rows, spread_ / second.rows
    if not a or not b:
        return mean - beside, None
    freedom = (a + b) ** 2 / (a**2 / (first.rows - 1) + b**2 / (second.rows - 1))
    reach = student(level, freedom) * math.sqrt(a + b)
    return mean - beside, (mean - beside - reach, mean - beside + reach)


def _recount_gap(recount: Recount, stated: Facts, errors: Sequence[Errors], smallest: int) -> None:
    name = stated["name"].removesuffix("_gap")
    for figure, some in (
        (stated, errors),
        (stated["judged"], [one for one in errors if one.rows >= smallest]),
    ):
        where = f"{stated['attribute']}: {stated['name']}"
        if len(some) < 2:
            recount.figure(where, figure, None)
            continue
        found = [one.figure(name, sidak(len(some))) for one in some]
        values = [value for value, _limits in found]
        limits = [limits for _value, limits in found if limits is not None]
        bounds = spread_difference(limits) if len(limits) == len(found) else None
        recount.figure(where, figure, max(values) - min(values), bounds)


# --- Verdicts, and tables beside the measurement --------------------------------------------------


def _recount_verdicts(recount: Recount, measurement: Facts) -> None:
    """Judge each check anew by its limits, and all of them together."""
    counting = set()
    for check in measurement["checks"]:
        low, high = check["low"], check["high"]
        found = "undecided"
        if not check["reason"] and low is not None and high is not None:
            found = _verdict(check, low, high)
        if check["verdict"] != found:
            recount.wrong.append(
                f"The check of {check['measure']} says {check['verdict']!s:.20}, its interval"
                f" {found}"
            )
        if check["reason"] != "too_few":
            counting.add(found)
        _recount_check(recount, measurement, check)
    order = ("fail", "undecided", "warn", "pass")
    overall = next((one for one in order if one in counting), "undecided")
    if measurement["verdict"] != overall:
        recount.wrong.append(
            f"The verdict is {measurement['verdict']!s:.20}, the checks come to {overall}"
        )


def _verdict(check: Facts, low: float, high: float) -> str:
    limit, warn = check["limit"], check["warn"]
    if check["direction"] == "at_most":
        low, high, limit, warn = -high, -low, -limit, None if warn is None else -warn
    if high < limit:
        return "fail"
    if low < limit:
        return "undecided"
    return "pass" if warn is None or low >= warn else "warn"


def _recount_check(recount: Recount, measurement: Facts, check: Facts) -> None:
    """Hold a check against the figure it is about; of groups, with limits that hold together."""
    same = [one for one in measurement["groups"] if one["attribute"] == check["attribute"]]
    own = [one for one in same if one["group"] == check["group"]
           and one["missing"] == check["missing"]]  # fmt: skip
    name = f"the check of {check['measure']}"
    if not check["attribute"]:
        found = [one for one in measurement["measures"] if one["name"] == check["measure"]]
    elif not check["group"]:
        found = [one["judged"] for one in measurement["comparisons"]
                 if one["name"] == check["measure"]
                 and one["attribute"] == check["attribute"]]  # fmt: skip
    elif check["measure"] == "impact_ratio" and own:
        found = [own[0]["impact_ratio"]]
    elif own and check["measure"] in own[0]["measures"] and not check.get("given"):
        return _recount_together(recount, check, own[0]["measures"][check["measure"]], same)
    else:
        found = []
    if not found:
        return None
    for part in ("value", "low", "high"):
        recount.same(f"The {part} of {name}", check[part], found[0][part])
    return None


def _recount_together(
    recount: Recount, check: Facts, figure: Facts, groups: Sequence[Facts]
) -> None:
    """Recount the limits of a group's rate that hold for all groups of the attribute."""
    name = f"the check of {check['measure']} for {check['group']}"
    recount.same(f"The value of {name}", check["value"], figure["value"])
    known = [one["measures"][check["measure"]] for one in groups]
    compared = len([one for one in known if not one["reason"]])
    if figure["reason"] or compared < 2:
        limits: Any = figure["low"], figure["high"]
    elif figure.get("together"):
        limits = figure["together"]["low"], figure["together"]["high"]
    elif figure["interval"] == "wilson":
        limits = corrected_wilson(share_of(figure), sidak(compared))
    else:
        recount.leave(name)
        return
    recount.same(f"The lower limit of {name}", check["low"], limits[0])
    recount.same(f"The upper limit of {name}", check["high"], limits[1])


RECOUNTS: Mapping[tuple[str, str], Callable[[Recount, Facts], None]] = {
    ("performance", "classes"): recount_performance,
    ("performance", "regression"): recount_regression,
    ("fairness", "classes"): recount_fairness,
    ("fairness", "regression"): recount_errors,
}


def check_tables(findings: Findings, files: Mapping[str, bytes]) -> None:
    """Compare the tables (CSV) beside a measurement with the measurement itself."""
    attached, agreeing = exhibit_files(files), 0
    for name, content in sorted(files.items()):
        match = re.fullmatch(r"table-(\d{1,18})-([a-z_]+)\.csv", name)
        if match is None:
            continue
        exhibit = attached.get(int(match[1]))
        if exhibit is None:
            findings.broken("tables", f"{name} is a table of no evidence in here.")
            continue
        stated = Counter(_rows_of(read_json(exhibit[1]), match[2]))
        if (
            Counter(tuple(row) for row in csv.reader(io.StringIO(content.decode("utf-8"))))
            == stated
        ):
            agreeing += 1
        else:
            findings.broken("tables", f"{name} does not say what {exhibit[0]} says.")
    if agreeing:
        findings.met("tables", f"{many(agreeing, 'table')} (CSV) say what the evidence says.")


TABLE_COLUMNS = ("attribute", "group", "measure", "value", "low", "high", "n", "interval", "reason")


def _rows_of(measurement: Facts, table: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows that a table of a measurement has, the names of its columns first."""
    yield TABLE_COLUMNS
    if table == "measures":
        for one in measurement["measures"]:
            yield _row("", "", one)
    elif table == "comparisons":
        for one in measurement["comparisons"]:
            yield _row(one["attribute"], "", one)
    elif table == "groups":
        for group in measurement["groups"]:
            beside = [group.get("impact_ratio"), group.get("treatment_ratio")]
            for one in (*group["measures"].values(), *filter(None, beside)):
                yield _row(group["attribute"], group["group"], one)


def _row(attribute: str, group: str, figure: Facts) -> tuple[str, ...]:
    values = (figure.get(name) for name in ("value", "low", "high", "n"))
    told = ["" if value is None else json.dumps(value) for value in values]
    return tuple(
        _as_cell(cell)
        for cell in (attribute, group, figure["name"], *told, figure["interval"], figure["reason"])
    )


def _as_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a negative number stays one."""
    is_number = re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", text)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and not is_number else text


# --- The pages ------------------------------------------------------------------------------------


def check_pages(findings: Findings, manifest: Mapping[str, Any], contents: Contents) -> None:
    """Look for what the files say in the text of the pages."""
    if not contents.pages:
        reason = contents.unread_pages or "there are no pages"
        findings.could_not("pages", f"The text of the pages could not be read ({reason}).")
        return
    squeezed = ["".join(page.split()) for page in contents.pages]
    for name, wanted in (
        ("serial number", manifest.get("serial")),
        ("digest of the case file", manifest.get("case_file_digest")),
        ("digest of the portfolio", manifest.get("portfolio_digest")),
    ):
        if not wanted:
            continue
        pages = sum(wanted in page for page in squeezed)
        if pages:
            findings.met("pages", f"The {name} is printed on {pages} of {len(squeezed)} pages.")
        else:
            findings.broken("pages", f"The {name} is not printed on any page.")
    _printed_figures(findings, manifest, contents)
    findings.could_not(
        "pages",
        "Pictures, and sentences and figures beside those named here, are not compared with the"
        " attached files; that they are as they were sealed is for the seal to say.",
    )


def _printed_figures(findings: Findings, manifest: Mapping[str, Any], contents: Contents) -> None:
    if manifest.get("language") != "en" or manifest.get("redacted"):
        findings.could_not("pages", "The printed figures are not looked for in this profile.")
        return
    latest = _in_full(contents.files)
    text, printed = contents.text, 0
    for name, measurement in latest.values():
        if measurement["kind"] not in ("performance", "fairness"):
            continue
        for where, figure in _headlines(measurement):
            if _is_printed(figure, text):
                printed += 1
                continue
            # Under a seal that holds, the pages are as they were made; else somebody changed them.
            holds = findings.identified and not findings.is_broken("seal")
            (findings.could_not if holds else findings.broken)(
                "pages",
                f"{where} of {name} is {as_printed(figure['value'])}"
                f" ({as_printed(figure['low'])} to {as_printed(figure['high'])}); the pages"
                " print no such figure.",
            )
    if printed:
        findings.met(
            "pages", f"{many(printed, 'figure')} of the latest evidence are printed as they are."
        )


def _in_full(files: Mapping[str, bytes]) -> dict[str, tuple[str, Any]]:
    """Return, by kind, the measurement that the pages show in full.

    It is the newest of the case file; only where that has none, the newest filed since.
    """
    listed = (
        {
            one["id"]: (True, str(one["at"]), one["id"])
            for one in read_json(files["casefile.json"])["exhibits"]
        }
        if "casefile.json" in files
        else {}
    )
    found: dict[str, tuple[str, Any]] = {}
    attached = exhibit_files(files)
    for number in sorted(attached, key=lambda one: listed.get(one, (False, "", one))):
        name, content = attached[number]
        measurement = read_json(content) if name.endswith(".json") else None
        if isinstance(measurement, dict) and measurement.get("format") == MEASUREMENT:
            found[measurement["kind"]] = name, measurement
    return found


def _headlines(measurement: Facts) -> Iterator[tuple[str, Facts]]:
    """Yield the figures that a report prints in its tables, each with its interval."""
    for one in measurement["measures"]:
        if one["value"] is not None and one["low"] is not None:
            yield one["name"], one
    for group in measurement["groups"]:
        ratio = group.get("impact_ratio")
        if ratio and ratio["low"] is not None and not ratio["reason"] and not group["reference"]:
            yield f"The impact ratio of {group['attribute']}: {group['group']}", ratio


def _is_printed(figure: Facts, text: str) -> bool:
    value, low, high = (re.escape(as_printed(figure[end])) for end in ("value", "low", "high"))
    between = rf"{low} to {high}"
    return (
        re.search(rf"(?<![\d.,]){value}\s+\(?(95 % interval )?{between}(?![\d])", text) is not None
    )


def as_printed(value: float | None) -> str:
    """Return a number as the English report prints it."""
    if value is None:
        return "–"
    size = abs(value)
    return f"{value:,.{3 if size < 10 else 2 if size < 1000 else 0}f}"


# --- All of it ------------------------------------------------------------------------------------


def examine(
    pdf: bytes, *, fingerprints: Iterable[str] = (), checkpoint_keys: Iterable[str] = ()
) -> Findings:
    """Check a file; whatever it is, the answer is a list of lines, or `Unreadable`.

    ``fingerprints`` are the sha256 of the certificates that count as the organisation's,
    ``checkpoint_keys`` those of the keys that its checkpoints may be signed with.
    """
    trusted = frozenset(hexadecimal(one) for one in fingerprints)
    keys = frozenset(hexadecimal(one) for one in checkpoint_keys)
    findings, before = Findings(), logging.root.manager.disable
    # The libraries log what they stumble over; here it stands in the lines.
    logging.disable(logging.CRITICAL)
    try:
        _examine(findings, pdf, trusted, keys)
    except MemoryError as error:
        raise Unreadable("The file takes more memory than any report does.") from error
    finally:
        logging.disable(before)
    return findings


def _examine(findings: Findings, pdf: bytes, trusted: frozenset[str], keys: frozenset[str]) -> None:
    if len(pdf) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 2**20} MiB; no report is.")
    if not pdf.startswith(b"%PDF-"):
        raise Unreadable("The file is no PDF.")
    findings.state(sha256=sha256(pdf))
    if b"%%EOF" not in pdf[-1024:]:
        findings.broken(
            "seal", f"The file was cut short: it ends after {len(pdf)} bytes without an end mark."
        )
        return
    guarded(findings, "seal", lambda: check_seal(findings, pdf, trusted))
    try:
        contents = read_contents(findings, pdf)
    except MALFORMED as error:
        if "seal" not in {line.about for line in findings.lines if line.state == MET}:
            raise Unreadable("The file is damaged, and cannot be read as a PDF.") from error
        findings.broken("attachments", f"The PDF cannot be opened ({str(error)[:200]}).")
        return
    if "manifest.json" not in contents.files and not contents.files.keys() & OWN_FILES:
        if findings.is_broken("attachments"):
            return
        raise Unreadable("The file is a PDF, but no report: no manifest.json is attached to it.")
    _examine_contents(findings, contents, keys)
    _name_what_changed(findings, contents)


def _examine_contents(findings: Findings, contents: Contents, keys: frozenset[str]) -> None:
    manifest: dict[str, Any] = {}
    files = contents.files
    guarded(findings, "manifest", lambda: manifest.update(read_manifest(findings, files)))
    if not manifest:
        return
    guarded(findings, "attachments", lambda: check_attachments(findings, manifest, files))
    guarded(findings, "manifest", lambda: check_manifest(findings, manifest, contents))
    case_file: dict[str, Any] = {}
    entries: list[Facts] = []
    guarded(
        findings,
        "case file",
        lambda: case_file.update(check_case_file(findings, manifest, files)),
    )
    guarded(findings, "evidence", lambda: check_evidence(findings, case_file, files))
    guarded(
        findings,
        "journal",
        lambda: entries.extend(check_journal(findings, manifest, files, keys)),
    )
    guarded(findings, "decisions", lambda: check_decisions(findings, manifest, case_file, entries))
    check_figures(findings, manifest, files)
    guarded(findings, "tables", lambda: check_tables(findings, files))
    guarded(findings, "pages", lambda: check_pages(findings, manifest, contents))


def _name_what_changed(findings: Findings, contents: Contents) -> None:
    """Where the seal is broken, say in which part of the file the change lies."""
    changed = any(
        line.about == "seal" and "were changed after sealing" in line.says
        for line in findings.lines
    )
    if not changed:
        return
    if findings.is_broken("attachments"):
        findings.broken("changes", "What was changed lies in the attachments named here.")
    elif findings.is_broken("pages"):
        findings.broken(
            "changes", "What was changed lies in the pages: see the figures named here."
        )
    else:
        findings.broken(
            "changes",
            "The attachments are as manifest.json lists them, so what was changed lies in the pages"
            " or in the structure of the PDF. Trust nothing that is printed on them.",
        )


def as_json(findings: Findings) -> dict[str, Any]:
    """Return the findings as plain data."""
    return {
        "edition": EDITION,
        "verdict": findings.verdict,
        "exit_code": EXIT_CODES[findings.verdict],
        "facts": findings.facts,
        "lines": [vars(line) for line in findings.lines],
    }


def as_text(findings: Findings) -> str:
    """Return the findings as lines for a terminal."""
    told = [f"{line.state:<10} {line.about}: {line.says}" for line in findings.lines]
    counted = Counter(line.state for line in findings.lines)
    sums = ", ".join(f"{counted[state]} {state}" for state in (MET, BROKEN, COULD_NOT))
    return "\n".join([*told, "", f"{findings.verdict.upper()} ({sums})"])


def set_limits() -> None:
    """Let no file take all the memory or all the time of this machine, where the system can."""
    try:
        import resource
        import signal
    except ImportError:  # no such thing on Windows
        return

    def too_long(_number: int, _frame: object) -> None:
        raise Unreadable(f"The file takes longer than {CPU_SECONDS} seconds; no report does.")

    signal.signal(signal.SIGXCPU, too_long)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_SECONDS)):
        hardest = resource.getrlimit(what)[1]
        if hardest == resource.RLIM_INFINITY or hardest > most:
            resource.setrlimit(what, (most, hardest))


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for."""
    asked = argparse.ArgumentParser(description="Check a sealed audit report of mlops-gov.")
    asked.add_argument("file", type=Path, help="the report, a PDF")
    asked.add_argument("--fingerprint", action="append", default=[], metavar="HEX",
                       help="sha256 of the organisation's certificate, from elsewhere")  # fmt: skip
    asked.add_argument("--checkpoint-key", action="append", default=[], metavar="HEX",
                       help="sha256 of the public key of the journal's checkpoints")  # fmt: skip
    asked.add_argument("--json", action="store_true", help="answer as JSON")
    return asked.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Check the file and say what was found; the exit code is at the top of this file."""
    asked = arguments(words)
    for option in (*asked.fingerprint, *asked.checkpoint_key):
        try:
            hexadecimal(option)
        except ValueError as error:
            return _refused(asked, f"A fingerprint is wrong: {error}.")
    try:
        set_limits()
        if asked.file.stat().st_size > MOST_BYTES:
            raise Unreadable(f"The file is larger than {MOST_BYTES // 2**20} MiB; no report is.")
        findings = examine(
            asked.file.read_bytes(),
            fingerprints=asked.fingerprint,
            checkpoint_keys=asked.checkpoint_key,
        )
    except OSError as error:
        return _refused(asked, f"The file cannot be read: {error.strerror}.")
    except MemoryError:
        return _refused(asked, "The file takes more memory than any report does.")
    except Unreadable as error:
        return _refused(asked, str(error))
    if asked.json:
        _print(json.dumps(as_json(findings), indent=1, ensure_ascii=False))
    else:
        _print(as_text(findings))
    return EXIT_CODES[findings.verdict]


def _refused(asked: argparse.Namespace, sentence: str) -> int:
    code = EXIT_CODES[UNREADABLE]
    told = {"edition": EDITION, "verdict": UNREADABLE, "exit_code": code, "says": plain(sentence),
            "facts": {}, "lines": []}  # fmt: skip
    _print(json.dumps(told, indent=1, ensure_ascii=False) if asked.json else plain(sentence))
    return code


def _print(text: str) -> None:
    # A terminal that lacks a letter gets its escape, and no traceback.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


if __name__ == "__main__":
    sys.exit(main())
