"""What stands against conditions and against lending a seat, through all three doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from registry.models import Condition, Delegation, Release, User
from registry.rules.conditions import Asked
from registry.rules.roles import Role
from registry.services import conditions, delegations, releases, units
from registry.services.decisions import decide
from tests.cast import Cast, a_complete_version, a_model, a_release, an_exhibit, api
from tests.registry.doors import call, lines, sign
from tests.registry.flow import PROOF, a_condition, act, days_ahead, policy_with
from tests.registry.lending import lend
from tests.registry.pages import signed_in
from tests.registry.signing import revoke
from tests.registry.test_adversary_separation import also
from tests.registry.three_doors import Attempt, Row, Table, as_sent, refused_at_every_door

TABLE = Table()
MISSING = "This field is required."
NO_CHOICE = "Select a valid choice."


def naming(release: Release, by: User, *asked: Asked) -> Attempt:
    """Approve under these conditions."""
    said = [{**vars(one), "due": one.due.isoformat()} for one in asked]
    verb = releases.approve_with_conditions
    return Attempt(
        service=lambda: act(verb, release, by, conditions=asked),
        api=lambda: call(release, by, conditions=said),
        page=lambda: sign(release, by, "approve_with_conditions", **lines(*said)),
    )


def offering(condition: Condition, by: User, text: str, evidence: Any = None) -> Attempt:
    """Say what fulfils a condition."""
    number = evidence.pk if evidence else None
    form = {"text": text} | ({"evidence": number} if evidence else {})
    return Attempt(
        service=lambda: conditions.offer(condition=condition, text=text, evidence=evidence, by=by),
        api=lambda: api(by).post(
            f"/api/v1/conditions/{condition.pk}/offer/", {"text": text, "evidence": number}
        ),
        page=lambda: signed_in(by).post(reverse("condition", args=[condition.pk]), form),
    )


def accepting(condition: Condition, by: User, reason: str = "Seen.") -> Attempt:
    """Accept what was offered."""
    said = {"reason": reason}
    return Attempt(
        service=lambda: conditions.accept(condition=condition, by=by, **said),
        api=lambda: api(by).post(f"/api/v1/conditions/{condition.pk}/accept/", said),
        page=lambda: signed_in(by).post(reverse("condition", args=[condition.pk]), said),
    )


def bound(cast: Cast, **asked: Any) -> Condition:
    """Have a release approved under one condition."""
    release = a_release(cast)
    named = [a_condition(cast, **asked)]
    act(releases.approve_with_conditions, release, cast.manager, conditions=named)
    return release.conditions.get()


def offered(cast: Cast, **asked: Any) -> Condition:
    """Have a condition's owner say what fulfils it."""
    condition = bound(cast, **asked)
    owner = condition.owner
    return conditions.offer(condition=condition, text="Trained.", evidence=None, by=owner)


@TABLE.row("condition.none")
def conditions_are_announced_and_none_is_named(cast: Cast) -> Attempt:
    release, by = a_release(cast), cast.manager
    attempt = naming(release, by)
    # By the API an approval is under conditions where any are named, and else a plain one.
    return Attempt(attempt.service, None, attempt.page)


@TABLE.row(
    "condition.not_with_this_act",
    page_says="Conditions go with an approval under conditions only;",
)
def conditions_are_named_with_a_rejection(cast: Cast) -> Attempt:
    release, by = a_release(cast), cast.manager
    digest, asked = release.case_file.digest, [a_condition(cast)]
    how: dict[str, Any] = {"digest": digest, "reason": "No.", "proof": PROOF, "asked": asked}
    said = [{**vars(asked[0]), "due": asked[0].due.isoformat()}]
    # The API's rejection has no place for conditions: a field too many, which is a 400.
    return Attempt(
        service=lambda: decide(release=release, act="reject", by=by, **how),
        api=None,
        page=lambda: sign(release, by, "reject", **lines(*said)),
    )


@TABLE.row("condition.not_allowed", "condition.due")
def no_conditions_are_allowed_and_the_day_is_past(cast: Cast) -> Attempt:
    policy_with(conditions_allowed=False)
    return naming(a_release(cast), cast.manager, a_condition(cast, due=days_ahead(-1)))


@TABLE.row("condition.owner", "condition.evidence_kind", page_says="A condition is not complete;")
def nobody_owns_it_and_nothing_fulfils_it(cast: Cast) -> Attempt:
    asked = a_condition(cast, owner="outsider", evidence_kind="rumour")
    return naming(a_release(cast), cast.manager, asked)


# A line without words is none on the page.
@TABLE.row("condition.text", api_field="conditions", page_says="Name at least one condition")
def a_condition_without_words(cast: Cast) -> Attempt:
    return naming(a_release(cast), cast.manager, a_condition(cast, text=" "))


@TABLE.row("condition.accepted")
def what_is_accepted_is_not_offered_again(cast: Cast) -> Attempt:
    condition = offered(cast)
    conditions.accept(condition=condition, reason="Seen.", by=cast.manager)
    return offering(condition, cast.owner, "Once more.")


@TABLE.row("condition.release_ended", "condition.evidence_missing")
def the_approval_is_over_and_the_exhibit_missing(cast: Cast) -> Attempt:
    condition = bound(cast, evidence_kind="drift")
    revoke(condition.release, cast.manager)
    return offering(condition, cast.owner, "Trained.")


@TABLE.row("condition.other_version", page_says=NO_CHOICE)
def the_exhibit_speaks_of_another_version(cast: Cast) -> Attempt:
    condition = bound(cast)
    other = a_complete_version(cast, condition.release.version.model, "2.0")
    return offering(condition, cast.owner, "Trained.", an_exhibit(cast, other, "drift"))


@TABLE.row("condition.no_offer", page_says=MISSING)
def nothing_is_said_to_fulfil_it(cast: Cast) -> Attempt:
    return offering(bound(cast), cast.owner, " ")


@TABLE.row("condition.not_offered", "condition.own_work")
def nothing_was_offered_and_the_work_is_ones_own(cast: Cast) -> Attempt:
    return accepting(bound(cast), also(cast, cast.scientist, Role.MODEL_RISK_MANAGER))


# Its owner's page has the form for offering alone, whatever is sent.
@TABLE.row("condition.own", page_says=MISSING)
def who_owns_it_accepts_it(cast: Cast) -> Attempt:
    return accepting(offered(cast, owner=cast.manager2.username), cast.manager2)


@TABLE.row("condition.no_reason", page_says=MISSING)
def it_is_accepted_without_a_reason(cast: Cast) -> Attempt:
    return accepting(offered(cast), cast.manager, " ")


def lending(cast: Cast, by: User, delegate: User, **changed: Any) -> Attempt:
    """Lend a seat for a week, unless told otherwise."""
    now = timezone.now()
    given: dict[str, Any] = {
        "unit": cast.unit,
        "role": "model_risk_manager",
        "starts_at": now,
        "ends_at": now + timedelta(days=7),
        "reason": "On leave.",
        **changed,
    }
    body = {name: getattr(value, "slug", as_sent(value)) for name, value in given.items()}
    body |= {"delegate": delegate.username}
    return Attempt(
        service=lambda: delegations.give(delegate=delegate, by=by, **given),
        api=lambda: api(by).post("/api/v1/delegations/", body),
        page=lambda: signed_in(by).post(reverse("give_delegation"), body),
    )


def ending(delegation: Delegation, by: User, reason: str = "Back.") -> Attempt:
    """End a delegation before its day."""
    said = {"reason": reason}
    address = reverse("end_delegation", args=[delegation.pk])
    return Attempt(
        service=lambda: delegations.end(delegation=delegation, by=by, **said),
        api=lambda: api(by).post(f"/api/v1/delegations/{delegation.pk}/end/", said),
        page=lambda: signed_in(by).post(address, said, follow=True),
    )


@TABLE.row("delegation.start", "delegation.end")
def it_begins_in_the_past_and_ends_before_it(cast: Cast) -> Attempt:
    now = timezone.now()
    days = {"starts_at": now - timedelta(days=1), "ends_at": now - timedelta(days=2)}
    return lending(cast, cast.manager, cast.owner, **days)


@TABLE.row("delegation.oneself", "delegation.role", page_says=NO_CHOICE)
def it_is_anothers_role_lent_to_oneself(cast: Cast) -> Attempt:
    return lending(cast, cast.manager, cast.manager, role="ethics_reviewer")


@TABLE.row("delegation.stranger", "delegation.never_together", page_says=NO_CHOICE)
def an_auditor_borrows_nothing(cast: Cast) -> Attempt:
    return lending(cast, cast.manager, cast.auditor)


@TABLE.row("delegation.never_together")
def who_deploys_borrows_nothing(cast: Cast) -> Attempt:
    return lending(cast, cast.manager, also(cast, cast.scientist, Role.DEPLOYER))


@TABLE.row("delegation.model")
def the_model_is_another_units(cast: Cast) -> Attempt:
    model = a_model(cast)
    admin = User.objects.get(username="other_admin")
    units.grant(unit=cast.other_unit, user=cast.manager, role="model_risk_manager", by=admin)
    units.grant(unit=cast.other_unit, user=cast.owner, role="business_owner", by=admin)
    return lending(cast, cast.manager, cast.owner, unit=cast.other_unit, model=model)


@TABLE.row("delegation.no_reason", api_field="reason", page_says=MISSING)
def a_seat_is_lent_for_no_reason(cast: Cast) -> Attempt:
    return lending(cast, cast.manager, cast.owner, reason=" ")


@TABLE.row("delegation.ended")
def what_has_ended_is_not_ended_again(cast: Cast) -> Attempt:
    lent = lend(cast, cast.manager, cast.owner)
    delegations.end(delegation=lent, reason="Back.", by=cast.manager)
    return ending(lent, cast.manager)


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_every_door_refuses_conditions_and_delegations_alike(
    cast: Cast, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused_at_every_door(row, cast, monkeypatch)
