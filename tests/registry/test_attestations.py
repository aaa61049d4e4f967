"""Attestations: a frozen inventory, confirmed by every owner for their own models and no others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import AttestationRound, Confirmation, Entry, Membership, Notice
from registry.models.append_only import WrittenOnce
from registry.rules import casefile
from registry.rules.refusals import Refused
from registry.rules.roles import Role
from registry.services import attestations, inventories, registered_models, units
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import Cast, a_model, a_statement, an_exhibit, gather
from tests.registry.reviewing import a_review, a_round, confirmed, in_use
from tests.registry.test_at_once import at_once
from tests.traces import time_passes, who


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [one.code for one in refused.value.objections]


def test_the_inventory_says_what_is_approved_due_and_open(cast: Cast) -> None:
    release = in_use(cast)
    model = release.version.model
    a_review(model)
    [told] = inventories.inventory_of(cast.unit)["models"]
    assert release.valid_until
    assert told["slug"] == model.slug
    assert told["owner"] == {
        "id": cast.owner.pk,
        "username": "owner",
        "name": cast.owner.printed_name,
    }
    assert (told["tier"], told["level"], told["open_reviews"]) == (3, "low", 1)
    assert told["approved"] == [
        {
            "version": "1.0",
            "environment": "production",
            "state": "approved",
            "valid_until": timezone.localdate(release.valid_until).isoformat(),
        }
    ]
    assert (told["live"], told["open_findings"]) == ([], 0)
    assert told["next_review_due"] > timezone.localdate().isoformat()


def test_a_round_freezes_the_inventory_and_its_owners_are_told(cast: Cast) -> None:
    in_use(cast)
    a_model(cast, "Churn", owner=cast.validator)
    opened = a_round(cast)
    assert opened.digest == casefile.digest(opened.text)
    assert [model["slug"] for model in opened.inventory["models"]] == ["churn", "mortgage-approval"]
    assert {notice.person for notice in Notice.objects.filter(code="attestation.due")} == {
        cast.owner,
        cast.validator,
    }
    entry = Entry.objects.get(action="attestation.opened")
    assert json.loads(entry.changes)["digest"] == opened.digest
    assert entry.unit == cast.unit.slug


def test_the_inventory_costs_as_much_for_many_models_as_for_one(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            inventories.inventory_of(cast.unit)
        return len(seen)

    in_use(cast)
    one = cost()
    in_use(cast, "Churn")
    a_model(cast, "Fraud")
    assert cost() == one


def test_a_round_is_refused_with_every_reason(cast: Cast) -> None:
    today = timezone.localdate()
    with pytest.raises(Refused) as refused:
        a_round(cast, " ", starts_on=today, ends_on=today - timedelta(days=1), due_on=today)
    assert codes(refused) == [
        "attestation.period",
        "attestation.backwards",
        "attestation.due",
        "attestation.empty",
    ]
    assert not AttestationRound.objects.exists()


def test_a_period_is_opened_once_in_a_unit(cast: Cast) -> None:
    a_model(cast)
    a_round(cast)
    with pytest.raises(Refused) as refused:
        a_round(cast)
    assert codes(refused) == ["attestation.taken"]


def test_a_model_whose_owner_is_gone_needs_another_first(cast: Cast) -> None:
    a_model(cast)
    held = Membership.objects.current().get(user=cast.owner)
    units.end(membership=held, reason="She left.", by=cast.admin)
    with pytest.raises(Refused) as refused:
        a_round(cast)
    assert codes(refused) == ["attestation.ownerless"]
    assert "Mortgage approval" in str(refused.value)


def test_only_a_model_risk_manager_of_the_unit_opens_a_round(cast: Cast) -> None:
    a_model(cast)
    for person in (cast.validator, cast.owner, cast.admin, cast.auditor, cast.outsider):
        with pytest.raises(PermissionDenied):
            a_round(cast, by=person)


def test_a_confirmation_keeps_the_signature_as_it_was_made(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    said = confirmed(opened, cast.owner)
    assert (said.printed_name, said.role) == (cast.owner.printed_name, "business_owner")
    assert (said.method, said.digest) == ("password", opened.digest)
    assert said.meaning.startswith("I own these models")
    assert attestations.waiting(opened) == []
    assert who(Entry.objects.get(action="attestation.confirmed")) == cast.owner.printed_name


def test_an_owner_names_exceptions_model_by_model(cast: Cast) -> None:
    model = a_model(cast)
    opened = a_round(cast)
    exceptions = {model.slug: "  The intended use is wider by now.  "}
    said = confirmed(opened, cast.owner, says="confirmed_with_exceptions", exceptions=exceptions)
    assert said.exceptions == {model.slug: "The intended use is wider by now."}


def test_nobody_confirms_for_another(cast: Cast) -> None:
    a_model(cast)
    a_model(cast, "Churn", owner=cast.validator)
    opened = a_round(cast)
    for person in (cast.manager, cast.scientist, cast.admin, cast.outsider):
        with pytest.raises(PermissionDenied):
            confirmed(opened, person)
    with pytest.raises(Refused) as refused:
        confirmed(
            opened,
            cast.validator,
            says="confirmed_with_exceptions",
            exceptions={"mortgage-approval": "It is not what it says."},
        )
    assert codes(refused) == ["attestation.not_yours"]
    assert not Confirmation.objects.exists()


def test_a_wrong_password_signs_nothing_and_is_remembered(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    with pytest.raises(SignatureFailed):
        confirmed(opened, cast.owner, proof=Proof(password="a guess"))
    assert not Confirmation.objects.exists()
    assert Entry.objects.filter(action="signature.failed").count() == 1


def test_what_is_signed_is_what_was_shown_and_only_once(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    with pytest.raises(Refused) as refused:
        confirmed(opened, cast.owner, digest="0" * 64)
    assert codes(refused) == ["attestation.other_digest"]
    confirmed(opened, cast.owner)
    with pytest.raises(Refused) as refused:
        confirmed(opened, cast.owner)
    assert codes(refused) == ["attestation.done"]


def test_who_owned_a_model_at_the_freezing_confirms_it_whoever_owns_it_now(cast: Cast) -> None:
    model = a_model(cast)
    opened = a_round(cast)
    registered_models.revise(
        model=model,
        statement=a_statement(cast, owner=cast.validator),
        reason="Olga moves on.",
        by=cast.scientist,
    )
    with pytest.raises(PermissionDenied):
        confirmed(opened, cast.validator)
    assert confirmed(opened, cast.owner)


def test_what_changed_since_is_shown_and_a_new_model_is_not_covered(cast: Cast) -> None:
    release = in_use(cast)
    opened = a_round(cast)
    found = attestations.drift_of(opened)
    assert (found.added, found.gone, found.changed) == ((), (), ())
    an_exhibit(cast, release.version, "fairness", verdict="fail")
    a_model(cast, "Churn")
    found = attestations.drift_of(opened)
    assert [model["slug"] for model in found.added] == ["churn"]
    [(model, changes)] = found.changed
    assert model["slug"] == "mortgage-approval"
    assert "open_reviews" in {change.fact for change in changes}


def test_late_owners_are_told_once_a_day_until_they_confirm(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_model(cast)
    a_model(cast, "Churn", owner=cast.validator)
    opened = a_round(cast)
    confirmed(opened, cast.validator)
    told = Notice.objects.filter(code="attestation.due", person=cast.owner)
    attestations.remind()
    assert told.count() == 1
    time_passes(monkeypatch, days=31)
    attestations.remind()
    attestations.remind()
    assert told.count() == 2
    assert Notice.objects.filter(code="attestation.due", person=cast.validator).count() == 1


def test_a_round_and_what_was_said_in_it_are_written_once(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    confirmed(opened, cast.owner)
    for rows in (AttestationRound.objects.all(), Confirmation.objects.all()):
        with pytest.raises(WrittenOnce):
            rows.delete()


def test_an_owner_in_two_windows_confirms_once(committed_db: str) -> None:
    cast = gather()
    a_model(cast)
    opened = a_round(cast)
    ended = at_once(*(lambda: confirmed(opened, cast.owner) for _ in range(4)))
    assert sum(isinstance(one, Confirmation) for one in ended) == 1
    late = [one for one in ended if isinstance(one, Refused)]
    assert {one.objections[0].code for one in late} == {"attestation.done"}
    assert Confirmation.objects.count() == 1


def test_an_owner_confirms_in_the_roles_they_hold(cast: Cast) -> None:
    a_model(cast)
    opened = a_round(cast)
    units.grant(unit=cast.unit, user=cast.owner, role=Role.ETHICS_REVIEWER, by=cast.admin)
    assert confirmed(opened, cast.owner).role == "business_owner, ethics_reviewer"
