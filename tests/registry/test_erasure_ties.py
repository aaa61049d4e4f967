"""What keeps a person from being erased, and what goes on holding of them once they are."""

from __future__ import annotations

import json

from audits.services.decisions import decisions_of
from registry.models import Decision, Membership
from registry.rules.roles import Role
from registry.services import conditions, releases, units
from tests.cast import Cast, a_model, a_person, a_release, api
from tests.registry.erasing import a_member, a_vote, erased, leaves
from tests.registry.flow import a_condition, act
from tests.registry.keeping import a_hold, lifted
from tests.traces import refused


def test_no_role_is_granted_to_who_was_erased(cast: Cast) -> None:
    person = erased(leaves(a_member(cast), cast))
    with refused("membership.no_account"):
        units.grant(unit=cast.unit, user=person, role=Role.AUDITOR, by=cast.admin)
    with refused("membership.no_account"):
        units.found(slug="risk", name="Risk", administrator=person, by=None)
    sent = {"unit": cast.unit.slug, "user": person.username, "role": "auditor"}
    assert api(cast.admin).post("/api/v1/memberships/", sent).status_code == 400
    assert not Membership.objects.current().filter(user=person).exists()


def test_a_legal_hold_where_the_person_was_keeps_them(cast: Cast) -> None:
    person = leaves(a_member(cast), cast)
    elsewhere, here, on_all = (
        a_hold(cast, model=a_model(cast)),
        a_hold(cast, unit=cast.unit),
        a_hold(cast),
    )
    with refused("person.holds") as caught:
        erased(person, cast.admin)
    assert "the whole installation; Retail credit" in str(caught.value)
    for hold in (on_all, here):
        lifted(hold, cast.manager)
    assert elsewhere.released_at is None
    erased(person, cast.admin)


def test_a_decision_keeps_the_owner_of_a_condition_by_number(cast: Cast) -> None:
    release = a_release(cast)
    asked = [a_condition(cast, owner="deployer")]
    act(releases.approve_with_conditions, release, cast.manager, conditions=asked)
    assert "deployer" not in json.dumps(Decision.objects.get(release=release).asked)
    condition = release.conditions.get()
    assert condition.owner == cast.deployer
    person = leaves(cast.deployer, cast)
    with refused("person.conditions"):
        erased(person)
    units.grant(unit=cast.unit, user=person, role=Role.VALIDATOR, by=cast.admin)
    conditions.offer(condition=condition, text="Done.", evidence=None, by=person)
    leaves(person, cast)
    # What was offered may yet be found wanting.
    with refused("person.conditions"):
        erased(person)
    conditions.accept(condition=condition, reason="Seen.", by=cast.manager2)
    erased(person)
    (told,) = decisions_of(release)[0]["conditions"]
    assert told["owner"] == f"erased-{person.pk}"


def test_a_name_in_an_earlier_decision_is_not_given_again(cast: Cast) -> None:
    release = a_release(cast)
    Decision.objects.create(**a_vote(release, cast))
    release.state = "withdrawn"
    release.save()
    assert decisions_of(release)[0]["conditions"][0]["owner"] == "Dana Kraft"
    erased(leaves(cast.deployer, cast))
    with refused("person.exists"):
        a_person("deployer", "Dora Klein")
    (told,) = decisions_of(release)[0]["conditions"]
    assert told["owner"] == "an erased person"
