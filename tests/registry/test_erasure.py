"""A person is erased: nothing is left that names them, and the journal stays whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import reverse
from knox.models import get_token_model
from pytest_django import Settings

from registry.models import Decision, Entry, MailChoice, Membership, Notice, PersonKey, User
from registry.rules.roles import Role
from registry.services import (
    erasure_ledger,
    journal,
    mail_choices,
    people,
    personal,
    units,
)
from registry.services.names import Named
from registry.services.openings import by_people_named, opened
from tests.cast import Cast, a_release, a_version, an_approved_release, api
from tests.registry.erasing import WHY, Undone, a_member, a_vote, erased, everything_in, leaves
from tests.registry.factors import with_codes, with_passkey
from tests.registry.lending import lend
from tests.registry.pages import signed_in
from tests.registry.trouble import a_finding
from tests.traces import denied, journalled, nothing_written, refused, who


@pytest.fixture
def ledger(settings: Settings) -> Path:
    return Path(settings.ERASURES_FILE)


def test_who_is_erased_is_unreadable_and_the_chain_stays_whole(cast: Cast, ledger: Path) -> None:
    release = an_approved_release(cast)
    person = leaves(cast.manager, cast)
    mine = Entry.objects.filter(actor_id=person.pk)
    before = list(Entry.objects.order_by("number").values())
    assert who(mine.latest("number")) == "Mara Roth"
    with journalled() as entries:
        left = erased(person, cast.admin)
    assert [one.action for one in entries] == ["person.erased"]
    assert (entries[0].subject, entries[0].reason, entries[0].unit) == (
        f"erased-{person.pk}",
        WHY,
        "retail-credit",
    )
    assert list(Entry.objects.filter(number__lte=len(before)).order_by("number").values()) == before
    assert journal.verify()[0] is None
    every_key = [row.wrapped_key for row in PersonKey.objects.all()]
    assert every_key.count(None) == 1
    read = opened(Entry.objects.all())
    told = [f"{one.actor} {one.subject} {one.told} {one.entry.reason}" for one in read]
    assert not [one for one in told if "Mara" in one or "Roth" in one or '"manager"' in one]
    assert f"an erased person ({person.pk})" in {one.actor for one in read}
    assert not [key for one in read for key in one.keys if personal.person_of(key) == person.pk]
    for table in ("registry_entry", "registry_user", "registry_personkey", "registry_notice"):
        text = everything_in(table)
        assert "Mara" not in text, table
        assert "Roth" not in text, table
    assert list(by_people_named(Entry.objects.all(), f"erased-{person.pk}")) == []
    # What was signed keeps the printed name.
    assert Decision.objects.get(release=release).printed_name == "Mara Roth"
    assert "Mara" not in ledger.read_text()
    assert ledger.stat().st_mode & 0o777 == 0o600
    assert left.printed_name == f"erased-{person.pk}"


def test_every_way_into_the_account_is_gone(cast: Cast) -> None:
    person = leaves(cast.manager, cast)
    with_codes(person)
    with_passkey(person)
    EmailAddress.objects.create(user=person, email="mara@bank.example")
    mail_choices.choose(
        address="mara@bank.example", acts="at_once", reminders="digest", time_zone="", by=person
    )
    browser, client = signed_in(person), api(person)
    other = signed_in(cast.owner)
    assert browser.get(reverse("today")).status_code == 200
    left = erased(person)
    assert (left.email, left.first_name, left.is_active) == ("", "", False)
    assert not left.has_usable_password()
    assert browser.get(reverse("today")).status_code == 302
    assert other.get(reverse("today")).status_code == 200
    assert client.get("/api/v1/models/").status_code == 401
    for kept in (get_token_model(), Authenticator, EmailAddress):
        assert not kept.objects.filter(user=person).exists()
    for told in (Notice, MailChoice):
        assert not told.objects.filter(person=person).exists()
    assert Session.objects.count() == 1
    assert "mara@" not in everything_in("registry_entry") + everything_in("registry_user")


def test_who_is_still_bound_is_not_erased_and_every_reason_is_said(cast: Cast) -> None:
    version = a_version(cast)
    a_finding(cast, version)
    lend(cast, cast.manager, cast.owner)
    with refused(
        "person.roles", "person.models", "person.findings", "person.delegations", "person.no_reason"
    ) as caught:
        erased(cast.owner, cast.admin, reason=" ")
    said = str(caught.value)
    assert "Business owner, Retail credit" in said
    assert "Mortgage approval" in said
    with refused("person.oneself", "person.roles"):
        erased(cast.admin, cast.admin)


def test_a_condition_named_in_a_review_binds_who_is_to_fulfil_it(cast: Cast) -> None:
    from_review = a_release(cast)
    Decision.objects.create(**a_vote(from_review, cast))
    person = leaves(cast.deployer, cast)
    with refused("person.conditions"):
        erased(person)


def test_what_binds_in_a_unit_one_does_not_see_is_not_named(cast: Cast) -> None:
    person = leaves(a_member(cast), cast)
    units.grant(unit=cast.other_unit, user=person, role=Role.AUDITOR, by=None)
    with refused("person.roles") as caught:
        erased(person, cast.admin)
    assert "Treasury" not in str(caught.value)
    assert "in another unit" in str(caught.value)


def test_only_an_administrator_of_a_unit_the_person_was_in_erases(cast: Cast) -> None:
    person = leaves(a_member(cast), cast)
    other_admin = User.objects.get(username="other_admin")
    for by in (cast.manager, cast.auditor, cast.outsider, other_admin):
        with denied():
            erased(person, by)
    erased(person, cast.admin)
    with refused("person.erased"):
        erased(person, cast.admin)


def test_names_of_the_erased_are_never_sealed_again(cast: Cast) -> None:
    person = erased(leaves(a_member(cast), cast))
    membership = Membership.objects.get(user=person)

    @journal.verb
    def tells_of_them() -> None:
        changes = {"user": Named(person)}
        journal.record("x.y", by=None, subject=membership, role="system", changes=changes)

    with journalled() as entries:
        tells_of_them()
    assert "sealed:" not in entries[0].subject + entries[0].changes
    assert PersonKey.objects.get(pk=person.pk).wrapped_key is None


def test_what_is_rolled_back_is_taken_back_in_the_ledger(cast: Cast) -> None:
    person = leaves(a_member(cast), cast)

    @journal.verb
    def fails_after() -> None:
        erased(person)
        raise RuntimeError("Something else.")

    with nothing_written(), pytest.raises(RuntimeError):
        fails_after()
    assert erasure_ledger.read() == []
    assert people.replay_erasures() == 0


def test_without_its_line_in_the_ledger_nobody_is_erased(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    person = leaves(a_member(cast), cast)
    settings.ERASURES_FILE = tmp_path / "missing" / "erasures.jsonl"
    with refused("erasures.unwritable"):
        erased(person)


def test_a_restored_database_is_told_who_was_erased_since(cast: Cast, ledger: Path) -> None:
    person, other = leaves(a_member(cast), cast), leaves(cast.deployer, cast)
    with pytest.raises(Undone), transaction.atomic():
        erased(person)
        raise Undone
    # As after a restore of a backup from before: the key is back, and the ledger knows better.
    with ledger.open("a") as torn:
        torn.write('{"id": "torn')
    assert PersonKey.objects.get(pk=person.pk).wrapped_key is not None
    with journalled() as entries:
        assert people.replay_erasures() == 1
    assert [(one.action, one.actor, one.reason) for one in entries] == [
        ("person.erased", "system", WHY)
    ]
    assert PersonKey.objects.get(pk=person.pk).wrapped_key is None
    assert User.objects.get(pk=person.pk).username == f"erased-{person.pk}"
    with nothing_written():
        assert people.replay_erasures() == 0
    erased(other)
    assert [one.person for one in erasure_ledger.read()] == [person.pk, other.pk]
    # Whoever has the number in a database from before they joined is somebody else.
    ledger.write_text(
        ledger.read_text().replace(f'"person":{other.pk}', f'"person":{cast.owner.pk}')
    )
    with nothing_written():
        assert people.replay_erasures() == 0
    ledger.write_text("no ledger\n")
    with refused("erasures.unreadable"):
        people.replay_erasures()
