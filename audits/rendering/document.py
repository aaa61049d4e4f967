"""Renders a dossier: checks that it is whole, sets the chapters, presses them with the files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.template import Context, Engine
from django.utils import translation

from audits.rendering import (
    charts,
    columns,
    completeness,
    data_records,
    drift,
    exhibits,
    explanation,
    fonts,
    lineage,
    matrix,
    oversight,
    performance,
    standing,
)
from audits.rendering import fairness as fairness_chapter
from audits.rendering.attachments import attachments
from audits.rendering.press import PROJECT, Attachment, press
from audits.rendering.redaction import published
from audits.rendering.times import parsed
from audits.rendering.words import word
from audits.rules.reports import RENDERER
from registry.rules.cards import SECTION_CODES
from registry.rules.refusals import Refused

TEMPLATES = PROJECT / "templates"
# The house writes British English; hyphens and readers go by this.
LOCALES = {"en": "en-GB"}
# Above this many, the printed extract shows the latest; journal.json holds all of them.
MOST_ENTRIES = 120
MOST_IN_RUNNING_HEAD = 90


def render(dossier: Mapping[str, Any]) -> bytes:
    """Return the unsealed PDF/A-3a of a dossier; the same dossier gives the same bytes.

    Raises Refused with one objection for each gap of an incomplete dossier.
    """
    objections = completeness.objections_to(dossier, RENDERER)
    if objections:
        raise Refused(*objections)
    with translation.override(dossier["language"]):
        stated = published(dossier) if dossier["profile"] == "public" else dossier
        files = attachments(stated, readme(stated))
        page = html(stated)
    return press(
        page,
        files,
        moment=parsed(dossier["as_of"]),
        identifier=identifier(page, files),
    )


def html(dossier: Mapping[str, Any]) -> str:
    """Return the report as HTML, in the language that is active."""
    return _engine().get_template("report/report.html").render(Context(context(dossier)))


def readme(dossier: Mapping[str, Any]) -> str:
    """Return the text that says how to check the report by hand, in the language that is active."""
    template = _engine().get_template("report/README.txt")
    return template.render(Context({"dossier": dossier}, autoescape=False))


def identifier(page: str, files: list[Attachment]) -> str:
    """Return the PDF's file identifier: it depends on the content, and on nothing else."""
    content = hashlib.sha256(page.encode("utf-8"))
    for file in files:
        content.update(hashlib.sha256(file.text.encode("utf-8")).digest())
    return content.hexdigest()[:32]


def context(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates read: the dossier, and what follows from it."""
    # What the typefaces cannot print is made visible here, once, for every chapter.
    dossier = fonts.printable(dossier)
    case_file = dossier["case_file"]
    subject, risk = case_file["subject"], case_file["subject"]["risk"]
    listed = {exhibit["id"] for exhibit in case_file["exhibits"]}
    found = exhibits.kinds(dossier["evidence"], listed)
    measured = {kind.code: kind for kind in found if exhibits.is_measurement(kind.latest)}
    fairness = measured.get("fairness")
    title = f"{subject['model']['name']} {subject['version']['label']}"
    return {
        "locale": LOCALES.get(dossier["language"], dossier["language"]),
        "dossier": dossier,
        "case_file": case_file,
        "subject": subject,
        "title": title,
        "running_title": _cut(title),
        "public": dossier["profile"] == "public",
        "standing": standing.standing(dossier),
        "deciding": standing.deciding(dossier),
        "valid_until": standing.valid_until(dossier),
        "emergencies": [
            one for one in dossier["overrides"] if oversight.in_force(one, dossier["as_of"])
        ],
        "delegations": {one["number"]: one for one in dossier["delegations"]},
        "worst": standing.worst_check(exhibits.checks(fairness.latest["content"]))
        if fairness
        else None,
        "scores": standing.provenance_of_scores(dossier["evidence"]),
        "tones": standing.VERDICT_TONES,
        "columns": columns.columns(subject),
        "lineage": lineage.draw(dossier),
        "matrix": matrix.draw(risk) if risk else None,
        "hazards": _lettered(risk["hazards"]) if risk else [],
        "level_tones": _level_tones(risk),
        "card_sections": _card_sections(subject["card"]),
        **_chapter("performance", measured, performance.parts),
        **_chapter("fairness", measured, fairness_chapter.parts),
        **_chapter("explanation", measured, explanation.parts),
        **_chapter("drift", measured, drift.parts),
        **_chapter("data", measured, data_records.parts),
        "others": [kind for kind in found if kind.code not in measured],
        "attributes": _drawn(fairness.latest["content"]) if fairness else [],
        "listed": listed,
        "filed_later": [one for one in dossier["evidence"] if one["id"] not in listed],
        "entries": dossier["journal"][-MOST_ENTRIES:],
        "earlier_entries": max(0, len(dossier["journal"]) - MOST_ENTRIES),
        "glossary": [
            (code, word("meaning", code)) for code in exhibits.used_measures(dossier["evidence"])
        ],
    }


def _chapter(
    code: str,
    measured: Mapping[str, exhibits.Kind],
    parts: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Return a kind's exhibits, and what its chapter shows of the latest as ``<code>_parts``."""
    kind = measured.get(code)
    return {code: kind, f"{code}_parts": parts(kind.latest["content"]) if kind else {}}


def _card_sections(card: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return every section of the card, the empty ones too, in the order of the card."""
    sections = card["sections"] if card else {}
    return [(code, str(sections.get(code, "")).strip()) for code in SECTION_CODES]


def _lettered(hazards: list[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(matrix.letter(place), hazard) for place, hazard in enumerate(hazards)]


def _level_tones(risk: Mapping[str, Any] | None) -> dict[str, str]:
    names = ("low", "medium", "high", "severe")
    levels = risk["matrix"]["levels"] if risk else []
    return {step["code"]: names[matrix.rank(step["code"], levels)] for step in levels}


def _drawn(content: Mapping[str, Any]) -> list[tuple[exhibits.Attribute, list[str]]]:
    return [(one, charts.of(one, content)) for one in exhibits.attributes(content)]


def _cut(title: str) -> str:
    return title if len(title) <= MOST_IN_RUNNING_HEAD else f"{title[:MOST_IN_RUNNING_HEAD]}…"


@cache
def _engine() -> Engine:
    """Return an engine of our own: the page's context processors have no business on paper."""
    return Engine(
        dirs=[str(TEMPLATES)],
        libraries={
            "i18n": "django.templatetags.i18n",
            "report": "audits.rendering.filters",
        },
    )
