"""The answer on the cover: where the release stands, in one sentence and one tone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from audits.rendering.times import day, parsed
from audits.rendering.words import as_it_is
from registry.rules.refusals import fill
from registry.rules.releases import APPROVALS, IN_FORCE, Act, State

# Tones are classes of the stylesheet: a colour and a shape beside the words.
VERDICT_TONES = {
    "pass": "low",
    "warn": "medium",
    "undecided": "medium",
    "fail": "severe",
    "none": "plain",
}
# Which signed acts brought a release into its state. One in review has its first approvals, and
# what became of an approval later leaves those who gave it where they were.
DECISIVE: dict[str, tuple[Act, ...]] = {
    State.DRAFT: (Act.RETURN,),
    State.SUBMITTED: (),
    State.IN_REVIEW: APPROVALS,
    State.APPROVED: APPROVALS,
    State.WITH_CONDITIONS: APPROVALS,
    State.REJECTED: (Act.REJECT,),
    State.WITHDRAWN: (Act.WITHDRAW,),
    State.LIVE: APPROVALS,
    State.SUPERSEDED: APPROVALS,
    State.EXPIRED: APPROVALS,
    State.BREACHED: APPROVALS,
    State.REVOKED: (Act.REVOKE,),
    State.VOID: APPROVALS,
    State.RETIRED: (Act.RETIRE,),
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


def valid_until(dossier: Mapping[str, Any]) -> str | None:
    """Return until when the approval holds; None where none does as of the report's instant."""
    release = dossier["release"]
    if not release or release["state"] not in IN_FORCE:
        return None
    until: str | None = release["valid_until"]
    return None if _has_passed(until, dossier["as_of"]) else until


def holds_until(release: Mapping[str, Any]) -> str | None:
    """Return until when a release that a list names holds; None where it is not in force."""
    until: str | None = release["valid_until"]
    return until if release["state"] in IN_FORCE else None


def _in_review(release: Mapping[str, Any], dossier: Mapping[str, Any]) -> Standing:
    stages = release["stages"]
    said = gettext("In review for %(environment)s: %(signed)s of %(needed)s signatures given") % {
        "environment": release["environment"],
        "signed": sum(map(_given, stages)),
        "needed": sum(stage["needed"] for stage in stages),
    }
    return Standing("medium", said)


def _given(stage: Mapping[str, Any]) -> int:
    """Return how many of the signatures that a stage needs are there; what is more does not count.

    Where any one of the asks is enough, a half-met ask does not complete the stage.
    """
    met: list[int] = [min(ask["signed"], ask["needed"]) for ask in stage["asks"]]
    if stage["rule"] != "any":
        return sum(met)
    needed: int = stage["needed"]
    if any(ask["signed"] >= ask["needed"] for ask in stage["asks"]):
        return needed
    return min(max(met), needed - 1)


def _approved(release: Mapping[str, Any], dossier: Mapping[str, Any]) -> Standing:
    facts = {
        "environment": release["environment"],
        "until": day(release["valid_until"]),
    }
    reasons = gate_reasons(release)
    if _has_passed(release["valid_until"], dossier["as_of"]):
        said = gettext("Approval for %(environment)s expired on %(until)s") % facts
        return Standing("high", said, reasons)
    closed, lasting, until = APPROVED_AS[release["state"]]()
    if not release["gate"]["allowed"]:
        return Standing("severe", closed % facts, reasons)
    waiting = any(not one["accepted_at"] for one in dossier["conditions"])
    tone = "medium" if waiting else "low"
    return Standing(tone, (until if release["valid_until"] else lasting) % facts)


# With the gate closed, without an end, and with one.
APPROVED_AS: dict[str, Callable[[], tuple[str, str, str]]] = {
    State.APPROVED: lambda: (
        gettext("Approved for %(environment)s, but its gate is closed"),
        gettext("Approved for %(environment)s"),
        gettext("Approved for %(environment)s until %(until)s"),
    ),
    State.WITH_CONDITIONS: lambda: (
        gettext("Approved under conditions for %(environment)s, but its gate is closed"),
        gettext("Approved under conditions for %(environment)s"),
        gettext("Approved under conditions for %(environment)s until %(until)s"),
    ),
    State.LIVE: lambda: (
        gettext("Live in %(environment)s, but its gate is closed"),
        gettext("Live in %(environment)s, and approved"),
        gettext("Live in %(environment)s, and approved until %(until)s"),
    ),
}


def _ended(
    tone: str, template: Callable[[], str], *, with_reasons: bool = False
) -> Callable[..., Standing]:
    return lambda release, dossier: Standing(
        tone,
        template() % {"environment": release["environment"], "until": day(release["valid_until"])},
        gate_reasons(release) if with_reasons else (),
    )


SENTENCES: dict[str, Callable[..., Standing]] = {
    State.DRAFT: _ended(
        "medium",
        lambda: gettext("Returned to its author: not submitted again for %(environment)s"),
    ),
    State.SUBMITTED: _ended(
        "medium", lambda: gettext("Submitted for %(environment)s: nobody has reviewed it yet")
    ),
    State.IN_REVIEW: _in_review,
    **dict.fromkeys(APPROVED_AS, _approved),
    State.REJECTED: _ended("severe", lambda: gettext("Rejected for %(environment)s")),
    State.WITHDRAWN: _ended(
        "medium", lambda: gettext("Withdrawn before a decision on %(environment)s")
    ),
    State.SUPERSEDED: _ended(
        "medium", lambda: gettext("Superseded in %(environment)s by a later release")
    ),
    State.EXPIRED: _ended(
        "high", lambda: gettext("Approval for %(environment)s expired on %(until)s")
    ),
    State.BREACHED: _ended(
        "severe",
        lambda: gettext("A condition of the approval for %(environment)s was not kept"),
        with_reasons=True,
    ),
    State.REVOKED: _ended("severe", lambda: gettext("Approval for %(environment)s revoked")),
    State.VOID: _ended(
        "severe",
        lambda: gettext("Approval for %(environment)s is void: what was signed has changed"),
        with_reasons=True,
    ),
    State.RETIRED: _ended("medium", lambda: gettext("Retired from %(environment)s")),
}


def _has_passed(instant: str | None, as_of: str) -> bool:
    return instant is not None and parsed(instant) <= parsed(as_of)


def gate_reasons(release: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why the gate is closed, each reason a sentence in the report's language."""
    return tuple(
        reason if isinstance(reason, str) else sentence(reason)
        for reason in release["gate"]["reasons"]
    )


def sentence(kept: Mapping[str, Any]) -> str:
    """Return a sentence that was kept with what fills it, in the report's language."""
    return fill(gettext(kept["message"]), kept["params"], gettext, get_language() or "en")


def deciding(dossier: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the decisions that made the state what it is: on this case file, and not undone."""
    release = dossier["release"]
    acts = DECISIVE.get(release["state"], ()) if release else ()
    return [
        one
        for one in dossier["decisions"]
        if one["bound"] and one["act"] in acts and one["counts"] is not False
    ]


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
