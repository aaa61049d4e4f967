"""Every page for the right person, the wrong role, a stranger and nobody at all."""

from __future__ import annotations

from django.test import Client
from django.urls import get_resolver, reverse

from registry.models import DataLink, Entry, User
from tests.cast import Cast, a_version
from tests.registry.pages import World, signed_in, world

__all__ = ["world"]

# Pages that everybody who holds a role in the unit may read.
READ = [
    "today",
    "models",
    "model",
    "model_journal",
    "scorecard",
    "model_relations",
    "version",
    "version_data",
    "version_evidence",
    "version_plan",
    "card",
    "version_risk",
    "exhibit",
    "figures",
    "releases",
    "release",
    "case_file",
    "condition",
    "delegations",
    "overrides",
    "override",
    "findings",
    "finding",
    "incidents",
    "incident",
    "live",
    "reviews",
    "attestations",
    "policies",
    "datasets",
    "dataset",
    "data_query",
    "notices",
    "journal",
    "settings",
    "matrix",
    "retention",
    "unit",
    "runs",
    "run",
    "version_runs",
    "reports",
    "report",
    "monitors",
    "monitor",
]
# Forms, with those who may fill them in.
FILL = {
    "new_report": {"scientist", "validator", "manager", "manager2", "owner", "auditor"},
    "register_model": {"scientist"},
    "revise_model": {"scientist", "manager", "manager2"},
    "fill_scorecard": {"scientist", "validator", "manager", "manager2", "owner"},
    "retire_model": {"manager", "manager2", "owner"},
    "add_version": {"scientist"},
    "write_card": {"scientist"},
    "assess_risk": {"scientist", "validator", "manager", "manager2"},
    "open_finding": {"validator", "manager", "manager2"},
    "report_incident": {"scientist", "validator", "manager", "manager2", "owner"},
    "give_delegation": {"validator", "manager", "manager2", "owner"},
    "request_override": {"manager", "manager2", "owner"},
    "conflicts": {"validator", "manager", "manager2", "owner", "auditor"},
    "register_dataset": {"scientist"},
    "add_dataset_version": {"scientist"},
    "propose_query": {"scientist"},
    "delete_rows": {"manager", "manager2", "admin"},
    "start_run": {"scientist", "validator"},
    "start_monitor": {"scientist", "validator", "manager", "manager2"},
    "revise_plan": {"scientist", "validator"},
    "hand_in_evidence": {"scientist", "validator"},
    "hand_in_evidently": {"scientist", "validator"},
    "choose_mail": {"scientist", "validator", "manager", "manager2", "owner", "auditor", "admin"},
    "events": {"admin"},
    "edit_matrix": {"admin"},
    "place_hold": {"manager", "manager2", "admin"},
    "propose_rule": {"admin"},
    "retention_preview": {"manager", "manager2", "auditor", "admin"},
    "store": {"auditor", "admin"},
}
# Files that hold small cells, with those who may have them.
HAND_OUT = {
    "exhibit_file": {"scientist", "validator", "manager", "manager2", "owner", "auditor"},
    "report_file": {"scientist", "validator", "manager", "manager2", "owner", "auditor"},
}
HAND_OUT |= dict.fromkeys(
    ("report_docx", "report_xlsx", "report_csv", "report_json"), HAND_OUT["report_file"]
)
# Acts without a page of their own, with those who may.
ACTS = {
    "review_query": {"admin"},
    "refuse_query": {"admin"},
    "propose_tier": {"scientist", "validator", "manager", "manager2", "owner"},
    "confirm_tier": {"manager", "manager2"},
    "withdraw_tier": {"scientist", "manager", "manager2"},
    "end_relation": {"scientist", "manager", "manager2"},
    "move_finding": {"scientist", "validator", "manager", "manager2", "owner"},
    "move_incident": {"validator", "manager", "manager2", "owner"},
    "submit": {"scientist"},
    "discard_release": {"scientist"},
    "detach_data": {"scientist"},
    "card_into_effect": {"scientist"},
    "risk_into_effect": {"scientist", "manager", "manager2"},
    "run_again": {"scientist", "validator"},
    "end_monitor": {"scientist", "validator", "manager", "manager2"},
    "end_membership": {"admin"},
    "end_delegation": {"scientist", "validator", "manager", "manager2", "owner", "admin"},
    "end_override": {"manager", "manager2", "owner"},
    "send_again": {"admin"},
    "recall_report": {"auditor", "admin"},
    "ask_for_report": {"scientist", "validator", "manager", "manager2", "owner", "auditor"},
}
PEOPLE = ("scientist", "validator", "manager", "manager2", "owner", "auditor", "admin")
# Pages that speak of no one model or unit, so that a stranger sees them without its rows.
OVERVIEWS = {
    "today",
    "models",
    "releases",
    "delegations",
    "overrides",
    "findings",
    "incidents",
    "live",
    "reviews",
    "attestations",
    "policies",
    "datasets",
    "journal",
    "settings",
    "matrix",
    "retention",
    "runs",
    "monitors",
    "reports",
    "notices",
}
# Of the person alone, whatever their role; test_pages_second_factors.py and test_pages_notices.py
# ask for them.
ONESELF = {
    "read_notice",
    "second_factor",
    "sign_in_passkey",
    "account",
    "confirm",
    "add_codes",
    "add_passkey",
    "new_passkey_options",
    "passkey_options",
    "remove_factor",
    "renew_recovery_codes",
}
# Asked for, with who may and who may not, in test_pages_deployments.py, test_pages_reviews.py,
# test_pages_attestations.py, test_pages_policies.py, test_pages_keeping.py,
# test_erasure.py and test_pages_verify.py.
IN_FILES_OF_THEIR_OWN = {
    "people",
    "erase_person",
    "deployment",
    "report_deployment",
    "review",
    "close_review",
    "request_review",
    "attestation",
    "open_attestation",
    "inventory_text",
    "policy",
    "propose_policy",
    "release_hold",
    "confirm_rule",
    "verify",
    "verify_checker",
    "verify_certificate",
}
OPEN_TO_STRANGERS = OVERVIEWS | {
    "new_report",
    "register_model",
    "register_dataset",
    "choose_mail",
    "events",
    "edit_matrix",
    "give_delegation",
    "conflicts",
    "place_hold",
    "propose_rule",
    "retention_preview",
    "store",
}


def test_the_lists_here_name_every_page() -> None:
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
