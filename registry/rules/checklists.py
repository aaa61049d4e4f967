"""The checklist: what a policy asks of a version, and how each item of it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from registry.rules import cards
from registry.rules.policies import Requirement, Ruling
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class Standing(StrEnum):
    """How an item of the checklist stands."""

    MET = "met"
    MISSING = "missing"
    EXPIRED = "expired"
    FAILING = "failing"


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``objection`` says what to do where it is not met."""

    code: str
    standing: Standing
    objection: Objection | None = None
    exhibit_id: int | None = None


@dataclass(frozen=True)
class Exhibit:
    """What the checklist needs to know of a piece of evidence."""

    id: int
    kind: str
    verdict: str
    at: datetime
    reproduced: bool
    file: int | None = None  # the data it speaks of; None where it speaks of the version as such
    outdated: bool = False  # made on another artefact or on data no longer attached
    independent: bool = False  # made on the validator's side


def checklist(
    ruling: Ruling,
    *,
    card: Mapping[str, str] | None,
    data_roles: Sequence[str],
    risk_is_assessed: bool,
    deputy_is_named: bool,
    exhibits: Sequence[Exhibit],
    test_files: Sequence[int] = (),
    scorecard_is_filled: bool = False,
    findings: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> list[Item]:
    """Return everything the ruling asks for, each with how it stands.

    ``findings`` are those not settled, each with its severity and its title.
    """
    items = [_card_item(ruling, card)]
    items += [_data_item(role, role in data_roles) for role in ruling.data_roles]
    if ruling.risk_assessed:
        items.append(
            _item(
                "risk",
                risk_is_assessed,
                "submit.risk_missing",
                gettext_noop("The risk is not assessed yet; fill in the risk assessment."),
            )
        )
    if ruling.deputy_named:
        items.append(
            _item(
                "deputy",
                deputy_is_named,
                "submit.deputy_missing",
                gettext_noop("No deputy is named for the owner; name one on the model's page."),
            )
        )
    if ruling.scorecard_filled:
        items.append(
            _item(
                "scorecard",
                scorecard_is_filled,
                "submit.scorecard_missing",
                gettext_noop("The scorecard is not filled in; fill it in on the model's page."),
            )
        )
    items += [_evidence_item(ask, exhibits, test_files, now) for ask in ruling.evidence]
    if ruling.open_findings_block:
        items.append(_findings_item(ruling, findings))
    return items


def _item(code: str, met: bool, objection_code: str, message: str, **params: object) -> Item:
    if met:
        return Item(code, Standing.MET)
    return Item(code, Standing.MISSING, Objection(objection_code, message, params))


def _card_item(ruling: Ruling, card: Mapping[str, str] | None) -> Item:
    missing = cards.missing(card or {}, ruling.card_sections)
    return _item(
        "card",
        not missing,
        "submit.card_incomplete",
        gettext_noop("The model card lacks %(count)s sections: %(sections)s. Fill them in."),
        count=len(missing),
        sections=", ".join(missing),
    )


def _data_item(role: str, met: bool) -> Item:
    return _item(
        f"data.{role}",
        met,
        "submit.data_missing",
        gettext_noop("No %(role)s data is attached; attach a dataset version with that role."),
        role=role,
    )


def _findings_item(ruling: Ruling, findings: Sequence[tuple[str, str]]) -> Item:
    blocking = [title for severity, title in findings if severity in ruling.open_findings_block]
    if not blocking:
        return Item("findings", Standing.MET)
    message = gettext_noop(
        "These findings are not settled yet: %(findings)s. Have each closed, or its risk accepted,"
        " first."
    )
    params = {"findings": "; ".join(blocking)}
    return Item("findings", Standing.FAILING, Objection("submit.findings_open", message, params))


# What a person should hear of first.
WORST_FIRST = (Standing.FAILING, Standing.EXPIRED, Standing.MISSING, Standing.MET)


def _evidence_item(
    ask: Requirement, exhibits: Sequence[Exhibit], test_files: Sequence[int], now: datetime
) -> Item:
    """Judge one required kind on every attached test file; the worst of them decides.

    Or a few rows attached beside the real test data would hide what fails there.
    """
    items = [
        _judged(ask, [one for one in exhibits if one.file in (file, None)], now)
        for file in test_files
    ] or [_judged(ask, exhibits, now)]
    return min(items, key=lambda item: WORST_FIRST.index(item.standing))


class Made(Protocol):
    """How an exhibit was made, as the rules and the rows both know it."""

    @property
    def reproduced(self) -> bool:
        """Made here, and not handed in."""

    @property
    def independent(self) -> bool:
        """Made on the validator's side."""


def counts(ask: Requirement, exhibit: Made) -> bool:
    """Say whether an exhibit was made as the policy asks."""
    return (exhibit.reproduced or not ask.reproduced) and (
        exhibit.independent or not ask.independent
    )


def replaces(ask: Requirement, newer: Made, failing: Made) -> bool:
    """Say whether a newer exhibit takes the place of one that fails.

    What was handed in hides no failing run, nor does what the policy would not have counted.
    """
    return counts(ask, newer) and (newer.reproduced or not failing.reproduced)


def _missing_evidence(ask: Requirement) -> Objection:
    if ask.independent:
        message = gettext_noop(
            "No %(kind)s evidence from the validator's side on the attached test data; have a"
            " validator start a %(kind)s run who has no hand in the version."
        )
        return Objection("submit.evidence_not_independent", message, {"kind": ask.kind})
    message = gettext_noop("No %(kind)s evidence on the attached test data; start a %(kind)s run.")
    return Objection("submit.evidence_missing", message, {"kind": ask.kind})


def _judged(ask: Requirement, exhibits: Sequence[Exhibit], now: datetime) -> Item:
    """Judge one required kind by the newest exhibit that still speaks of this version and data."""
    code = f"evidence.{ask.kind}"
    usable = [
        exhibit
        for exhibit in exhibits
        if exhibit.kind == ask.kind and not exhibit.outdated and counts(ask, exhibit)
    ]
    newest: Exhibit | None = None
    for exhibit in sorted(usable, key=lambda exhibit: (exhibit.at, exhibit.id)):
        fails = newest is not None and newest.verdict not in ask.verdicts
        if newest is None or not fails or replaces(ask, exhibit, newest):
            newest = exhibit
    if newest is None:
        return Item(code, Standing.MISSING, _missing_evidence(ask))
    if now - newest.at > timedelta(days=ask.max_age_days):
        message = gettext_noop(
            "The %(kind)s evidence is older than the %(days)s days the policy allows; run it again."
        )
        params = {"kind": ask.kind, "days": ask.max_age_days}
        return Item(
            code, Standing.EXPIRED, Objection("submit.evidence_expired", message, params), newest.id
        )
    if newest.verdict not in ask.verdicts:
        message = gettext_noop(
            "The %(kind)s evidence has the verdict “%(verdict)s”; the policy accepts %(accepted)s."
            " Change the version, then run it again."
        )
        params = {
            "kind": ask.kind,
            "verdict": newest.verdict,
            "accepted": ", ".join(ask.verdicts),
        }
        return Item(
            code, Standing.FAILING, Objection("submit.evidence_failing", message, params), newest.id
        )
    return Item(code, Standing.MET, exhibit_id=newest.id)
