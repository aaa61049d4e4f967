"""What one revision says of a model, and what stands against saying it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from registry.models import Membership, ModelRevision, Unit, User
from registry.rules.catalogue import USE_CASES
from registry.rules.eu_ai_act import UNCLASSIFIED, objections_to_classing
from registry.rules.policies import TIERS
from registry.rules.refusals import Objection
from registry.rules.tier_floors import objections_to_tier
from registry.rules.wording import gettext_noop
from registry.services.names import Named


@dataclass(frozen=True)
class Statement:
    """What one revision says of a model.

    Purpose and intended use are part of what a release rests on; all the rest is context.
    """

    purpose: str
    intended_use: str
    tier: int
    owner: User
    deputy: User | None = None
    maintainers: Sequence[User] = ()
    maintainer_deputies: Sequence[User] = ()
    business_goal: str = ""
    goal_kpi: str = ""
    expected_benefit: str = ""
    running_cost: str = ""
    use_case: str = ""
    ai_act_class: str = UNCLASSIFIED
    operator_role: str = ""
    ai_act_ground: str = ""

    def columns(self) -> dict[str, Any]:
        """Return what goes into the columns of a revision, texts without blanks around them."""
        texts = {name: getattr(self, name).strip() for name in TEXTS}
        return {
            **texts,
            **{name: getattr(self, name) for name in CHOICES},
            "tier": self.tier,
            "owner": self.owner,
            "deputy": self.deputy,
        }


TEXTS = (
    "purpose",
    "intended_use",
    "business_goal",
    "goal_kpi",
    "expected_benefit",
    "running_cost",
    "ai_act_ground",
)
CHOICES = ("use_case", "ai_act_class", "operator_role")
# What the first revision need not tell the journal: it says nothing yet.
UNSAID: dict[str, object] = {
    **dict.fromkeys((*TEXTS[2:], *CHOICES), ""),
    "ai_act_class": UNCLASSIFIED,
    "maintainer_deputies": [],
    "deputy": None,
}


def statement_of(revision: ModelRevision) -> Statement:
    """Return what a revision says, to be said again with a change."""
    return Statement(
        tier=revision.tier,
        owner=revision.owner,
        deputy=revision.deputy,
        maintainers=list(revision.maintainers.all()),
        maintainer_deputies=list(revision.maintainer_deputies.all()),
        **{name: getattr(revision, name) for name in (*TEXTS, *CHOICES)},
    )


def told(revision: ModelRevision) -> dict[str, object]:
    """Return a revision as the journal tells it."""
    return {
        **{name: getattr(revision, name) for name in (*TEXTS, *CHOICES)},
        "tier": revision.tier,
        "owner": Named(revision.owner),
        "deputy": Named(revision.deputy) if revision.deputy else None,
        "maintainers": _names(revision.maintainers.all()),
        "maintainer_deputies": _names(revision.maintainer_deputies.all()),
    }


def _names(people: QuerySet[User]) -> list[Named]:
    return [Named(person) for person in sorted(people, key=attrgetter("username"))]


def objections_to(statement: Statement, unit: Unit) -> list[Objection]:
    """Say what stands against saying this of a model of the unit."""
    objections = []
    if not statement.purpose.strip() or not statement.intended_use.strip():
        objections.append(
            Objection(
                "model.purpose",
                gettext_noop("Say what the model is for and how it is meant to be used."),
            )
        )
    if statement.tier not in TIERS:
        objections.append(
            Objection("model.tier", gettext_noop("The tier goes from 1 (strictest) to 4."))
        )
    objections += objections_to_tier(statement.tier, statement.ai_act_class)
    if statement.deputy and statement.deputy == statement.owner:
        objections.append(
            Objection(
                "model.deputy", gettext_noop("The deputy has to be another person than the owner.")
            )
        )
    if statement.use_case and statement.use_case not in USE_CASES:
        objections.append(
            Objection(
                "model.use_case",
                gettext_noop("The use case %(given)s is not known; choose one of %(known)s."),
                {"given": statement.use_case, "known": ", ".join(USE_CASES)},
            )
        )
    objections += objections_to_classing(
        statement.ai_act_class, statement.operator_role, statement.ai_act_ground
    )
    members = set(Membership.objects.current().filter(unit=unit).values_list("user_id", flat=True))
    people = [
        statement.owner,
        statement.deputy,
        *statement.maintainers,
        *statement.maintainer_deputies,
    ]
    objections += [
        Objection(
            "model.outsider",
            gettext_noop("%(person)s holds no role in the unit %(unit)s; name somebody who does."),
            {"person": person.printed_name, "unit": unit.name},
        )
        for person in people
        if person and person.pk not in members
    ]
    return objections
