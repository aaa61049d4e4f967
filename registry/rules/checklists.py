"""The checklist: what a policy asks of a version, and how each item of it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from registry.rules import cards
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS, VERDICT_NAMES
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
    twin_findings: Sequence[tuple[str, str, str]] = (),
    now: datetime,
) -> list[Item]:
    """Return everything the ruling asks for, each with how it stands.

    ``findings`` are those not settled, each with its severity and its title; ``twin_findings`` are
    those of the same artefact under another name, each with that name as well.
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
        items += _twins_items(ruling, twin_findings)
    return items


def _item(
    code: str,
    met: bool,
    objection_code: str,
    message: str,
    about: Sequence[str] = (),
    **params: object,
) -> Item:
    if met:
        return Item(code, Standing.MET)
    return Item(code, Standing.MISSING, Objection(objection_code, message, params, about))


def _card_item(ruling: Ruling, card: Mapping[str, str] | None) -> Item:
    missing = cards.missing(card or {}, ruling.card_sections)
    return _item(
        "card",
        not missing,
        "submit.card_incomplete",
        gettext_noop("The model card lacks %(count)s sections: %(sections)s. Fill them in."),
        missing,
        count=len(missing),
        sections=[cards.SECTION_NAMES[code] for code in missing],
    )


def _data_item(role: str, met: bool) -> Item:
    return _item(
        f"data.{role}",
        met,
        "submit.data_missing",
        gettext_noop(
            "No data in the role “%(role)s” is attached; attach a dataset version with that role."
        ),
        (role,),
        role=[DATA_ROLES[role]],
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


def _twins_items(ruling: Ruling, findings: Sequence[tuple[str, str, str]]) -> list[Item]:
    """Judge the findings of the same artefact under another name; no item where none blocks.

    Or it would do to register the same bytes anew.
    """
    blocking = [
        f"{label}: {title}"
        for severity, title, label in findings
        if severity in ruling.open_findings_block
    ]
    if not blocking:
        return []
    message = gettext_noop(
        "Other versions are the very same artefact, and these findings on them are not settled yet:"
        " %(findings)s. Have each closed, or its risk accepted, first."
    )
    params = {"findings": "; ".join(blocking)}
    objection = Objection("submit.twin_findings_open", message, params)
    return [Item("twins", Standing.FAILING, objection)]


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
            "No evidence of the kind “%(kind)s” from the validator's side on the attached test"
            " data; have a validator start a run of that kind who has no hand in the version."
        )
        return Objection("submit.evidence_not_independent", message, _kind(ask), (ask.kind,))
    message = gettext_noop(
        "No evidence of the kind “%(kind)s” on the attached test data; start a run of that kind."
    )
    return Objection("submit.evidence_missing", message, _kind(ask), (ask.kind,))


def _kind(ask: Requirement) -> dict[str, object]:
    return {"kind": [EVIDENCE_KINDS[ask.kind]]}


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
            "The evidence of the kind “%(kind)s” is older than the %(days)s days the policy allows;"
            " run it again."
        )
        params = {**_kind(ask), "days": ask.max_age_days}
        expired = Objection("submit.evidence_expired", message, params, (ask.kind,))
        return Item(code, Standing.EXPIRED, expired, newest.id)
    if newest.verdict not in ask.verdicts:
        message = gettext_noop(
            "The evidence of the kind “%(kind)s” has the verdict “%(verdict)s”; the policy accepts:"
            " %(accepted)s. Change the version, then run it again."
        )
        params = {
            **_kind(ask),
            "verdict": [VERDICT_NAMES[newest.verdict]],
            "accepted": [VERDICT_NAMES[one] for one in ask.verdicts],
        }
        failing = Objection(
            "submit.evidence_failing", message, params, (ask.kind, newest.verdict, *ask.verdicts)
        )
        return Item(code, Standing.FAILING, failing, newest.id)
    return Item(code, Standing.MET, exhibit_id=newest.id)
