"""What the report prints of findings and incidents, and what the public one hides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from audits.rendering import completeness
from audits.rendering.document import html
from audits.rendering.redaction import published
from audits.rules.reports import RENDERER
from tests.audits import dossiers, sample_findings


def chapter(dossier: dict[str, Any], name: str) -> str:
    """Return a chapter as one line of text, without its marks."""
    with translation.override("en"):
        page = html(dossier)
    part = page.split(f'<h2 id="{name}">', 1)[1].split("</section>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def told(**changed: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "findings": [sample_findings.finding()],
        "incidents": [sample_findings.incident()],
    }
    return dossiers.full(**said | changed)


def test_a_finding_is_printed_with_challenge_quote_and_steps() -> None:
    text = chapter(told(), "findings")
    for words in (
        "4 Scores are too high below 0.2",
        "Metrics , paragraph 1, revision 3",
        "AUC and the impact ratio, both at the threshold of 0.5.",
        "Why is the score not calibrated, Weber?",
        "Calibration error 0.08.",
        "The answer did not convince. No figure is given.",
        "Plan: Isotonic regression in 2.2.",
        "Medium. Few people.",
        "The model was changed. Measured again.",
        "Vera Lindt, Validator",
    ):
        assert words.replace(" ,", ",") in text.replace(" ,", ",").replace(" .", ".")


def test_what_is_overdue_or_opened_by_itself_is_printed_so() -> None:
    finding = sample_findings.finding(
        state="open", overdue=True, opened_by=None, section="", quote="", paragraph=None
    )
    text = chapter(told(findings=[finding]), "findings")
    assert "overdue" in text and "by itself" in text
    assert "In the card" not in text


def test_a_section_that_says_nothing_is_quoted_as_such() -> None:
    finding = sample_findings.finding(quote="", paragraph=None)
    assert "it says nothing there" in chapter(told(findings=[finding]), "findings")


def test_an_incident_is_printed_with_its_clock_and_its_steps() -> None:
    text = chapter(told(), "incidents").replace(" .", ".")
    for words in (
        "Incident 2: Infringement of duties that protect fundamental rights",
        "Reported in time. 15 days (Art. 73(2)), until 26 November 2026, 08:30 UTC",
        "authority notified 13 November 2026, 10:00 UTC",
        "Kind: Malfunction without serious harm → Infringement of duties",
        "Aware at: 12 November 2026, 08:30 UTC → 11 November 2026, 08:30 UTC",
        "The AI Act asks for a report. High risk, listed use",
        "Market surveillance, MSA-17. A first, incomplete report.",
        "Root cause : A postcode stood for origin.",
    ):
        assert words.replace(" :", ":") in text.replace(" :", ":")


def test_an_incident_without_a_time_to_report_says_so() -> None:
    incident = sample_findings.incident(kind="malfunction", clock=None, version_known=False)
    text = chapter(told(incidents=[incident]), "incidents")
    assert "The Act sets none for this kind." in text
    assert "the version is not known" in text


def test_where_there_is_nothing_it_is_said() -> None:
    bare = dossiers.bare(findings=[], incidents=[])
    assert "Nobody has opened a finding on this version." in chapter(bare, "findings")
    assert "No incident was reported with this version." in chapter(bare, "incidents")


def test_the_public_report_names_nobody_and_no_few_people() -> None:
    public = published(told(profile="public"))
    text = chapter(public, "findings") + chapter(public, "incidents")
    for hidden in ("Lindt", "Weber", "Hartmann", "Brandt", "eighty", "43"):
        assert hidden not in text
    for kept in (
        "The calibration curve lies above",
        "Left out of the public profile",
        "Art. 73(2)",
    ):
        assert kept in text


@pytest.mark.parametrize("part", ["findings", "incidents"])
def test_a_dossier_without_them_or_without_their_steps_is_not_whole(part: str) -> None:
    dossier = told()
    dossier[part][0]["moves"] = []
    codes = [one.code for one in completeness.objections_to(dossier, RENDERER)]
    assert codes == [f"report.{part}.no_moves"]
    del dossier[part]
    codes = [one.code for one in completeness.objections_to(dossier, RENDERER)]
    assert codes == [f"report.missing.{part}"]
