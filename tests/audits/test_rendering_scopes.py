"""Reports on a model with all its versions, and on a portfolio with all its models."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audits.rendering import portfolio
from audits.rendering.redaction import published
from registry.rules.casefile import digest
from tests.audits import dossiers
from tests.audits.test_rendering_completeness import codes
from tests.audits.test_rendering_document import rendered, text_of
from tests.audits.test_rendering_redaction import files_of
from tests.audits.test_rendering_releases import chapter, page

OWNERS = ("Weber", "Okafor", "Falk", "Brandt", "Lindt", "Hartmann")


def test_a_report_on_a_model_tells_all_its_versions_and_one_of_them_in_full() -> None:
    dossier = dossiers.of_model()
    text = chapter(dossier, "versions")
    for words in (
        "1.0 10 January 2026 staging Retired – open",
        "production Superseded – closed",
        "2.0 10 February 2026 – No release was asked for",
        "2.1 10 March 2026 staging Approved 12 November 2027",
        "Registered by Ada Brandt, 10 January 2026, 09:20 UTC",
        "No artefact: a vendor's model",
    ):
        assert words in text.replace("&#x27;", "'")
    cover = page(dossier).split('<nav class="contents">')[0]
    assert "The model with its 3 versions; the answer above and the chapters are about" in cover
    assert ">Mortgage approval</h1>" in cover
    assert 'id="versions"' not in page(dossiers.full())


def test_a_report_on_a_model_tells_one_version_in_full_and_no_two() -> None:
    versions = dossiers.of_model()["versions"]
    both = [{**one, "told": True} for one in versions]
    assert codes(dossiers.of_model(versions=both)) == ["report.versions"]
    assert codes(dossiers.of_model(versions=[])) == ["report.versions"]


def test_the_versions_of_a_public_report_name_nobody() -> None:
    dossier = dossiers.of_model(profile="public")
    dossier["versions"][0]["registered_by"] = "Ulf Sand"
    assert "Sand" not in json.dumps(published(dossier))


def test_a_portfolio_answers_with_the_gravest_thing_first() -> None:
    said = portfolio.of_portfolio(dossiers.portfolio())["standing"]
    assert (said.tone, said.sentence) == ("severe", "1 model runs without a valid approval")
    assert said.reasons == (
        "The gate of 1 approved model is closed",
        "1 incident is open",
        "3 high or critical findings are open",
        "1 review is overdue",
    )
    calm = [one for one in dossiers.portfolio()["models"] if one["name"] == "Liquidity forecast"]
    said = portfolio.of_portfolio(dossiers.portfolio(models=calm))["standing"]
    assert said.tone == "low"


def test_a_portfolio_prints_every_model_with_what_stands_against_it() -> None:
    text = text_of(rendered("portfolio"))
    for words in (
        "Portfolio of Retail credit, Markets",
        "7 models in use in 2 units: 3 with a valid approval, 3 live",
        "7 in use, 1 retired",
        "The approval ended on 1 November 2026.",
        "1 critical finding, 2 high findings, 1 low finding",
        "1 deployment runs without a valid approval",
        "2 models are not assessed and stand nowhere on it",
        "None was asked for; the newest version is 0.1.",
        "sha256sum portfolio.json",
    ):
        assert words in text
    told = dossiers.portfolio()
    files = files_of(rendered("portfolio"))
    assert {"portfolio.json", "journal.json", "manifest.json", "README.txt"} == set(files)
    # What is printed on every page is the digest of what is attached.
    assert f"{told['serial']} · portfolio {digest(files['portfolio.json'])}" in text


def test_a_public_portfolio_names_nobody() -> None:
    pdf = rendered("portfolio", profile="public")
    for text in (text_of(pdf), *files_of(pdf).values()):
        assert not [name for name in OWNERS if name in text]
    assert "Redacted for publication" in text_of(pdf)
    assert "Mortgage approval" in text_of(pdf)


Bend = Callable[[dict[str, Any]], object]
BENT: list[tuple[str, Bend]] = [
    ("report.missing.models", lambda d: d.pop("models")),
    ("report.missing.matrix", lambda d: d.pop("matrix")),
    ("report.missing.serial", lambda d: d.pop("serial")),
    ("report.portfolio.unit", lambda d: d["models"][0].update(unit="Elsewhere")),
    ("report.portfolio.matrix", lambda d: d["matrix"]["cells"].pop()),
    ("report.portfolio.matrix", lambda d: d.update(models=[])),
    ("report.journal.seal", lambda d: d["journal"][0].update(seal="0" * 64)),
    ("report.renderer", lambda d: d.update(renderer="0")),
]


@pytest.mark.parametrize(("code", "bend"), BENT)
def test_a_portfolio_with_a_gap_is_refused(code: str, bend: Bend) -> None:
    dossier = dossiers.portfolio()
    bend(dossier)
    assert code in codes(dossier)
