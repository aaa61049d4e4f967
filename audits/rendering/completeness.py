"""What a dossier has to hold before anything is printed of it; every gap is an objection."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import check_for_language

from audits.rendering.attachments import OWN_FILES, attached_name
from audits.rendering.proofs import objections_to_proofs
from registry.rules.casefile import digest
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

PROFILES = ("regulator", "internal", "public")
# Of every report, whatever it is on.
ENVELOPE = (
    "scope", "profile", "language", "as_of", "asked_as_of", "serial", "organisation", "verify_url",
    "recalled", "roles", "journal", "journal_extract", "checkpoint",
)  # fmt: skip
PARTS = (
    "case_file", "case_file_text", "case_file_digest",
    "release", "decisions", "evidence", "changes", "findings", "incidents", "versions",
    "tombstones",
    "delegations", "conditions", "moves", "other_releases",
    "overrides", "deployments", "reviews", "attestations",
)  # fmt: skip
PORTFOLIO_PARTS = ("units", "models", "matrix")
# By what a report is on; "versions" are told by the one on a model alone.
SCOPES = {
    "version": PARTS, "release": PARTS, "model": PARTS, "portfolio": PORTFOLIO_PARTS,
}  # fmt: skip
CASE_FILE_PARTS = ("subject", "context", "exhibits", "editions", "release")
SUBJECT_PARTS = ("model", "version", "data", "card", "risk")
# These two are what the report is about; a null is a gap, and not a statement.
NEVER_NULL = ("model", "version")


def objections_to(dossier: Mapping[str, Any], renderer: str) -> list[Objection]:
    """Return everything that stands against printing this dossier; empty when it is whole."""
    scope = dossier.get("scope")
    if scope not in SCOPES:
        return [
            Objection(
                "report.scope",
                gettext_noop("There is no report on %(scope)s; choose one of %(known)s."),
                {"scope": scope, "known": ", ".join(SCOPES)},
            )
        ]
    gaps = list(_missing(dossier, (*ENVELOPE, *SCOPES[scope]), ""))
    if gaps:
        return gaps
    found = [*_envelope(dossier, renderer), *objections_to_proofs(dossier)]
    if scope == "portfolio":
        return [*found, *_portfolio(dossier)]
    return [
        *found,
        *_case_file(dossier),
        *_exhibits(dossier),
        *_files(dossier["evidence"]),
        *_decisions(dossier),
        *_release(dossier),
        *_overrides(dossier),
        *_findings(dossier),
        *_versions(dossier),
    ]


def _missing(facts: Mapping[str, Any], parts: tuple[str, ...], within: str) -> Iterator[Objection]:
    for part in parts:
        if part not in facts or (part in NEVER_NULL and not facts[part]):
            yield Objection(
                f"report.missing.{within}{part}",
                gettext_noop("The dossier lacks %(part)s; it has to be gathered again."),
                {"part": f"{within}{part}"},
            )


def _envelope(dossier: Mapping[str, Any], renderer: str) -> Iterator[Objection]:
    if dossier.get("renderer") != renderer:
        yield Objection(
            "report.renderer",
            gettext_noop("The dossier asks for renderer %(asked)s; this is renderer %(here)s."),
            {"asked": dossier.get("renderer"), "here": renderer},
        )
    if dossier["profile"] not in PROFILES:
        yield Objection(
            "report.profile",
            gettext_noop("There is no profile %(profile)s; choose one of %(known)s."),
            {"profile": dossier["profile"], "known": ", ".join(PROFILES)},
        )
    if not check_for_language(dossier["language"]):
        yield Objection(
            "report.language",
            gettext_noop("There is no language %(language)s; choose another one for the report."),
            {"language": dossier["language"]},
        )
    if not _is_utc(dossier["as_of"]):
        yield Objection(
            "report.as_of",
            gettext_noop("%(as_of)s is not an instant in UTC; write it as 2026-11-20T16:00:00Z."),
            {"as_of": dossier["as_of"]},
        )


def _case_file(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    case_file = dossier["case_file"]
    yield from _missing(case_file, CASE_FILE_PARTS, "case_file.")
    if "subject" in case_file:
        yield from _missing(case_file["subject"] or {}, SUBJECT_PARTS, "case_file.subject.")
    if digest(dossier["case_file_text"]) != dossier["case_file_digest"]:
        yield Objection(
            "report.case_file.digest",
            gettext_noop("The text of the case file does not have the digest %(digest)s."),
            {"digest": dossier["case_file_digest"]},
        )
    if not _says(dossier["case_file_text"], case_file):
        yield Objection(
            "report.case_file.text",
            gettext_noop("The text of the case file and its facts are not the same."),
        )


def _exhibits(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    at_hand = {exhibit["id"]: exhibit for exhibit in dossier["evidence"]}
    # What the retention rules have rightly deleted is told by its tombstone, and no gap.
    gone = {tombstone["digest"] for tombstone in dossier["tombstones"]}
    for listed in dossier["case_file"].get("exhibits") or []:
        facts = {"exhibit": f"{listed['id']}, {listed['title']}"}
        found = at_hand.get(listed["id"])
        if found is None and listed["digest"] in gone:
            continue
        if found is None:
            yield Objection(
                "report.exhibit.missing",
                gettext_noop(
                    "Exhibit %(exhibit)s of the case file is not at hand; restore its file."
                ),
                facts,
            )
        elif found.get("digest") != listed["digest"]:
            yield Objection(
                "report.exhibit.other",
                gettext_noop("Exhibit %(exhibit)s has another digest than the case file states."),
                facts,
            )


def _files(evidence: list[Mapping[str, Any]]) -> Iterator[Objection]:
    names = Counter(attached_name(exhibit.get("file_name") or "") for exhibit in evidence)
    for exhibit in evidence:
        facts = {"exhibit": f"{exhibit['id']}, {exhibit.get('title', '')}"}
        name, text = attached_name(exhibit.get("file_name") or ""), exhibit.get("text")
        if not text:
            yield Objection(
                "report.evidence.no_file",
                gettext_noop("Exhibit %(exhibit)s has no file; restore it or file it again."),
                facts,
            )
        elif digest(text) != exhibit.get("digest"):
            yield Objection(
                "report.evidence.digest",
                gettext_noop("The file of exhibit %(exhibit)s does not match its digest."),
                facts,
            )
        elif not _says(text, exhibit.get("content")):
            yield Objection(
                "report.evidence.text",
                gettext_noop("The file of exhibit %(exhibit)s is not what was read from it."),
                facts,
            )
        if not name or name in OWN_FILES or names[name] > 1:
            yield Objection(
                "report.evidence.name",
                gettext_noop("Exhibit %(exhibit)s cannot be attached as %(name)s."),
                {**facts, "name": name or "?"},
            )


def _decisions(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    for decision in dossier["decisions"]:
        if decision["bound"] and decision["case_file_digest"] != dossier["case_file_digest"]:
            yield Objection(
                "report.decision.bound",
                gettext_noop("The decision of %(name)s is on another case file than this one."),
                {"name": decision["printed_name"]},
            )


def _release(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """A release is told with its stages and its moves, and each seat with its delegation."""
    release = dossier["release"]
    if release and not (release.get("stages") and dossier["moves"]):
        yield Objection(
            "report.release.incomplete",
            gettext_noop("The release is told without its stages or moves; gather it again."),
        )
    given = {one["number"] for one in dossier["delegations"]}
    for decision in dossier["decisions"]:
        if decision["delegation"] is not None and decision["delegation"] not in given:
            yield Objection(
                "report.decision.delegation",
                gettext_noop("The delegation behind the decision of %(name)s is not told."),
                {"name": decision["printed_name"]},
            )


def _overrides(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """What was let through in an emergency is told with who signed for it."""
    for override in dossier["overrides"]:
        if not override.get("signatures"):
            yield Objection(
                "report.override.unsigned",
                gettext_noop("Emergency release %(number)s has no signatures; gather it again."),
                {"number": override.get("number")},
            )


def _findings(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """A finding or incident without its steps says neither who was asked nor what came of it."""
    for part in ("findings", "incidents"):
        for told in dossier[part]:
            if not told.get("moves"):
                yield Objection(
                    f"report.{part}.no_moves",
                    gettext_noop("Number %(id)s of the %(part)s has no steps; gather it again."),
                    {"id": told.get("id"), "part": part},
                )


def _versions(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """A report on a model names its versions, and which of them its chapters tell in full."""
    told = [one for one in dossier["versions"] if one.get("told")]
    if dossier["scope"] == "model" and len(told) != 1:
        yield Objection(
            "report.versions",
            gettext_noop("The report on the model tells %(count)s versions in full, not one."),
            {"count": len(told)},
        )


def _portfolio(dossier: Mapping[str, Any]) -> Iterator[Objection]:
    """A portfolio has models, each in one of its units; and every assessed one on the matrix."""
    units = {unit["name"] for unit in dossier["units"]}
    for model in dossier["models"]:
        if model["unit"] not in units:
            yield Objection(
                "report.portfolio.unit",
                gettext_noop("Model %(model)s is of none of the units that are told."),
                {"model": model["name"]},
            )
    placed = sum(cell["models"] for cell in dossier["matrix"]["cells"])
    assessed = sum(bool(one["residual"]) and not one["retired"] for one in dossier["models"])
    if not dossier["models"] or placed != assessed:
        yield Objection(
            "report.portfolio.matrix",
            gettext_noop("%(placed)s models stand on the matrix, and %(assessed)s are assessed."),
            {"placed": placed, "assessed": assessed},
        )


def _says(text: str, content: object) -> bool:
    try:
        return bool(json.loads(text) == content)
    except ValueError:
        return False


def _is_utc(instant: object) -> bool:
    try:
        return datetime.fromisoformat(str(instant)).utcoffset() == timedelta(0)
    except ValueError:
        return False
