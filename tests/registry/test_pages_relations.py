"""The page of what feeds what, and retiring a model: done, refused, and hidden."""

from __future__ import annotations

from django.urls import reverse

from registry.models import ModelRelation, RegisteredModel, User
from registry.rules.roles import Role
from registry.services import registered_models, relations, units
from tests.cast import Cast, a_model, a_statement
from tests.registry.pages import signed_in
from tests.traces import nothing_written

LIMITS = {"slug": "limits"}
SAID = {"upstream": "scores", "what": "Its score is the column pd."}


def two(cast: Cast) -> tuple[RegisteredModel, RegisteredModel]:
    return a_model(cast, "Scores"), a_model(cast, "Limits")


def test_a_relation_is_made_and_shown_on_both_pages(cast: Cast) -> None:
    two(cast)
    client = signed_in(cast.scientist)
    address = reverse("model_relations", kwargs=LIMITS)
    assert client.post(address, SAID).status_code == 302
    assert "Its score is the column pd." in client.get(address).text
    for slug in ("scores", "limits"):
        assert "Its score is the column pd." in client.get(reverse("model", args=[slug])).text


def test_a_circle_is_refused_with_its_path(cast: Cast) -> None:
    upstream, downstream = two(cast)
    relations.relate(upstream=downstream, downstream=upstream, what="Back.", by=cast.scientist)
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(reverse("model_relations", kwargs=LIMITS), SAID)
    assert answer.status_code == 409
    assert "Limits → Scores → Limits" in answer.text


def test_it_is_ended_with_a_reason(cast: Cast) -> None:
    upstream, downstream = two(cast)
    relation = relations.relate(
        upstream=upstream, downstream=downstream, what="x", by=cast.scientist
    )
    address = reverse("end_relation", kwargs={**LIMITS, "pk": relation.pk})
    client = signed_in(cast.scientist)
    assert "Say why it ends" in client.post(address, {"reason": " "}, follow=True).text
    assert "Not used." in client.post(address, {"reason": "Not used."}, follow=True).text
    relation.refresh_from_db()
    assert relation.ended_by == cast.scientist


def test_strangers_see_nothing_and_readers_change_nothing(cast: Cast) -> None:
    upstream, downstream = two(cast)
    relation = relations.relate(
        upstream=upstream, downstream=downstream, what="x", by=cast.scientist
    )
    page = reverse("model_relations", kwargs=LIMITS)
    end = reverse("end_relation", kwargs={**LIMITS, "pk": relation.pk})
    assert signed_in(cast.outsider).get(page).status_code == 404
    assert signed_in(cast.outsider).post(end, {"reason": "x"}).status_code == 404
    assert signed_in(cast.auditor).post(page, SAID).status_code == 403
    assert signed_in(cast.auditor).post(end, {"reason": "x"}).status_code == 403


def test_a_model_of_another_unit_is_counted_and_not_named(cast: Cast) -> None:
    head = User.objects.get(username="other_admin")
    units.grant(unit=cast.other_unit, user=cast.manager, role=Role.MODEL_RISK_MANAGER, by=head)
    rates = registered_models.register(
        unit=cast.other_unit,
        name="Secret rates",
        task="regression",
        statement=a_statement(cast, owner=cast.outsider, deputy=None, maintainers=(cast.outsider,)),
        by=cast.outsider,
    )
    relations.relate(upstream=rates, downstream=a_model(cast), what="Its rate.", by=cast.manager)
    for name in ("model", "model_relations"):
        text = signed_in(cast.auditor).get(reverse(name, args=["mortgage-approval"])).text
        assert "1 model of another unit" in text
        assert "Secret rates" not in text
    # Nor can it be chosen by who does not see it.
    client = signed_in(cast.scientist)
    said = {"upstream": "secret-rates", "what": "x"}
    answer = client.post(reverse("model_relations", args=["mortgage-approval"]), said)
    assert answer.status_code == 422
    assert ModelRelation.objects.count() == 1


def test_few_maintainers_are_warned_of(cast: Cast) -> None:
    alone = {"maintainers": (cast.scientist,)}
    a_model(cast, **alone)
    text = signed_in(cast.auditor).get(reverse("model", args=["mortgage-approval"])).text
    assert "Only one person can maintain it." in text
    a_model(cast, "Limits", **alone, maintainer_deputies=(cast.validator,))
    text = signed_in(cast.auditor).get(reverse("model", args=["limits"])).text
    assert "can maintain it." not in text


def test_a_model_is_retired_with_a_reason(cast: Cast) -> None:
    model = a_model(cast)
    address = reverse("retire_model", args=[model.slug])
    assert signed_in(cast.scientist).get(address).status_code == 403
    assert signed_in(cast.outsider).get(address).status_code == 404
    client = signed_in(cast.owner)
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Another one does it."}).status_code == 302
    text = client.get(reverse("model", args=[model.slug])).text
    assert "Retired by Olga Winter" in text
    assert "Another one does it." in text
    assert client.post(address, {"reason": "Again."}).status_code == 409
