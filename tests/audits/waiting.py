"""One of everything that can wait for a person, and who it waits for, as the tests ask it."""

from __future__ import annotations

from dataclasses import fields

from audits.services import alerts, today
from audits.services.alerts import Alert
from audits.services.needs import Need
from registry.models import Condition, Release, User
from registry.services import conditions, releases
from tests.cast import Cast, a_complete_version, a_model, a_release, a_version
from tests.registry.flow import a_condition, act
from tests.registry.lending import ask_for
from tests.registry.policies_at_work import proposed as a_proposed_policy
from tests.registry.reviewing import a_review, a_round
from tests.registry.scoring import filled
from tests.registry.scoring import proposed as a_proposed_tier
from tests.registry.trouble import a_finding, an_answered_finding, an_incident

MANAGERS = {"manager", "manager2", "manager3"}
VALIDATING = MANAGERS | {"validator"}


def everybody(cast: Cast) -> list[User]:
    """Return all people of the cast, the outsider of another unit among them."""
    named = [getattr(cast, field.name) for field in fields(cast)]
    return [one for one in named if isinstance(one, User)]


def waits_for(cast: Cast, kind: str) -> set[str]:
    """Return for whom a thing of this kind waits."""
    return {person.username for person in everybody(cast) if needs_of(person, kind)}


def needs_of(person: User, kind: str) -> list[Need]:
    """Return the things of a kind that wait for a person."""
    return [need for need in today.needs(person) if need.kind == kind]


def alerts_of(person: User, kind: str) -> list[Alert]:
    """Return the alerts of a kind that a person is shown."""
    return [alert for alert in alerts.alerts(person) if alert.kind == kind]


def told_to(cast: Cast, kind: str) -> set[str]:
    """Return to whom an alert of this kind is shown."""
    return {person.username for person in everybody(cast) if alerts_of(person, kind)}


def a_binding_condition(cast: Cast, name: str = "Mortgage approval") -> Condition:
    """Have a version approved under a condition that the owner fulfils."""
    release = a_release(cast, a_complete_version(cast, a_model(cast, name)))
    act(releases.approve_with_conditions, release, cast.manager, conditions=[a_condition(cast)])
    return Condition.objects.select_related("release").get(release=release)


def offered(cast: Cast, condition: Condition) -> Condition:
    """Have the owner say what fulfils a condition."""
    return conditions.offer(
        condition=condition, text="All 40 are trained.", evidence=None, by=cast.owner
    )


def a_returned_release(cast: Cast, name: str = "Mortgage approval") -> Release:
    """Have the manager return a release to its author."""
    release = a_release(cast, a_complete_version(cast, a_model(cast, name)))
    act(releases.return_to_author, release, cast.manager, reason="The card says nothing of age.")
    return Release.objects.get(pk=release.pk)


def one_of_everything(cast: Cast, name: str, policy_days: int) -> None:
    """Let one thing of every kind of governance wait, around models whose names begin alike."""
    a_binding_condition(cast, f"{name}, conditional")
    offered(cast, a_binding_condition(cast, f"{name}, offered"))
    a_returned_release(cast, f"{name}, returned")
    a_release(cast, a_complete_version(cast, a_model(cast, f"{name}, in review")))
    model = a_model(cast, f"{name}, troubled")
    version = a_version(cast, model)
    a_finding(cast, version)
    an_answered_finding(cast, version)
    an_incident(cast, model)
    a_review(model)
    a_review(model, version)
    filled(model, cast.scientist, purpose=3)
    a_proposed_tier(cast, model, 4)
    a_proposed_policy(cast, approval_days=policy_days)
    ask_for(a_complete_version(cast, a_model(cast, f"{name}, urgent")), cast.manager)
    ask_for(a_complete_version(cast, a_model(cast, f"{name}, pressing")), cast.owner)
    a_round(cast, name)
