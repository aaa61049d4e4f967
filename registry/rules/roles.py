"""Who may do what: one table of verbs and roles, and which roles no one person may join."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop


class Role(StrEnum):
    """What a person is in a unit. A person may hold several, in several units."""

    DATA_SCIENTIST = "data_scientist"
    VALIDATOR = "validator"
    MODEL_RISK_MANAGER = "model_risk_manager"
    BUSINESS_OWNER = "business_owner"
    ETHICS_REVIEWER = "ethics_reviewer"
    DEPLOYER = "deployer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"


ROLE_NAMES = {
    Role.DATA_SCIENTIST: gettext_noop("Data scientist"),
    Role.VALIDATOR: gettext_noop("Validator"),
    Role.MODEL_RISK_MANAGER: gettext_noop("Model risk manager"),
    Role.BUSINESS_OWNER: gettext_noop("Business owner"),
    Role.ETHICS_REVIEWER: gettext_noop("Ethics reviewer"),
    Role.DEPLOYER: gettext_noop("Deployer"),
    Role.AUDITOR: gettext_noop("Auditor"),
    Role.ADMINISTRATOR: gettext_noop("Administrator"),
    Role.SERVICE: gettext_noop("Service"),
}

EVERYONE = frozenset(Role)
AUTHORS = frozenset({Role.DATA_SCIENTIST})
RISK_MANAGERS = frozenset({Role.MODEL_RISK_MANAGER})
DECIDERS = frozenset(
    {Role.VALIDATOR, Role.MODEL_RISK_MANAGER, Role.BUSINESS_OWNER, Role.ETHICS_REVIEWER}
)
# Those who work on a model or decide about it: everybody but auditors, administrators, machines.
ENGAGED = AUTHORS | DECIDERS

# One line for each verb. What is not listed here, nobody may do.
MAY: dict[str, frozenset[Role]] = {
    "membership.grant": frozenset({Role.ADMINISTRATOR}),
    "membership.end": frozenset({Role.ADMINISTRATOR}),
    "person.erase": frozenset({Role.ADMINISTRATOR}),
    "model.register": AUTHORS,
    "model.revise": AUTHORS | {Role.MODEL_RISK_MANAGER},
    "model.retire": RISK_MANAGERS | {Role.BUSINESS_OWNER},
    "version.register": AUTHORS,
    "version.attach_data": AUTHORS,
    "dataset.register": AUTHORS,
    "data_query.propose": AUTHORS,
    "data_query.review": frozenset({Role.ADMINISTRATOR}),
    # Those who answer for people's data; never those who are judged by it.
    "dataset.delete_rows": frozenset({Role.MODEL_RISK_MANAGER, Role.ADMINISTRATOR}),
    "card.save": AUTHORS,
    "card.make_effective": AUTHORS,
    "risk.assess": AUTHORS | {Role.VALIDATOR, Role.MODEL_RISK_MANAGER},
    "risk.make_effective": AUTHORS | {Role.MODEL_RISK_MANAGER},
    "plan.revise": AUTHORS | {Role.VALIDATOR},
    # Few rows in a cell may point at a person; who only runs the system does not need to see them.
    "small_cells.read": EVERYONE - {Role.ADMINISTRATOR, Role.DEPLOYER, Role.SERVICE},
    "evidence.file": AUTHORS | {Role.VALIDATOR},
    "run.request": AUTHORS | {Role.VALIDATOR},
    "monitor.start": AUTHORS | {Role.VALIDATOR, Role.MODEL_RISK_MANAGER},
    "monitor.end": AUTHORS | {Role.VALIDATOR, Role.MODEL_RISK_MANAGER},
    "release.draft": AUTHORS,
    "release.submit": AUTHORS,
    "release.withdraw": AUTHORS,
    "release.sign": DECIDERS,
    "release.send_back": DECIDERS,
    "release.revoke": RISK_MANAGERS,
    "release.retire": RISK_MANAGERS | {Role.BUSINESS_OWNER},
    "condition.fulfil": ENGAGED,
    "condition.accept": frozenset({Role.VALIDATOR, Role.MODEL_RISK_MANAGER}),
    "delegation.give": DECIDERS,
    "delegation.end": ENGAGED | {Role.ADMINISTRATOR},
    "override.request": RISK_MANAGERS | {Role.BUSINESS_OWNER},
    "override.sign": RISK_MANAGERS | {Role.BUSINESS_OWNER},
    "policy.propose": RISK_MANAGERS | {Role.ADMINISTRATOR},
    "policy.approve": RISK_MANAGERS,
    "matrix.edit": frozenset({Role.ADMINISTRATOR}),
    "scorecard.fill": ENGAGED,
    "tier.override": ENGAGED,
    "tier.confirm": RISK_MANAGERS,
    "model.relate": AUTHORS | RISK_MANAGERS,
    "review.open": DECIDERS,
    "review.close": frozenset({Role.VALIDATOR, Role.MODEL_RISK_MANAGER}),
    "finding.open": frozenset({Role.VALIDATOR, Role.MODEL_RISK_MANAGER, Role.ETHICS_REVIEWER}),
    "finding.answer": ENGAGED,
    "finding.close": frozenset({Role.VALIDATOR, Role.MODEL_RISK_MANAGER}),
    "incident.report": ENGAGED | {Role.DEPLOYER, Role.SERVICE},
    "incident.advance": DECIDERS,
    "incident.close": RISK_MANAGERS,
    # What runs is told by those who run it, never by those who decided that it may.
    "deployment.report": frozenset({Role.SERVICE, Role.DEPLOYER}),
    "attestation.open": RISK_MANAGERS,
    "attestation.confirm": ENGAGED,
    "conflicts.read": DECIDERS | {Role.AUDITOR},
    "event.send_again": frozenset({Role.ADMINISTRATOR}),
    "retention_hold.place": RISK_MANAGERS | {Role.ADMINISTRATOR},
    "retention_hold.release": RISK_MANAGERS | {Role.ADMINISTRATOR},
    "retention_rule.propose": frozenset({Role.ADMINISTRATOR}),
    "retention_rule.confirm": RISK_MANAGERS | {Role.ADMINISTRATOR},
    "retention.preview": RISK_MANAGERS | {Role.ADMINISTRATOR, Role.AUDITOR},
    "store.read": frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    "journal.check": EVERYONE - {Role.SERVICE},
    "gate.ask": EVERYONE,
    "report.request": EVERYONE - {Role.ADMINISTRATOR, Role.DEPLOYER, Role.SERVICE},
    "report.recall": frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}

# An administrator decides nothing, and an auditor changes nothing: in one unit, these never meet.
NEVER_TOGETHER = (
    (Role.ADMINISTRATOR, DECIDERS | AUTHORS),
    (Role.AUDITOR, DECIDERS | AUTHORS | {Role.ADMINISTRATOR, Role.DEPLOYER}),
    (Role.DEPLOYER, DECIDERS),
    (Role.SERVICE, DECIDERS),
)


def allowed(verb: str, roles: Iterable[str]) -> list[Role]:
    """Return those of the roles that give the right to the verb; empty when none does."""
    return [role for role in Role if role in set(roles) and role in MAY[verb]]


def objections_to_granting(role: Role, held: Iterable[str], to_oneself: bool) -> list[Objection]:
    """Say what stands against giving a person this role beside the ones held in the same unit."""
    objections = []
    if to_oneself:
        objections.append(
            Objection(
                "membership.oneself",
                gettext_noop("Nobody grants themselves a role; ask another administrator."),
            )
        )
    taken = {Role(name) for name in held}
    if role in taken:
        objections.append(
            Objection("membership.held", gettext_noop("This person already holds this role here."))
        )
    for one, others in NEVER_TOGETHER:
        clash = (taken & others) if role == one else ({one} & taken if role in others else set())
        if clash:
            objections.append(
                Objection(
                    "membership.never_together",
                    gettext_noop(
                        "The roles “%(role)s” and “%(held)s” are never held by one person in one"
                        " unit; end the other role first."
                    ),
                    {
                        "role": [ROLE_NAMES[role]],
                        "held": [ROLE_NAMES[Role(one)] for one in sorted(clash)],
                    },
                    (role.value, *sorted(Role(one).value for one in clash)),
                )
            )
    return objections
