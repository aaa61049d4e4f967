"""The answer on the cover: where the release stands, in one sentence and one tone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from audits.rendering.times import day, parsed
from audits.rendering.words import as_it_is

# Tones are classes of the stylesheet: a colour and a shape beside the words.
VERDICT_TONES = {
    "pass": "low",
    "warn": "medium",
    "undecided": "medium",
    "fail": "severe",
    "none": "plain",
}
# Which act brings a release into its state; a release in review has its first approvals.
DECISIVE = {
    "in_review": "approve",
    "approved": "approve",
    "rejected": "reject",
    "withdrawn": "withdraw",
    "revoked": "revoke",
}
SEVERITY = ("fail", "undecided", "warn", "pass")


@dataclass(frozen=True)
class Standing:
    """A sentence, its tone, and what has to be read with it."""

    tone: str
    sentence: str
    reasons: tuple[str, ...] = ()


def standing(dossier: Mapping[str, Any]) -> Standing:
    """Say where the release stands as of the report's instant."""
    release = dossier["release"]
    if not release:
        return Standing("plain", gettext("No release of this version has been asked for"))
    sentence = SENTENCES.get(release["state"])
    if sentence is None:
        return Standing("plain", as_it_is(release["state"]))
    return sentence(release, dossier)


def _in_review(release: Mapping[str, Any], dossier: Mapping[str, Any]) -> Standing:
    stages = release["stages"]
    signed = sum(min(stage["signed"], stage["needed"]) for stage in stages)
    said = gettext("In review for %(environment)s: %(signed)s of %(needed)s signatures given") % {
        "environment": release["environment"],
        "signed": signed,
        "needed": sum(stage["needed"] for stage in stages),
    }
    return Standing("medium", said)


def _approved(release: Mapping[str, Any], dossier: Mapping[str, Any]) -> Standing:
    facts = {
        "environment": release["environment"],
        "until": day(release["valid_until"]),
    }
    reasons = gate_reasons(release)
    if _has_passed(release["valid_until"], dossier["as_of"]):
        said = gettext("Approval for %(environment)s expired on %(until)s") % facts
        return Standing("high", said, reasons)
    if not release["gate"]["allowed"]:
        said = gettext("Approved for %(environment)s, but its gate is closed") % facts
        return Standing("severe", said, reasons)
    if not release["valid_until"]:
        return Standing("low", gettext("Approved for %(environment)s") % facts)
    return Standing("low", gettext("Approved for %(environment)s until %(until)s") % facts)


def _ended(tone: str, template: Callable[[], str]) -> Callable[..., Standing]:
    return lambda release, dossier: Standing(
        tone, template() % {"environment": release["environment"]}
    )


SENTENCES: dict[str, Callable[..., Standing]] = {
    "in_review": _in_review,
    "approved": _approved,
    "rejected": _ended("severe", lambda: gettext("Rejected for %(environment)s")),
    "withdrawn": _ended(
        "medium", lambda: gettext("Withdrawn before a decision on %(environment)s")
    ),
    "revoked": _ended("severe", lambda: gettext("Approval for %(environment)s revoked")),
}


def _has_passed(instant: str | None, as_of: str) -> bool:
    return instant is not None and parsed(instant) <= parsed(as_of)


def gate_reasons(release: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why the gate is closed, each reason a sentence in the report's language."""
    return tuple(
        reason if isinstance(reason, str) else gettext(reason["message"]) % reason["params"]
        for reason in release["gate"]["reasons"]
    )


def deciding(dossier: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the decisions that made the state what it is: signed on this very case file."""
    release = dossier["release"]
    act = DECISIVE.get(release["state"]) if release else None
    return [one for one in dossier["decisions"] if one["bound"] and one["act"] == act]


def worst_check(checks: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the check that says most against the model: by verdict, then by its margin."""
    judged = [one for one in checks if one.get("value") is not None and not one.get("reason")]
    return min(judged, key=lambda check: (_severity(check), _margin(check)), default=None)


def _severity(check: Mapping[str, Any]) -> int:
    verdict = check["verdict"]
    return SEVERITY.index(verdict) if verdict in SEVERITY else len(SEVERITY)


def _margin(check: Mapping[str, Any]) -> float:
    """Return how far the value lies on the good side of the limit; negative on the bad side."""
    distance: float = check["value"] - check["limit"]
    return distance if check["direction"] == "at_least" else -distance


def provenance_of_scores(evidence: Iterable[Mapping[str, Any]]) -> str:
    """Say whether the scores behind the measurements were computed here."""
    reproduced = {
        exhibit["reproduced"]
        for exhibit in evidence
        if exhibit["kind"] in ("performance", "fairness")
    }
    if not reproduced:
        return gettext("Nothing was measured")
    if reproduced == {True}:
        return gettext("Yes: computed here, from the artefact and the data fingerprinted below")
    if reproduced == {False}:
        return gettext("No: predictions were handed in and could not be computed again here")
    return gettext("In part: some predictions were handed in and not computed here")
