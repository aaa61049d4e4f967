"""Pages of attestations: opening a round, confirming it, and what is different by now."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import AttestationRound, Confirmation
from tests.cast import PASSWORD, Cast, a_model
from tests.registry.pages import signed_in
from tests.registry.reviewing import a_round, confirmed


def asked(cast: Cast, **changed: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "unit": cast.unit.slug,
        "period": "2026-Q4",
        "starts_on": "2026-10-01",
        "ends_on": "2026-12-31",
        "due_on": (today + timedelta(days=20)).isoformat(),
    } | changed


def test_a_manager_freezes_the_inventory_on_the_page(cast: Cast) -> None:
    a_model(cast)
    client, address = signed_in(cast.manager), reverse("open_attestation")
    assert address in client.get(reverse("attestations")).content.decode()
    assert client.get(address).status_code == 200
    answer = client.post(address, asked(cast), follow=True)
    page = answer.content.decode()
    assert "Mortgage approval" in page
    assert cast.owner.printed_name in page
    text = client.get(reverse("inventory_text", args=[AttestationRound.objects.get().pk]))
    assert text.content.decode() == AttestationRound.objects.get().text
    answer = client.post(address, asked(cast, due_on="2020-01-01"))
    assert answer.status_code == 409
    assert "opened already" in answer.content.decode()
    assert "day to come" in answer.content.decode()


def test_others_open_no_round_and_see_no_button(cast: Cast) -> None:
    client = signed_in(cast.owner)
    assert reverse("open_attestation") not in client.get(reverse("attestations")).content.decode()
    assert client.get(reverse("open_attestation")).status_code == 403
    answer = signed_in(cast.manager).post(
        reverse("open_attestation"), asked(cast, unit=cast.other_unit.slug)
    )
    assert answer.status_code == 422


def test_an_owner_signs_for_their_models(cast: Cast) -> None:
    model = a_model(cast)
    opened = a_round(cast)
    address = reverse("attestation", args=[opened.pk])
    client = signed_in(cast.owner)
    page = client.get(address).content.decode()
    assert "Confirm your models" in page
    assert f'name="exception-{model.slug}"' in page
    said = {
        "digest": opened.digest,
        "says": "confirmed_with_exceptions",
        f"exception-{model.slug}": "The intended use is wider by now.",
        "password": PASSWORD,
    }
    page = client.post(address, said, follow=True).content.decode()
    assert "Confirmed and signed." in page
    assert "The intended use is wider by now." in page
    assert "Confirm your models" not in page
    assert Confirmation.objects.get().owner == cast.owner


def test_a_wrong_password_and_a_wrong_form_sign_nothing(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    address = reverse("attestation", args=[opened.pk])
    client = signed_in(cast.owner)
    said = {"digest": opened.digest, "says": "confirmed", "password": "a guess"}
    assert client.post(address, said).status_code == 403
    assert client.post(address, said | {"says": "maybe"}).status_code == 422
    said = {"digest": opened.digest, "says": "confirmed_with_exceptions", "password": PASSWORD}
    answer = client.post(address, said)
    assert answer.status_code == 409
    assert "Exceptions are named" in answer.content.decode()
    assert not Confirmation.objects.exists()


def test_nobody_else_confirms_and_a_stranger_sees_nothing(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    address = reverse("attestation", args=[opened.pk])
    said = {"digest": opened.digest, "says": "confirmed", "password": PASSWORD}
    manager = signed_in(cast.manager)
    assert "Confirm your models" not in manager.get(address).content.decode()
    assert manager.post(address, said).status_code == 403
    stranger = signed_in(cast.outsider)
    assert stranger.get(address).status_code == 404
    assert stranger.get(reverse("inventory_text", args=[opened.pk])).status_code == 404
    assert "2026-Q4" not in stranger.get(reverse("attestations")).content.decode()


def test_the_page_names_models_that_are_not_covered(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    a_model(cast, "Churn")
    page = signed_in(cast.auditor).get(reverse("attestation", args=[opened.pk])).content.decode()
    assert "Not covered: added since" in page
    assert "Churn" in page


def test_many_rounds_take_as_many_queries_as_few(cast: Cast) -> None:
    a_model(cast)
    client = signed_in(cast.auditor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("attestations")).status_code == 200
        return len(seen)

    for number in range(3):
        confirmed(a_round(cast, f"Period {number}"), cast.owner)
    few = cost()
    for number in range(3, 12):
        a_round(cast, f"Period {number}")
    assert cost() == few
