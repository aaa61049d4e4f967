"""The report as a PDF: the same bytes every time, PDF/A-3, tagged, and with its files inside."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from functools import cache

import pikepdf
import pytest
from pikepdf import pdfa

from audits.rendering import render
from audits.rendering.press import PressFailed, press
from audits.rendering.times import parsed
from tests.audits import dossiers

MAKE_ONE = """
import hashlib, json, sys
import django
django.setup()
from audits.rendering import render
sys.stdout.write(hashlib.sha256(render(json.load(sys.stdin))).hexdigest())
"""


@cache
def rendered(name: str, profile: str = "regulator", language: str = "en") -> bytes:
    """Return a sample's PDF, made once for all tests."""
    return render(getattr(dossiers, name)(profile=profile, language=language))


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


@cache
def text_of(pdf: bytes) -> str:
    """Return what is printed, as poppler reads it, with all white space made alike."""
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode("utf-8").split())


def made_elsewhere(seed: str) -> str:
    """Return the digest of the full sample, rendered by another process."""
    surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": f"Etc/GMT-{seed}"}
    done = subprocess.run(
        [sys.executable, "-c", MAKE_ONE],
        input=json.dumps(dossiers.full()),
        capture_output=True,
        text=True,
        check=True,
        env={**surroundings, "DJANGO_SETTINGS_MODULE": "mlops_gov.settings"},
    )
    return done.stdout


def test_the_same_dossier_gives_the_same_bytes_in_another_process_at_another_time() -> None:
    here = hashlib.sha256(rendered("full")).hexdigest()
    time.sleep(1.1)  # whatever stamps the clock would stamp another second
    assert made_elsewhere("1") == here
    assert made_elsewhere("7") == here


def test_another_dossier_gives_another_file_identifier() -> None:
    one, other = opened(rendered("full")), opened(rendered("bare"))
    assert bytes(one.trailer.ID[0]) != bytes(other.trailer.ID[0])


@pytest.mark.parametrize("name", ["full", "bare", "crowded"])
def test_the_metadata_claims_pdf_a_3a(name: str) -> None:
    with opened(rendered(name)) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert metadata["xmp:CreateDate"] == "2026-11-20T16:00:00Z"
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"


@pytest.mark.parametrize("name", ["full", "crowded"])
def test_a_foreign_checker_finds_every_part_to_be_pdf_a_3(name: str) -> None:
    """It knows level B; what A asks for beside that, tags and a language, other tests look at."""
    with opened(rendered(name)) as pdf:
        for one in pdf.objects:
            if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
                # It gives up on patterns and shadings where it sees their names, though none is in.
                for kind in ("/Pattern", "/Shading"):
                    if not one.get(kind, {"/some": 1}).keys():
                        del one[kind]
        found = pdfa.check(pdf, "3b").findings
    assert [one.message for one in found] == ["pdfaid:conformance is 'A', expected 'B'"]


@pytest.mark.parametrize("name", ["full", "crowded"])
def test_every_font_is_embedded_and_comes_from_the_packages(name: str) -> None:
    names = set()
    with opened(rendered(name)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                assert {"/FontFile2", "/FontFile3"} & set(one.keys())
                names.add(str(one.FontName).split("+")[1])
    assert names == {
        "Source-Sans-Pro", "Source-Sans-Pro-Semi-Bold",
        "Source-Serif-Pro", "Source-Serif-Pro-Semi-Bold",
    }  # fmt: skip


def test_no_missing_glyph_is_ever_drawn() -> None:
    with opened(rendered("crowded")) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Subtype") == "/CIDFontType2":
                widths = [int(part) for part in one.W if not isinstance(part, pikepdf.Array)]
                assert 0 not in widths
                assert max(widths) < 2000  # beyond the last glyph stand those it lacks


def test_the_attachments_are_the_very_texts_of_the_dossier() -> None:
    dossier = dossiers.full()
    with opened(rendered("full")) as pdf:
        files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    assert files["casefile.json"].decode() == dossier["case_file_text"]
    for exhibit in dossier["evidence"]:
        name = exhibit["file_name"].replace("/", "-")
        assert files[name].decode() == exhibit["text"]
    assert json.loads(files["journal.json"]) == dossier["journal_extract"]
    assert dossier["case_file_digest"] in files["README.txt"].decode()


def test_the_manifest_names_every_other_file_with_its_digest() -> None:
    with opened(rendered("full")) as pdf:
        files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    manifest = json.loads(files.pop("manifest.json"))
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    assert manifest["case_file_digest"] == dossiers.full()["case_file_digest"]


def test_each_attachment_says_how_it_relates_to_the_report_and_is_listed_once() -> None:
    with opened(rendered("full")) as pdf:
        related = {str(one.UF): str(one.AFRelationship) for one in pdf.Root.AF}
        assert len(pdf.Root.AF) == len(related) == len(pdf.attachments)
        kinds = {str(one.EF.F.Subtype) for one in pdf.Root.AF}
        stamps = {str(one.EF.F.Params.ModDate) for one in pdf.Root.AF}
    assert related["casefile.json"] == "/Source"
    assert related["evidence-13-fairness.json"] == "/Data"
    assert related["README.txt"] == "/Supplement"
    assert kinds == {"/application/json", "/text/csv", "/text/plain"}
    assert stamps == {"D:20261120160000Z"}


def test_the_bookmarks_are_the_chapters() -> None:
    with opened(rendered("full")) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert len(titles) == 25
    assert titles[0] == "1 What the model is for"
    assert titles[-1] == "25 How to check this file"


def test_the_cover_answers_first() -> None:
    cover = text_of(rendered("full")).split("What is in here")[0]
    for said in (
        "Approved for production until 20 November 2027",
        "Vera Lindt (validator), Grace Hartmann (model risk manager)",
        "High, 12 of 25",
        "Tier 1, policy credit-severe, edition 4",
        "Worst impact ratio 0.642 for race: black (95 % interval 0.492 to 0.778)",
        "Yes: computed here",
        "Version 2.1 and its release to production",
        "MG-3F2A-9C1B-77D0-0A12",
        "Proven by the checkpoint over 108 entries",
        "Hand it in at https://models.example.org/verify/",
        "verify_report.py",
        dossiers.full()["case_file_digest"],
    ):
        assert said in cover


def test_every_page_carries_the_digest_and_its_number() -> None:
    with opened(rendered("full")) as pdf:
        pages = len(pdf.pages)
    said = text_of(rendered("full"))
    told = dossiers.full()
    footers = said.count(f"{told['serial']} · case file {told['case_file_digest']}")
    assert footers == pages
    assert all(f"{number} / {pages}" in said for number in range(1, pages + 1))


def test_other_releases_and_earlier_runs_are_told() -> None:
    said = text_of(rendered("full"))
    assert "Other releases of this version" in said
    assert "staging" in said
    assert "3 on this test data before this one, over all versions of the model" in said


def test_a_bare_dossier_states_every_gap() -> None:
    said = text_of(rendered("bare"))
    for gap in (
        "No release of this version has been asked for",
        "None: this is a vendor's model",
        "No data is attached to this version.",
        "There is no model card in effect",
        "No performance measurement has been filed",
        "No fairness measurement has been filed",
        "There is no risk assessment in effect",
        "Nobody has decided on this version.",
    ):
        assert gap in said


def test_text_that_looks_like_markup_is_printed_as_text() -> None:
    said = text_of(rendered("crowded"))
    assert "<script>alert(1)</script>" in said
    assert "<img src=x>" in said
    assert "{{ 1 }}" in said
    assert "<b>so</b>" in said


def test_a_character_without_a_glyph_is_printed_as_its_code_point() -> None:
    said = text_of(rendered("crowded"))
    assert "[U+4F4F]" in said
    assert "[U+202E]" in said
    assert "Größenordnungsunterschiede" in said


def test_dates_and_numbers_follow_the_language() -> None:
    said = text_of(rendered("full", language="de"))
    assert "20. November 2027" in said
    assert "0,642" in said
    assert "1.591" in said
    with opened(rendered("full", language="de")) as pdf:
        assert str(pdf.Root.Lang) == "de"


def test_nothing_outside_the_report_is_fetched() -> None:
    page = '<html lang="en"><title>x</title><img alt="x" src="http://127.0.0.1:9/x.png"></html>'
    with pytest.raises(PressFailed, match="not part of it"):
        press(page, [], moment=parsed("2026-11-20T16:00:00Z"), identifier="x")
    page = '<html lang="en"><title>x</title><img alt="x" src="file:///etc/passwd"></html>'
    with pytest.raises(PressFailed, match="not part of it"):
        press(page, [], moment=parsed("2026-11-20T16:00:00Z"), identifier="x")


def test_what_the_layout_reports_as_an_error_fails_the_report() -> None:
    page = '<html lang="en"><title>x</title><a href="#nowhere">gone</a></html>'
    with pytest.raises(PressFailed, match="nowhere"):
        press(page, [], moment=parsed("2026-11-20T16:00:00Z"), identifier="x")
