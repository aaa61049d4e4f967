"""Retention, legal holds and the store on the pages."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from registry import tasks
from registry.models import RetentionHold, RetentionRule
from registry.services import retention_rules, store
from tests.cast import Cast, a_model, a_version, an_exhibit, attached
from tests.registry.keeping import YEAR, a_hold, a_rule
from tests.registry.pages import signed_in
from tests.registry.rows_at_rest import lies_at
from tests.registry.test_pages_markup import faults_of
from tests.traces import nothing_written, time_passes


def test_a_hold_is_placed_from_a_page_and_named_on_all_it_holds(cast: Cast) -> None:
    version = a_version(cast)
    data = attached(cast, version).data
    client = signed_in(cast.manager)
    form = client.get(reverse("place_hold"), {"on": f"model:{version.model_id}"})
    assert f'value="model:{version.model_id}" selected' in form.text
    assert faults_of(form) == []
    with nothing_written():
        refusal = client.post(reverse("place_hold"), {"on": "installation", "reason": " "})
        malformed = client.post(reverse("place_hold"), {"on": "model:0", "reason": "A law suit."})
    assert (refusal.status_code, malformed.status_code) == (409, 422)
    assert "Say why; it stands in the journal" in refusal.text
    said = {"on": f"model:{version.model_id}", "reason": "A law suit."}
    assert client.post(reverse("place_hold"), said).status_code == 302
    hold = RetentionHold.objects.get()
    for name, args in (
        ("model", [version.model.slug]),
        ("version", [version.model.slug, version.number]),
        ("dataset", [data.dataset.slug]),
        ("retention", []),
    ):
        page = client.get(reverse(name, args=args))
        assert "A law suit." in page.text, name
        assert faults_of(page) == [], name
    delete = reverse("delete_rows", args=[data.dataset.slug, data.number])
    answer = client.post(delete, {"reason": "Asked for."})
    assert answer.status_code == 409
    assert "A legal hold keeps this" in answer.text
    assert "A law suit." in signed_in(cast.auditor).get(reverse("retention")).text
    assert "A law suit." not in signed_in(cast.outsider).get(reverse("retention")).text
    release = reverse("release_hold", args=[hold.pk])
    assert signed_in(cast.scientist).get(release).status_code == 403
    assert signed_in(cast.outsider).post(release, {"reason": "Mine."}).status_code == 404
    assert client.post(release, {"reason": ""}).status_code == 409
    assert faults_of(client.get(release)) == []
    assert client.post(release, {"reason": "Settled."}).status_code == 302
    assert "A law suit." not in client.get(reverse("model", args=[version.model.slug])).text
    assert "Settled." in client.get(reverse("retention")).text


def test_a_manager_holds_nothing_of_another_unit(cast: Cast) -> None:
    model = a_model(cast)
    outsider = signed_in(cast.outsider)
    assert outsider.get(reverse("place_hold")).status_code == 403
    assert model.name not in signed_in(cast.outsider).get(reverse("retention")).text


def test_other_periods_are_proposed_and_confirmed_by_a_second_person(cast: Cast) -> None:
    admin, manager = signed_in(cast.admin), signed_in(cast.manager)
    address = reverse("propose_rule")
    said = {"frameworks": ["eu_ai_act"], "period_evidence": "12 years", "reason": "Counsel."}
    short = admin.post(address, said | {"period_evidence": "1 year"})
    assert short.status_code == 409
    assert "EU AI Act, Art. 18(1) asks for at least" in short.text
    assert faults_of(admin.get(address)) == []
    assert admin.post(address, said).status_code == 302
    rule = RetentionRule.objects.get()
    confirm = reverse("confirm_rule", args=[rule.edition])
    assert "Confirm it" not in admin.get(reverse("retention")).text
    assert "Nobody confirms their own proposal" in admin.post(confirm, follow=True).text
    assert signed_in(cast.scientist).post(confirm).status_code == 403
    assert manager.get(confirm).status_code == 405
    assert manager.post(reverse("confirm_rule", args=[7])).status_code == 404
    page = manager.get(reverse("retention"))
    assert "Confirm it" in page.text
    assert faults_of(page) == []
    assert "Edition 1 is in force." in manager.post(confirm, follow=True).text
    assert retention_rules.in_force().edition == 1
    assert 'value="12 years"' in admin.get(address).text


def test_what_an_edition_drops_is_said_in_words_before_a_second_person_confirms_it(
    cast: Cast,
) -> None:
    retention_rules.propose(
        frameworks=["ccpa_admt", "nyc_ll144"],
        periods={"automatic_log": "2 years"},
        reason="We leave the Union.",
        by=cast.admin,
    )
    page = signed_in(cast.manager).get(reverse("retention"))
    banner = html.unescape(page.text[: page.text.index("<h2>Legal holds")])
    assert "EU AI Act is dropped: what it asks to be kept at least no longer counts." in banner
    assert "Exhibits of drift that nothing rests on: 2 years, before 3 years" in banner
    assert "Against the usual rules:" in banner
    assert "usual periods" not in page.text
    retention_rules.confirm(rule=RetentionRule.objects.get(), by=cast.manager)
    a_rule(cast, automatic_log="2 years")
    page = signed_in(cast.manager).get(reverse("retention"))
    told = html.unescape(page.text[page.text.index("Editions of the rules") :])
    assert "Against edition 1:" in told
    assert "EU AI Act is added: what it asks to be kept at least counts from now on." in told
    assert "EU AI Act is dropped" in told
    assert faults_of(page) == []
    for code in ("automatic_log", "eu_ai_act", "ccpa_admt", "nyc_ll144"):
        assert code not in page.text


def test_the_preview_tells_each_thing_and_the_tombstones_stay(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = a_version(cast)
    exhibit = an_exhibit(cast, version)
    a_rule(cast, evidence="11 years")
    auditor, address = signed_in(cast.auditor), reverse("retention_preview")
    assert exhibit.title not in auditor.get(address).text
    later = (timezone.localdate() + timedelta(days=12 * YEAR)).isoformat()
    ahead = auditor.get(address, {"on": later})
    assert exhibit.title in ahead.text
    assert faults_of(ahead) == []
    assert auditor.get(address, {"on": "soon"}).status_code == 422
    hold = a_hold(cast, unit=cast.unit)
    time_passes(monkeypatch, days=11 * YEAR + 2)
    # The session of then has ended.
    auditor = signed_in(cast.auditor)
    held = auditor.get(address).text
    assert exhibit.digest in held
    assert f"hold {hold.pk}: A law suit." in held
    assert "own rule: 11 years since the version was last in use, edition 1" in held
    signed_in(cast.manager).post(reverse("release_hold", args=[hold.pk]), {"reason": "Settled."})
    tasks.keep_house()
    auditor = signed_in(cast.auditor)
    told = auditor.get(reverse("retention"))
    assert exhibit.digest in told.text
    assert faults_of(told) == []
    page = auditor.get(reverse("exhibit", args=[exhibit.pk]))
    assert "This file was deleted on" in page.text
    assert "Download the file" not in page.text
    assert faults_of(page) == []
    file = auditor.get(reverse("exhibit_file", args=[exhibit.pk]))
    assert file.status_code == 409
    assert "edition 1" in file.text


def test_the_store_page_tells_what_is_broken_to_who_answers_for_it(cast: Cast) -> None:
    stored = an_exhibit(cast, a_version(cast)).file
    admin = signed_in(cast.admin)
    assert "The store was not checked yet" in admin.get(reverse("store")).text
    lies_at(stored).unlink()
    store.check()
    page = admin.get(reverse("store"))
    assert stored.sha256 in page.text
    assert "Missing: restore it from a backup." in page.text
    assert faults_of(page) == []
    assert reverse("store") in signed_in(cast.auditor).get(reverse("today")).text
    assert signed_in(cast.scientist).get(reverse("store")).status_code == 403
    assert signed_in(cast.outsider).get(reverse("store")).status_code == 403
