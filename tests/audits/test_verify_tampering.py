"""A report that somebody tampered with is named for what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.rules.casefile import canonical, digest
from tests.audits import beside_the_seal, dossiers, tampering
from tests.audits.sample_facts import exhibit
from tests.audits.tampering import (
    Signers,
    altered,
    attached,
    examined,
    pages,
    rewritten,
    sealed,
    signers,
    told,
    with_a_byte_changed_in,
    with_a_checkpoint_of,
    with_a_printed_figure_changed,
    with_an_entry_changed,
)

__all__ = ["sealed", "signers"]

FAIRNESS, PERFORMANCE = "evidence-13-fairness.json", "evidence-12-performance.json"
CHANGED = "Bytes under the seal were changed after sealing"
STRANGER = Ed25519PrivateKey.from_private_bytes(b"a key of somebody else, 32 bytes")

checker = tampering.loaded()


def a_figure_in_the_text(_signers: Signers, sealed: bytes) -> bytes:
    measures = json.loads(attached(sealed)[PERFORMANCE])["measures"]
    accuracy = next(one for one in measures if one["name"] == "accuracy")
    return with_a_printed_figure_changed(sealed, accuracy)


def a_byte_in_an_attachment(_signers: Signers, sealed: bytes) -> bytes:
    return with_a_byte_changed_in(sealed, FAIRNESS)


def the_seal_stripped(_signers: Signers, _sealed: bytes) -> bytes:
    return pages()


def an_attachment_of_another_report(signers: Signers, _sealed: bytes) -> bytes:
    other = {**tampering.measurement("fairness"), "verdict": "pass"}
    return signers.sealed(rewritten(pages(), {FAIRNESS: canonical(other)}, listed=False))


def two_attachments_swapped(signers: Signers, _sealed: bytes) -> bytes:
    files = attached(pages())
    texts = {FAIRNESS: files[PERFORMANCE], PERFORMANCE: files[FAIRNESS]}
    return signers.sealed(rewritten(pages(), texts, listed=False))


def an_attachment_removed(signers: Signers, _sealed: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> None:
        del opened.attachments[FAIRNESS]

    return signers.sealed(altered(pages(), change))


def an_attachment_added(signers: Signers, _sealed: bytes) -> bytes:
    def change(opened: pikepdf.Pdf) -> None:
        more = pikepdf.AttachedFileSpec(opened, b"{}", filename="evidence-15-better.json")
        opened.attachments["evidence-15-better.json"] = more

    return signers.sealed(altered(pages(), change))


def sealed_again_with_a_fresh_key(signers: Signers, _sealed: bytes) -> bytes:
    return signers.forged(pages())


def an_update_appended(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_an_update(sealed)


def a_line_appended(_signers: Signers, sealed: bytes) -> bytes:
    return sealed + b"\n% one more line\n%%EOF\n"


def a_manifest_made_to_fit(signers: Signers, _sealed: bytes) -> bytes:
    other = {**tampering.measurement("fairness"), "verdict": "pass"}
    return signers.forged(rewritten(pages(), {FAIRNESS: canonical(other)}))


def a_fact_of_an_entry(signers: Signers, _sealed: bytes) -> bytes:
    extract = json.loads(attached(pages())["journal.json"])
    return signers.sealed(rewritten(pages(), {"journal.json": with_an_entry_changed(extract)}))


def an_entry_without_its_seal(signers: Signers, _sealed: bytes) -> bytes:
    extract = json.loads(attached(pages())["journal.json"])
    extract["entries"][4]["facts"]["role"] = "model_risk_manager"
    return signers.sealed(rewritten(pages(), {"journal.json": canonical(extract)}))


def another_name(signers: Signers, _sealed: bytes) -> bytes:
    extract = json.loads(attached(pages())["journal.json"])
    for opening in extract["entries"][4]["opened"].values():
        opening["name"] = "Somebody Else"
    return signers.sealed(rewritten(pages(), {"journal.json": canonical(extract)}))


def a_checkpoint_of_another_key(signers: Signers, _sealed: bytes) -> bytes:
    extract = json.loads(attached(pages())["journal.json"])
    text = with_a_checkpoint_of(extract, STRANGER, named=True)
    return signers.sealed(rewritten(pages(), {"journal.json": text}))


def a_checkpoint_signed_by_nobody_it_names(signers: Signers, _sealed: bytes) -> bytes:
    extract = json.loads(attached(pages())["journal.json"])
    text = with_a_checkpoint_of(extract, STRANGER, named=False)
    return signers.sealed(rewritten(pages(), {"journal.json": text}))


def the_case_file_of_another_release(signers: Signers, _sealed: bytes) -> bytes:
    other = dossiers.full()["case_file_text"]
    return signers.sealed(rewritten(pages(), {"casefile.json": other}))


def an_estimate_with_every_digest_rewritten(signers: Signers, _sealed: bytes) -> bytes:
    files = attached(pages())
    content = json.loads(files[PERFORMANCE])
    content["measures"][0]["value"] += 1e-6
    case_file = json.loads(files["casefile.json"])
    changed = exhibit(12, "performance", content, "2026-11-18T10:02:11Z")
    case_file["exhibits"][0]["digest"] = changed["digest"]
    texts = {PERFORMANCE: changed["text"], "casefile.json": canonical(case_file)}
    manifest = json.loads(files["manifest.json"])
    manifest["case_file_digest"] = digest(texts["casefile.json"])
    return signers.sealed(rewritten(pages(), {**texts, "manifest.json": canonical(manifest)}))


def cut_short(_signers: Signers, sealed: bytes) -> bytes:
    return sealed[: len(sealed) // 2]


def another_catalogue_in_the_trailer(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_another_catalogue(sealed)


def a_highlight_on_a_page(_signers: Signers, sealed: bytes) -> bytes:
    quads = [50, 800, 550, 800, 50, 500, 550, 500]
    return beside_the_seal.with_a_mark(
        sealed, "/Highlight", {"/QuadPoints": quads, "/C": [1, 0, 0]}
    )


def a_script_on_a_page(_signers: Signers, sealed: bytes) -> bytes:
    script = {"/PV": {"/S": "/JavaScript", "/JS": "/x"}}
    return beside_the_seal.with_a_mark(sealed, "/Link", {"/AA": script})


def a_file_hung_on_a_page(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_a_mark(sealed, "/FileAttachment", {"/FS": {"/Type": "/Filespec"}})


def a_time_stamp_of_another_day(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_a_time_stamp_of(sealed, datetime(2031, 3, 3, tzinfo=UTC))


def another_attribute_beside_the_seal(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_a_foreign_attribute(sealed)


def an_update_that_passes_over_the_seal(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_the_seal_passed_over(sealed)


def an_end_that_leads_before_the_seal(_signers: Signers, sealed: bytes) -> bytes:
    return beside_the_seal.with_its_end_before_the_seal(sealed)


TAMPERED: dict[Callable[[Signers, bytes], bytes], tuple[str, ...]] = {
    a_figure_in_the_text: (
        CHANGED,
        "the pages print no such figure",
        "changes: What was changed lies in the pages",
    ),
    a_byte_in_an_attachment: (
        CHANGED,
        f"attachments: {FAIRNESS} ",
        "changes: What was changed lies in the attachments",
    ),
    the_seal_stripped: ("it was never sealed, or the seal was stripped",),
    an_attachment_of_another_report: (
        f"{FAIRNESS} is not the file that manifest.json lists",
        f"{FAIRNESS} is not the evidence that was decided on",
    ),
    two_attachments_swapped: (f"{FAIRNESS} was swapped: it holds what {PERFORMANCE} should",),
    an_attachment_removed: (
        f"{FAIRNESS} is missing: manifest.json lists it",
        "Exhibit 13 of the case file is not among the attachments",
    ),
    an_attachment_added: ("evidence-15-better.json was added: manifest.json does not list it",),
    sealed_again_with_a_fresh_key: (
        "signer: The file was sealed with another certificate than the one whose fingerprint",
    ),
    an_update_appended: ("were appended after the seal (an incremental update)",),
    a_line_appended: ("23 bytes were appended after the seal",),
    a_manifest_made_to_fit: (
        "signer: The file was sealed with another certificate",
        f"{FAIRNESS} is not the evidence that was decided on",
    ),
    a_fact_of_an_entry: ("its path does not lead to the root of the checkpoint",),
    an_entry_without_its_seal: ("Entry 105 does not say what its seal was made of",),
    another_name: ("Entry 105: the key does not open the name to Somebody Else",),
    a_checkpoint_of_another_key: (
        "It was signed by another key than the one given by --checkpoint-key",
    ),
    a_checkpoint_signed_by_nobody_it_names: (
        "checkpoint: Its signature does not fit its statement and key",
    ),
    the_case_file_of_another_release: ("case file: casefile.json is another case file",),
    an_estimate_with_every_digest_rewritten: (
        f"{PERFORMANCE}: accuracy is stated as",
        "decisions: No entry of the journal is bound to this case file",
    ),
    cut_short: ("The file was cut short",),
    another_catalogue_in_the_trailer: ("its trailer names another /Root",),
    a_highlight_on_a_page: ("has a mark that is no plain field of a time stamp",),
    a_script_on_a_page: ("has a mark that is no plain field of a time stamp",),
    a_file_hung_on_a_page: (
        "has a mark that is no plain field of a time stamp",
        "2 files lie in the PDF that its list does not name",
    ),
    another_attribute_beside_the_seal: ("Beside the seal lies what it does not cover",),
    an_update_that_passes_over_the_seal: (
        "were appended after the seal (an incremental update)",
        "The PDF says another language than manifest.json.",
    ),
    an_end_that_leads_before_the_seal: ("it was never sealed, or the seal was stripped",),
    a_time_stamp_of_another_day: ("more than a day from what the signer signed",),
}


@pytest.mark.parametrize("tampered", TAMPERED, ids=lambda one: one.__name__)
def test_tampering_is_named_for_what_it_is(
    tampered: Callable[[Signers, bytes], bytes], signers: Signers, sealed: bytes
) -> None:
    file = tampered(signers, sealed)
    assert file != sealed
    found = examined(file, signers)
    assert found.verdict == "broken"
    said = told(found, "broken")
    for sentence in TAMPERED[tampered]:
        assert any(sentence in one for one in said), (sentence, said)


def test_a_forgery_is_intact_and_says_so_without_a_fingerprint(signers: Signers) -> None:
    found = checker.examine(signers.forged(pages()))
    assert found.verdict == "intact, signer not identified"
