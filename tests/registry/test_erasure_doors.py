"""A person is erased from the shell, on the page and by the API, and refused there alike."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from registry.models import PersonKey
from registry.services import journal
from tests.cast import Cast, api
from tests.registry.erasing import WHY, a_member, leaves
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of


def test_an_operator_erases_from_the_shell(cast: Cast) -> None:
    person = leaves(a_member(cast), cast)
    with pytest.raises(CommandError, match="no account nobody"):
        call_command("erase_person", "nobody", "--reason", WHY)
    with pytest.raises(CommandError, match="Give the reason"):
        call_command("erase_person", "iris", "--reason", " ")
    said = StringIO()
    call_command("erase_person", "iris", "--reason", WHY, stdout=said)
    assert f"erased-{person.pk}" in said.getvalue()
    assert journal.verify()[0] is None


def test_the_page_says_what_stays_and_erases_once_confirmed(cast: Cast) -> None:
    person = a_member(cast)
    address = reverse("erase_person", args=[person.pk])
    admin = signed_in(cast.admin)
    assert faults_of(admin.get(address)) == []
    shown = admin.get(address).text
    assert "keep the printed name" in shown
    assert "The person still holds roles: Validator, Retail credit" in shown
    answer = admin.post(address, {"reason": WHY, "username": "iris"})
    assert answer.status_code == 409
    assert "still holds roles" in answer.text
    leaves(person, cast)
    wrong = admin.post(address, {"reason": WHY, "username": "ada"})
    assert "Write iris, the name of the account." in wrong.text
    assert PersonKey.objects.get(pk=person.pk).erased_at is None
    assert signed_in(cast.auditor).get(address).status_code == 403
    assert signed_in(cast.outsider).get(address).status_code == 404
    done = admin.post(address, {"reason": WHY, "username": "iris"}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("people")
    assert faults_of(done) == []
    assert "an erased person" in done.text
    assert "Iris Kahn" not in done.text
    assert "Ada Brandt" in done.text
    assert signed_in(cast.auditor).get(reverse("people")).status_code == 403


def test_the_api_erases_refuses_and_hides(cast: Cast) -> None:
    person = a_member(cast)
    address = f"/api/v1/people/{person.pk}/erase/"
    admin = api(cast.admin)
    answer = admin.post(address, {"reason": ""})
    assert answer.status_code == 400
    answer = admin.post(address, {"reason": WHY})
    assert [one["code"] for one in answer.json()["objections"]] == ["person.roles"]
    leaves(person, cast)
    assert api(cast.auditor).post(address, {"reason": WHY}).status_code == 403
    assert api(cast.outsider).post(address, {"reason": WHY}).status_code == 404
    answer = admin.post(address, {"reason": WHY})
    assert answer.status_code == 200
    assert answer.json()["username"] == f"erased-{person.pk}"
    assert answer.json()["erased_at"]
