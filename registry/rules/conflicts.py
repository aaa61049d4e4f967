"""The conflict report: where those who decided were not as far from the work as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from registry.rules.refusals import Objection
from registry.rules.roles import Role
from registry.rules.wording import gettext_noop

WINDOW = timedelta(days=365)

OWN_WORK, AUTHOR, MUTUAL, DELEGATED, OVERRIDE = (
    "own_work",
    "author",
    "mutual",
    "delegated",
    "override",
)
KINDS = {
    OWN_WORK: gettext_noop("Approved work of their own"),
    AUTHOR: gettext_noop("Approved as one of the developers"),
    MUTUAL: gettext_noop("Approve each other's models"),
    DELEGATED: gettext_noop("Decided in another's place"),
    OVERRIDE: gettext_noop("Emergency release"),
}
# What somebody did of the version, for each key of ``registry.rules.releases.HANDS``.
WORK = {
    "submitted": gettext_noop("%(who)s approved it, and submitted a release of this version."),
    "registered": gettext_noop("%(who)s approved it, and registered this version."),
    "purpose": gettext_noop("%(who)s approved it, and wrote what the model is for."),
    "card": gettext_noop("%(who)s approved it, and wrote the model card."),
    "data": gettext_noop("%(who)s approved it, and supplied data of this version."),
    "run": gettext_noop("%(who)s approved it, and measured it on the developers' side."),
    "evidence": gettext_noop("%(who)s approved it, and handed in evidence from elsewhere."),
    "tier": gettext_noop(
        "%(who)s approved it, and put the model into a lighter tier or filled the scorecard it"
        " rests on."
    ),
    "plan": gettext_noop("%(who)s approved it, and took back a limit of the plan."),
    "risk": gettext_noop("%(who)s approved it, and assessed its risk."),
    "validated": gettext_noop("%(who)s approved it, and validated this version."),
}
BY_GIVER = gettext_noop("%(who)s approved it in the place of %(giver)s, whose own work it is.")
AS_AUTHOR = gettext_noop("%(who)s held the role data scientist in the unit when approving it.")
EACH_OTHER = gettext_noop(
    "%(who)s approved work of %(other)s (%(models)s), and %(other)s work of %(who)s (%(others)s)."
)
IN_THE_PLACE = gettext_noop("%(who)s decided in the place of %(giver)s, by delegation %(number)s.")
LET_THROUGH = gettext_noop(
    "%(who)s let it run for %(days)s days without a full approval: %(reason)s"
)


@dataclass(frozen=True)
class Person:
    """Somebody of the report: the account's number, and the name to print."""

    id: int
    name: str


@dataclass(frozen=True)
class Signed:
    """One signed decision of the window, with whose work it was about.

    ``hands`` maps a key of ``WORK`` to the people who did that part over the version's whole
    history, before and after the decision. ``was_author`` says that the signer held an author's
    role in the unit then.
    """

    signer: Person
    at: datetime
    about: str
    model: str
    link: str
    approves: bool
    hands: Mapping[str, AbstractSet[Person]] = field(default_factory=dict)
    was_author: bool = False
    role: str = ""
    giver: Person | None = None
    delegation: int | None = None


@dataclass(frozen=True)
class LetThrough:
    """One emergency release of the window, with who signed it."""

    signers: tuple[Person, ...]
    at: datetime
    about: str
    link: str
    days: int
    reason: str


@dataclass(frozen=True)
class Conflict:
    """One line of the report: what kind, when, about what, who, on which ground, and where."""

    kind: str
    at: datetime
    about: str
    people: tuple[str, ...]
    ground: Objection
    link: str


def report(signed: Sequence[Signed], let_through: Iterable[LetThrough]) -> list[Conflict]:
    """Return everything that a second look should be given to, the newest first."""
    approvals = [one for one in signed if one.approves]
    found = [conflict for one in approvals for conflict in _of_approval(one)]
    found += [_delegated(one) for one in signed if one.giver]
    found += _mutual(approvals)
    found += [_override(one) for one in let_through]
    return sorted(found, key=lambda one: (one.at, one.about, one.kind), reverse=True)


def _of_approval(one: Signed) -> list[Conflict]:
    found = [
        _line(OWN_WORK, one, WORK[part], (one.signer,), {"who": one.signer.name})
        for part, people in one.hands.items()
        if one.signer in people and not (part == "validated" and one.role == Role.VALIDATOR)
    ]
    if one.giver and any(
        one.giver in people for part, people in one.hands.items() if part != "validated"
    ):
        params = {"who": one.signer.name, "giver": one.giver.name}
        found.append(_line(OWN_WORK, one, BY_GIVER, (one.signer, one.giver), params))
    if one.was_author:
        found.append(_line(AUTHOR, one, AS_AUTHOR, (one.signer,), {"who": one.signer.name}))
    return found


def _delegated(one: Signed) -> Conflict:
    giver = one.giver or one.signer
    params = {"who": one.signer.name, "giver": giver.name, "number": one.delegation or "–"}
    return _line(DELEGATED, one, IN_THE_PLACE, (one.signer, giver), params)


def _mutual(approvals: Sequence[Signed]) -> list[Conflict]:
    """Return each pair of people who approve each other's work, once, at its latest decision."""
    approved: dict[tuple[Person, Person], list[Signed]] = {}
    for one in approvals:
        authors = {
            person for part, people in one.hands.items() if part != "validated" for person in people
        }
        for author in authors - {one.signer}:
            approved.setdefault((one.signer, author), []).append(one)
    found = []
    for (signer, author), theirs in approved.items():
        mine = approved.get((author, signer), [])
        if signer.id < author.id and mine:
            latest = max([*theirs, *mine], key=lambda one: one.at)
            params = {
                "who": signer.name,
                "other": author.name,
                "models": _models(theirs),
                "others": _models(mine),
            }
            found.append(_line(MUTUAL, latest, EACH_OTHER, (signer, author), params))
    return found


def _models(signed: Iterable[Signed]) -> str:
    return ", ".join(sorted({one.model for one in signed}))


def _override(one: LetThrough) -> Conflict:
    names = tuple(person.name for person in one.signers)
    params = {"who": ", ".join(names), "days": one.days, "reason": one.reason}
    ground = Objection(OVERRIDE, LET_THROUGH, params)
    return Conflict(OVERRIDE, one.at, one.about, names, ground, one.link)


def _line(
    kind: str, one: Signed, sentence: str, people: tuple[Person, ...], params: Mapping[str, object]
) -> Conflict:
    names = tuple(person.name for person in people)
    return Conflict(kind, one.at, one.about, names, Objection(kind, sentence, params), one.link)
