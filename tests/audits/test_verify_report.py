"""The file that outsiders check a report with: what it finds, says, and ends with."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

from audits.rendering import Stamping, seal
from registry.rules.casefile import canonical
from tests.audits import tampering
from tests.audits.beside_the_seal import with_an_update
from tests.audits.stamping import Authority, listening
from tests.audits.tampering import (
    SCRIPT,
    Signers,
    attached,
    examined,
    pages,
    rewritten,
    sealed,
    signers,
    told,
)

__all__ = ["sealed", "signers"]

FAIRNESS = "evidence-13-fairness.json"

checker = tampering.loaded()


def ran(folder: Path, *words: str) -> tuple[int, str]:
    """Run the file as an outsider does: by itself, in a folder that holds nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *words],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_an_untouched_report_is_valid(sealed: bytes, signers: Signers) -> None:
    found = examined(sealed, signers)
    assert told(found, "broken") == []
    assert found.verdict == "valid"
    assert found.facts["serial"] == "MG-3F2A-9C1B-77D0-0A12"
    assert found.facts["case_file_digest"] == tampering.dossier()["case_file_digest"]
    met = " ".join(told(found, "met"))
    for said in (
        "The seal covers the whole file; nothing was appended to it.",
        "Nothing but the seal was appended to the pages as they were written.",
        "its certificate has the fingerprint given",
        "none is added, and the sha256 of each is the one in manifest.json",
        "casefile.json has the digest the report is over",
        "3 exhibits of the case file: the attached files have the digests",
        "6 entries: the seal of each follows from what it says",
        "numbered 1 to 6 without a gap",
        "6 sealed names open to what stands beside them",
        "6 entries lead by their paths to the root of the checkpoint over 108 entries",
        "release.approved (1), release.signed (1), release.submitted (1)",
        f"{FAIRNESS}: ",
        "closed-form intervals computed anew from its counts; all agree to 1e-09",
        "3 tables (CSV) say what the evidence says",
        "The serial number is printed on",
        "figures of the latest evidence are printed as they are",
    ):
        assert said in met, said


def test_what_was_not_checked_is_named(sealed: bytes, signers: Signers) -> None:
    found = " ".join(told(examined(sealed, signers), "could not"))
    for said in (
        "by the signer's own clock: no time stamp",
        "the interval of f1 (multinomial)",
        "roc_auc (delong)",
        "roc_auc of groups x ",
        "no measurement of ours, so nothing to recompute",
        "It proves the journal up to entry 108; whether entries after it were cut off, this file",
        "such a cut takes no decision, and at most 100 entries, or what was written in 60 minutes",
        "Pictures, and sentences and figures beside those named here",
    ):
        assert said in found, said


def test_without_a_fingerprint_it_is_never_called_valid(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(sealed)
    code, said = ran(tmp_path, "report.pdf")
    assert code == 3
    assert "INTACT, SIGNER NOT IDENTIFIED" in said
    assert "VALID" not in said


def test_it_runs_by_itself_and_says_the_same_as_json(
    sealed: bytes, signers: Signers, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(sealed)
    printed = ":".join(signers.fingerprint.upper()[n : n + 2] for n in range(0, 64, 2))
    code, said = ran(tmp_path, "report.pdf", "--fingerprint", printed, "--json")
    found = json.loads(said)
    assert (code, found["verdict"], found["exit_code"]) == (0, "valid", 0)
    assert found["facts"]["fingerprint"] == signers.fingerprint
    assert {line["state"] for line in found["lines"]} == {"met", "could not"}
    code, said = ran(tmp_path, "report.pdf", "--fingerprint", "0" * 64)
    assert code == 1
    assert said.rstrip().rpartition("\n")[2].startswith("BROKEN")


def test_it_needs_three_packages_and_nothing_of_ours() -> None:
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    packages = names - sys.stdlib_module_names
    # The last two come with pyhanko.
    ours = {"cryptography", "pikepdf", "pyhanko", "asn1crypto", "pyhanko_certvalidator"}
    assert packages == ours
    assert not names & {"socket", "http", "urllib", "requests", "sqlite3", "django"}


def test_the_public_profile_is_checked_as_far_as_it_can_be(signers: Signers) -> None:
    found = examined(signers.sealed(pages("public")), signers)
    assert told(found, "broken") == []
    assert found.verdict == "valid"
    said = " ".join(told(found, "could not"))
    assert "casefile.json is the public, redacted copy" in said
    assert "small counts are withheld in this profile" in said
    assert "stand here without their facts (public profile)" in said
    assert "6 entries lead by their paths" in " ".join(told(found, "met"))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("Time of Example Bank")


@pytest.fixture(scope="module")
def stamped(signers: Signers, authority: Authority) -> dict[bool, bytes]:
    """The report with a time stamp on its seal, and as it is kept for long."""
    with listening(authority.answer) as address:
        return {
            lasting: seal(pages(), signer=signers.ours, stamping=Stamping(address, lasting=lasting))
            for lasting in (False, True)
        }


@pytest.mark.parametrize("lasting", [False, True], ids=["B-T", "B-LTA"])
def test_a_time_stamp_on_the_seal_is_checked(
    lasting: bool, stamped: dict[bool, bytes], signers: Signers
) -> None:
    found = examined(stamped[lasting], signers)
    assert told(found, "broken") == []
    assert found.verdict == "valid"
    met, could_not = (" ".join(told(found, state)) for state in ("met", "could not"))
    assert "by Common Name: Time of Example Bank; that authority's own certificate" in could_not
    assert ("After the seal there are only the archive's time stamps" in met) == lasting


def test_what_is_appended_behind_the_archives_stamps_is_found(
    stamped: dict[bool, bytes], signers: Signers
) -> None:
    found = examined(with_an_update(stamped[True]), signers)
    assert any("were appended after the seal" in one for one in told(found, "broken"))


def test_an_update_that_somebody_had_time_stamped_is_found_as_well(
    sealed: bytes, authority: Authority, signers: Signers
) -> None:
    stamped = PdfTimeStamper(authority.stamper).timestamp_pdf(
        IncrementalPdfFileWriter(io.BytesIO(with_an_update(sealed))), "sha256"
    )
    found = examined(stamped.getvalue(), signers)
    assert any("were appended after the seal" in one for one in told(found, "broken"))


@pytest.mark.parametrize(("about", "state"), [("its own", "met"), ("another", "broken")])
def test_the_time_stamp_of_a_checkpoint_is_checked(
    about: str, state: str, authority: Authority, signers: Signers
) -> None:
    extract = json.loads(attached(pages())["journal.json"])
    statement = extract["checkpoint"]["statement"] if about == "its own" else about
    asked = authority.stamper.async_timestamp(hashlib.sha256(statement.encode()).digest(), "sha256")
    token = checker.at_once(asked).dump()
    extract["checkpoint"]["timestamps"] = [base64.b64encode(token).decode()]
    file = signers.sealed(rewritten(pages(), {"journal.json": canonical(extract)}))
    said = [one for one in told(examined(file, signers), state) if one.startswith("time stamps")]
    assert len(said) == 1
    assert ("was stamped" in said[0]) == (state == "met")


def a_plain_pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(written)
    return written.getvalue()


def a_bomb() -> bytes:
    """Return a file whose one attachment unpacks to far more than any report's."""
    written = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        zeros = pikepdf.AttachedFileSpec(made, bytes(80 * 2**20), filename="manifest.json")
        made.attachments["manifest.json"] = zeros
        made.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"", "The file is no PDF."),
        (b"\0" * 4096, "The file is no PDF."),
        (b"%PDF-1.7\n%%EOF", "The file is damaged"),
        (b"%PDF-1.7\n" + b"\xff" * 5000 + b"\n%%EOF", "The file is damaged"),
        (a_plain_pdf(), "no report: no manifest.json is attached"),
        (a_bomb(), "larger than any report"),
    ],
    ids=["empty", "zeros", "bare", "noise", "plain", "bomb"],
)
def test_what_is_no_report_ends_with_a_sentence(file: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "file.pdf").write_bytes(file)
    code, said = ran(tmp_path, "file.pdf", "--json")
    assert code == 2
    assert sentence in json.loads(said)["says"]


def test_a_wrong_call_ends_with_a_sentence(tmp_path: Path) -> None:
    assert ran(tmp_path, "absent.pdf")[0] == 2
    code, said = ran(tmp_path, "absent.pdf", "--fingerprint", "abc")
    assert (code, "is not 64 hexadecimal digits" in said) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{", '{"format": NaN}', "[" * 100_000,
        '{"format":"mlops-gov/manifest/2"}', '{"format":"mlops-gov/manifest/2","files":[{}]}',
        '{"format":"mlops-gov/journal-extract/2","entries":[{}],"checkpoint":{}}',
        '{"format":"mlops-gov/measurement/1","kind":"fairness"}',
    ],
    ids=range(10),
)  # fmt: skip
def test_malformed_files_in_a_report_are_broken_and_no_accident(text: str) -> None:
    whole = {name: content.encode() for name, content in attached(pages()).items()}
    for name in ("manifest.json", "casefile.json", "journal.json", FAIRNESS):
        found = checker.Findings()
        contents = checker.Contents(files={**whole, name: text.encode()}, pages=["a page"])
        try:
            checker._examine_contents(found, contents, frozenset())
        except checker.Unreadable as unreadable:
            assert name == "manifest.json" and "knows mlops-gov/manifest/2" in str(unreadable)
        else:
            assert found.verdict == "broken"


def test_a_report_of_a_later_format_is_not_judged(sealed: bytes, signers: Signers) -> None:
    manifest = {**json.loads(attached(sealed)["manifest.json"]), "format": "mlops-gov/manifest/9"}
    text = canonical(manifest)
    file = signers.sealed(rewritten(pages(), {"manifest.json": text}, listed=False))
    with pytest.raises(checker.Unreadable, match="knows mlops-gov/manifest/2 alone"):
        examined(file, signers)


def test_a_flipped_byte_is_found_wherever_it_is(sealed: bytes, signers: Signers) -> None:
    for place in range(9, len(sealed), len(sealed) // 9):
        flipped = bytearray(sealed)
        flipped[place] ^= 0x20
        try:
            assert examined(bytes(flipped), signers).verdict == "broken", place
        except checker.Unreadable:
            continue


def test_what_a_file_states_of_itself_is_kept_short_and_plain() -> None:
    found = checker.Findings()
    found.state(serial="a\ud800b", organisation=[[1]], as_of={"x": 1}, checkpoint_size=7)
    assert found.facts["serial"] == "a b"
    assert (found.facts["organisation"], found.facts["as_of"]) == (None, None)
    assert found.facts["checkpoint_size"] == 7
    assert "\ud800" not in str(checker.Unreadable("of the format \ud800"))
