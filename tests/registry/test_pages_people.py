"""Every page for the right person, the wrong role, a stranger and nobody at all."""

from __future__ import annotations

from django.test import Client
from django.urls import get_resolver, reverse

from registry.models import DataLink, Entry, User
from tests.cast import Cast, a_version
from tests.registry.page_rights import (
    ACTS,
    FILL,
    HAND_OUT,
    IN_FILES_OF_THEIR_OWN,
    ONESELF,
    OPEN_TO_STRANGERS,
    OVERVIEWS,
    PEOPLE,
    READ,
)
from tests.registry.pages import World, signed_in, world

__all__ = ["world"]


def test_the_lists_name_every_page() -> None:
    named = {one for one in get_resolver().reverse_dict if isinstance(one, str)}
    elsewhere = {"sign_in", "sign_out", "healthz", "set_language"}
    pages = {name for name in named if not reverse_is_of_the_api(name)}
    pages -= elsewhere | ONESELF | IN_FILES_OF_THEIR_OWN
    assert pages == {*READ, *FILL, *HAND_OUT, *ACTS}


def reverse_is_of_the_api(name: str) -> bool:
    """Say whether an address lies under /api/."""
    (pattern, *_rest), *_others = get_resolver().reverse_dict.getlist(name)
    return str(pattern[0][0]).startswith("api/")


def test_everybody_in_the_unit_reads_every_page(world: World) -> None:
    for name in PEOPLE:
        client = signed_in(getattr(world.cast, name))
        answers = {page: client.get(world.address(page)).status_code for page in READ}
        assert answers == dict.fromkeys(READ, 200), name


def test_a_form_opens_for_its_roles_and_is_refused_with_a_sentence_to_others(
    world: World,
) -> None:
    for name in PEOPLE:
        client = signed_in(getattr(world.cast, name))
        for page, may in (FILL | HAND_OUT).items():
            answer = client.get(world.address(page))
            assert answer.status_code == (200 if name in may else 403), (name, page)
            if name not in may:
                assert "role" in answer.text, (name, page)
                assert "You may not do this" in answer.text


def test_an_act_by_the_wrong_role_is_refused_with_the_roles_it_takes(world: World) -> None:
    before = Entry.objects.count()
    said = {"environment": "production", "reason": "Mine."}
    for page, may in ACTS.items():
        for name in sorted(set(PEOPLE) - may):
            answer = signed_in(getattr(world.cast, name)).post(world.address(page), said)
            assert answer.status_code == 403, (name, page)
            assert "This takes one of these roles in the unit Retail credit" in answer.text
    assert Entry.objects.count() == before


def test_forms_of_shared_pages_are_refused_to_the_wrong_role(world: World) -> None:
    cast = world.cast
    client = signed_in(cast.auditor)
    attach = client.post(world.address("version_data"), {"data": attachable(world)})
    grant = client.post(world.address("unit"), {"user": cast.outsider.pk, "role": "auditor"})
    assert (attach.status_code, grant.status_code) == (403, 403)
    assert "Data scientist" in attach.text
    assert "Administrator" in grant.text


def attachable(world: World) -> int:
    """Return data of the unit that the first version does not have."""
    other = DataLink.objects.exclude(version=world.link.version).first()
    assert other
    return other.data_id


def test_a_stranger_finds_nothing_of_another_unit(world: World) -> None:
    client = signed_in(world.cast.outsider)
    for page in {*READ, *FILL, *HAND_OUT} - OPEN_TO_STRANGERS:
        assert client.get(world.address(page)).status_code == 404, page
    for page in ACTS:
        assert client.post(world.address(page)).status_code == 404, page


def test_an_overview_shows_a_stranger_no_row_of_another_unit(world: World) -> None:
    client = signed_in(world.cast.outsider)
    for page in sorted(OVERVIEWS):
        text = client.get(world.address(page)).text
        for secret in ("Mortgage approval", "Car loans", "Retail credit", "Applications"):
            assert secret not in text, page


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_and_back(world: World) -> None:
    client = Client()
    for page in [*READ, *FILL, *HAND_OUT]:
        address = world.address(page)
        answer = client.get(address)
        assert answer.status_code == 302, page
        assert answer["Location"] == f"{reverse('sign_in')}?next={address}"
    for page in ACTS:
        assert client.post(world.address(page)).status_code == 302, page


def test_an_act_is_never_done_by_a_link(world: World) -> None:
    client = signed_in(world.cast.scientist)
    for page in ACTS:
        assert client.get(world.address(page)).status_code == 405, page


def test_a_person_without_a_role_is_told_to_ask_for_one(cast: Cast) -> None:
    nobody = User.objects.create(username="newcomer", first_name="Nora", last_name="Keller")
    a_version(cast)
    answer = signed_in(nobody).get(reverse("today"))
    assert "No role yet; ask an administrator" in answer.text
