"""What the templates read of one version: the dossier, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audits.rendering import (
    charts,
    columns,
    data_records,
    drift,
    exhibits,
    explanation,
    journal,
    lineage,
    matrix,
    oversight,
    performance,
    standing,
)
from audits.rendering import fairness as fairness_chapter
from audits.rendering.words import word
from registry.rules.cards import SECTION_CODES

Facts = Mapping[str, Any]


def of_version(dossier: Facts) -> dict[str, Any]:
    """Return what the chapters on a version read; a model's report has one more on the others."""
    case_file = dossier["case_file"]
    subject, risk = case_file["subject"], case_file["subject"]["risk"]
    listed = {exhibit["id"] for exhibit in case_file["exhibits"]}
    found = exhibits.kinds(dossier["evidence"], listed)
    measured = {kind.code: kind for kind in found if exhibits.is_measurement(kind.latest)}
    return {
        "case_file": case_file,
        "subject": subject,
        "title": _title(dossier),
        "lead": subject["model"]["purpose"],
        "author": case_file["context"]["unit"],
        **_standing(dossier),
        **_worst(measured.get("fairness")),
        "scores": standing.provenance_of_scores(dossier["evidence"]),
        "tones": standing.VERDICT_TONES,
        "columns": columns.columns(subject),
        "lineage": lineage.draw(dossier),
        "matrix": matrix.draw(risk) if risk else None,
        "hazards": _lettered(risk["hazards"]) if risk else [],
        "level_tones": matrix.level_tones(risk["matrix"]) if risk else {},
        "card_sections": _card_sections(subject["card"]),
        **_chapter("performance", measured, performance.parts),
        **_chapter("fairness", measured, fairness_chapter.parts),
        **_chapter("explanation", measured, explanation.parts),
        **_chapter("drift", measured, drift.parts),
        **_chapter("data", measured, data_records.parts),
        "others": [kind for kind in found if kind.code not in measured],
        "listed": listed,
        "at_hand": {exhibit["id"] for exhibit in dossier["evidence"]},
        "filed_later": [one for one in dossier["evidence"] if one["id"] not in listed],
        "journal": journal.parts(dossier["journal"]),
        "glossary": [
            (code, word("meaning", code)) for code in exhibits.used_measures(dossier["evidence"])
        ],
    }


def _title(dossier: Facts) -> str:
    subject = dossier["case_file"]["subject"]
    name: str = subject["model"]["name"]
    return name if dossier["scope"] == "model" else f"{name} {subject['version']['label']}"


def _standing(dossier: Facts) -> dict[str, Any]:
    return {
        "standing": standing.standing(dossier),
        "deciding": standing.deciding(dossier),
        "valid_until": standing.valid_until(dossier),
        "emergencies": [
            one for one in dossier["overrides"] if oversight.in_force(one, dossier["as_of"])
        ],
        "delegations": {one["number"]: one for one in dossier["delegations"]},
    }


def _worst(fairness: exhibits.Kind | None) -> dict[str, Any]:
    """Return the check that says most against the model, and the attributes with their charts."""
    if fairness is None:
        return {"worst": None, "attributes": []}
    content = fairness.latest["content"]
    return {
        "worst": standing.worst_check(exhibits.checks(content)),
        "attributes": [(one, charts.of(one, content)) for one in exhibits.attributes(content)],
    }


def _chapter(
    code: str,
    measured: Mapping[str, exhibits.Kind],
    parts: Callable[[Facts], dict[str, Any]],
) -> dict[str, Any]:
    """Return a kind's exhibits, and what its chapter shows of the latest as ``<code>_parts``."""
    kind = measured.get(code)
    return {code: kind, f"{code}_parts": parts(kind.latest["content"]) if kind else {}}


def _card_sections(card: Facts | None) -> list[tuple[str, str]]:
    """Return every section of the card, the empty ones too, in the order of the card."""
    sections = card["sections"] if card else {}
    return [(code, str(sections.get(code, "")).strip()) for code in SECTION_CODES]


def _lettered(hazards: list[Facts]) -> list[tuple[str, Facts]]:
    return [(matrix.letter(place), hazard) for place, hazard in enumerate(hazards)]
