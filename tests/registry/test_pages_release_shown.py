"""What the pages of a release show: who could sign, what each act does, and drafts everywhere."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from registry.models import Release
from registry.rules.roles import Role
from registry.services import delegations, releases, units
from tests.cast import (
    Cast,
    a_complete_version,
    a_model,
    a_person,
    a_release,
    a_version,
)
from tests.registry.doors import page_of, sign, state_of
from tests.registry.flow import act, in_four_stages, policy_with, through
from tests.registry.pages import signed_in


def test_each_act_says_what_it_does(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics)
    text = page_of(release, cast.manager)
    for verb in ("approve", "approve_with_conditions", "reject", "send_back", "return"):
        assert f'aria-describedby="effect_{verb}"' in text
        assert f'id="effect_{verb}"' in text
    assert 'src="/static/signing' in text


def test_the_page_names_who_could_sign_each_open_stage(cast: Cast) -> None:
    release = in_four_stages(cast)
    units.grant(unit=cast.unit, user=cast.scientist, role=Role.ETHICS_REVIEWER, by=cast.admin)
    second = a_person("validator2", "Vito Haas")
    units.grant(unit=cast.unit, user=second, role=Role.VALIDATOR, by=cast.admin)
    text = page_of(release, cast.auditor)
    could = text.split("Could sign now")[1:]
    assert len(could) == 2
    assert all(name in could[0] for name in ("Viktor Lang", "Vito Haas"))
    assert "Elena Sommer" in could[1]
    # Whose work it is, is not one who could.
    assert "Ada Brandt" not in could[1].split("</ul>")[0]
    through(cast, release, cast.validator, cast.ethics)
    (could,) = page_of(release, cast.auditor).split("Could sign now")[1:]
    named = could.split("</ul>")[0]
    assert all(name in named for name in ("Mara Roth", "Milan Novak", "Moritz Adler"))
    assert "Viktor Lang" not in named


def test_a_delegated_seat_is_told_until_when(cast: Cast) -> None:
    release = a_release(cast)
    now = timezone.now()
    delegations.give(
        unit=cast.unit,
        delegate=cast.ethics,
        role=Role.MODEL_RISK_MANAGER,
        starts_at=now - timedelta(seconds=1),
        ends_at=now + timedelta(days=5),
        reason="On leave.",
        by=cast.manager,
    )
    text = page_of(release, cast.auditor)
    named = text.split("Could sign now")[1].split("</ul>")[0]
    assert "Elena Sommer" in named
    assert "for Mara Roth by delegation until" in named


def test_a_stage_that_nobody_is_left_for_says_so(cast: Cast) -> None:
    release = in_four_stages(cast)
    units.end(
        membership=cast.unit.memberships.get(user=cast.ethics),
        reason="She left.",
        by=cast.admin,
    )
    assert "Nobody could sign this now" in page_of(release, cast.auditor)


def test_the_lists_take_as_many_queries_with_open_stages_as_without(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.manager)
    address = reverse("releases")
    release = in_four_stages(cast)
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    through(cast, release, cast.validator)
    for name in ("Second", "Third"):
        a_release(cast, a_complete_version(cast, a_model(cast, name)))
    releases.draft(
        version=a_version(cast, a_model(cast, "Fourth")), environment="staging", by=cast.scientist
    )
    with django_assert_max_num_queries(40) as many:
        text = client.get(address).text
    assert len(many) == len(few)
    assert "Ethics review" in text
    assert "Draft" in text


def test_a_draft_breaks_no_page_that_shows_releases(cast: Cast) -> None:
    version = a_version(cast)
    releases.draft(version=version, environment="production", by=cast.scientist)
    place = [version.model.slug, version.number]
    addresses = [
        reverse("today"),
        reverse("releases"),
        reverse("models"),
        reverse("model", args=place[:1]),
        reverse("model_relations", args=place[:1]),
        reverse("model_journal", args=place[:1]),
        *(reverse(name, args=place) for name in ("version", "card", "version_risk")),
        *(reverse(name, args=place) for name in ("version_data", "version_evidence")),
        *(reverse(name, args=place) for name in ("version_plan", "version_runs")),
        reverse("reports"),
        reverse("live"),
        reverse("findings"),
        reverse("reviews"),
    ]
    for person in (cast.scientist, cast.manager, cast.deployer):
        client = signed_in(person)
        for address in addresses:
            assert client.get(address).status_code == 200, (person, address)
    asked = signed_in(cast.auditor).post(
        reverse("ask_for_report", args=place), {"release": Release.objects.get().pk}
    )
    assert asked.status_code < 500


def test_a_stranger_finds_neither_release_nor_draft(cast: Cast) -> None:
    draft = releases.draft(version=a_version(cast), environment="production", by=cast.scientist)
    assert signed_in(cast.outsider).get(reverse("release", args=[draft.pk])).status_code == 404
    assert sign(draft, cast.outsider).status_code == 404


def test_conditions_forbidden_by_the_policy_are_not_offered(cast: Cast) -> None:
    policy_with(conditions_allowed=False)
    release = a_release(cast)
    text = page_of(release, cast.manager)
    assert 'value="approve_with_conditions"' not in text
    assert "conditions-TOTAL_FORMS" not in text
    act(releases.approve, release, cast.manager)
    assert state_of(release) == "approved"
