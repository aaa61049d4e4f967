"""The dossier as text, workbook, tables and data: the figures are the dossier's own."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pytest import approx

from audits.rendering.formats import FORMATS
from audits.rendering.formats.shapes import harmless
from tests.audits import dossiers, sample_portfolios

SHA = "ab" * 32


def made(form: str, dossier: dict[str, Any]) -> bytes:
    return FORMATS[form].make(dossier, SHA)


def sheets(dossier: dict[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(made("xlsx", dossier)), read_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def csv_files(dossier: dict[str, Any]) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(made("csv.zip", dossier))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def figures_of(dossier: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the figures of each group in the exhibits of a kind."""
    return [
        figure
        for one in dossier["evidence"]
        if one["content"]["kind"] == kind
        for group in one["content"]["groups"]
        for figure in (*group["measures"].values(), group["impact_ratio"])
        if figure
    ]


def test_the_workbook_has_the_figures_of_the_dossier_as_numbers() -> None:
    dossier = dossiers.full()
    book = sheets(dossier)
    performance = next(
        one for one in dossier["evidence"] if one["content"]["kind"] == "performance"
    )["content"]["measures"]
    told = [row[2:8] for row in book["Performance"][1:]]
    assert [(row[0], *row[2:5]) for row in told] == [
        (one["name"], one["value"], one["low"], one["high"]) for one in performance
    ]
    groups = book["Fairness by group"][1:]
    figures = figures_of(dossier, "fairness")
    assert [row[4] for row in groups] == [one["name"] for one in figures]
    # A workbook keeps sixteen digits.
    for place, part in ((6, "value"), (7, "low"), (8, "high")):
        assert [row[place] for row in groups] == approx([one[part] for one in figures], rel=1e-15)
    hazards = dossier["case_file"]["subject"]["risk"]["hazards"]
    assert [row[3] for row in book["Hazards"][1:]] == [one["score"] for one in hazards]
    assert len(book["Decisions"]) == len(dossier["decisions"]) + 1
    assert [row[0] for row in book["Findings"][1:]] == [one["id"] for one in dossier["findings"]]
    assert [row[7] for row in book["Journal"][1:]] == [one["seal"] for one in dossier["journal"]]


def test_the_tables_are_the_workbooks_as_csv() -> None:
    dossier = dossiers.full()
    found, book = csv_files(dossier), sheets(dossier)
    read = list(csv.reader(io.StringIO(found["fairness.csv"], newline="")))
    assert read[0] == list(book["Fairness by group"][0])
    figures = figures_of(dossier, "fairness")
    for place, part in ((6, "value"), (7, "low"), (8, "high")):
        said = [json.loads(row[place] or "null") for row in read[1:]]
        assert said == [one[part] for one in figures]
    assert {"report.csv", "performance.csv", "decisions.csv", "journal.csv"} <= set(found)


def test_each_names_the_serial_and_that_the_pdf_is_the_sealed_original() -> None:
    dossier = dossiers.full()
    said = f"The sealed original is the PDF of that serial, with sha256 {SHA}"
    text = Document(io.BytesIO(made("docx", dossier)))
    data = json.loads(made("json", dossier))
    assert (data["serial"], data["sealed_sha256"]) == (dossier["serial"], SHA)
    everywhere = [
        "\n".join(one.text for one in text.paragraphs),
        csv_files(dossier)["README.txt"],
        str(sheets(dossier)["Report"]),
        data["about"],
    ]
    for one in everywhere:
        assert dossier["serial"] in one
        assert said in one


def test_the_text_has_the_card_the_decision_and_every_table() -> None:
    dossier = dossiers.full()
    text = Document(io.BytesIO(made("docx", dossier)))
    prose = "\n".join(one.text for one in text.paragraphs)
    assert dossier["case_file"]["subject"]["model"]["purpose"] in prose
    assert "Approved for production." in prose
    assert len(text.tables) == len(sheets(dossier))
    cells = {cell.text for table in text.tables for cell in table._cells}
    assert {"Vera Lindt", "Scores are too high below 0.2"} <= cells
    assert repr(figures_of(dossier, "fairness")[0]["low"]) in cells


def test_the_data_alone_is_the_dossier() -> None:
    dossier = dossiers.full()
    data = json.loads(made("json", dossier))["dossier"]
    assert data["case_file_text"] == dossier["case_file_text"]
    assert data["journal_extract"] == dossier["journal_extract"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_public_profile_names_nobody_and_no_small_group(form: str) -> None:
    content = made(form, dossiers.full(profile="public"))
    if form == "json":
        said = content.decode()
    else:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            said = "".join(archive.read(name).decode("utf-8") for name in archive.namelist()
                           if not name.endswith((".jpeg", ".png")))  # fmt: skip
    for name in ("Vera Lindt", "Grace Hartmann", "Jonas Weber"):
        assert name not in said
    if form in ("xlsx", "csv.zip", "docx"):
        assert "fewer than 10" in said


@pytest.mark.parametrize("form", FORMATS)
def test_whatever_is_in_a_dossier_it_can_be_written(form: str) -> None:
    """Also characters that XML forbids, and a text longer than a cell holds."""
    crowded = dossiers.crowded()
    crowded["journal"][0]["reason"] = "a\x00b\x0c\ud800" if form != "json" else "a\x00b"
    crowded["findings"][0]["found"] = "x" * 40_000
    if form == "csv.zip":
        crowded["journal"][0]["reason"] = "a\x0cb"
    for dossier in (crowded, dossiers.bare()):
        assert made(form, dossier)


def test_a_portfolio_has_a_row_for_each_model() -> None:
    dossier = sample_portfolios.portfolio()
    rows = sheets(dossier)["Models"]
    assert [row[0] for row in rows[1:]] == [one["name"] for one in dossier["models"]]
    assert made("docx", dossier)
    assert "models.csv" in csv_files(dossier)


def test_no_text_becomes_a_formula() -> None:
    dossier = dossiers.full()
    dossier["findings"][0]["title"] = '=HYPERLINK("http://example.org")'
    assert sheets(dossier)["Findings"][1][1] == '\'=HYPERLINK("http://example.org")'
    assert "\"'=HYPERLINK(" in csv_files(dossier)["findings.csv"]
    assert [harmless(one) for one in ("-1", "@x", "a=b")] == ["'-1", "'@x", "a=b"]
