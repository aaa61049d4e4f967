"""The pages of a model's tier: the card filled, an override signed, refused, and hidden."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from registry.services import tier_overrides
from tests.cast import PASSWORD, Cast, a_model
from tests.registry.pages import signed_in
from tests.registry.scoring import LIGHT, confirmed, filled, proposed, tier_now
from tests.traces import nothing_written

SLUG = {"slug": "mortgage-approval"}
FILL = {**LIGHT, "based_on": 0}


def page(cast_member: Any, name: str = "scorecard") -> str:
    return signed_in(cast_member).get(reverse(name, kwargs=SLUG)).text


def test_a_tier_nobody_scored_is_marked(cast: Cast) -> None:
    a_model(cast)
    assert "Stated, not scored" in page(cast.auditor)
    assert "Stated, not scored" in page(cast.auditor, "model")
    assert reverse("fill_scorecard", kwargs=SLUG) not in page(cast.auditor)


def test_a_card_is_filled_and_shown_with_its_steps(cast: Cast) -> None:
    model = a_model(cast)
    said = {**FILL, "purpose": 4, "purpose_ground": "Who is granted a mortgage."}
    answer = signed_in(cast.scientist).post(reverse("fill_scorecard", kwargs=SLUG), said)
    assert answer.status_code == 302
    assert tier_now(model) == 2
    text = page(cast.auditor)
    assert "Access to credit, work, health" in text
    assert "Who is granted a mortgage." in text
    assert "exposure at level 1 and purpose at level 4 give tier 2" in text


def test_an_unanswered_question_is_shown_beside_its_field(cast: Cast) -> None:
    a_model(cast)
    said = {**FILL}
    del said["opacity"]
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(reverse("fill_scorecard", kwargs=SLUG), said)
    assert answer.status_code == 422
    assert "opacity" in answer.context["form"].errors


def test_a_card_filled_meanwhile_is_refused_on_the_page(cast: Cast) -> None:
    filled(a_model(cast), cast.validator)
    client = signed_in(cast.scientist)
    with nothing_written():
        answer = client.post(reverse("fill_scorecard", kwargs=SLUG), FILL)
    assert answer.status_code == 409
    assert "Somebody filled revision 1 meanwhile" in answer.text


def test_strangers_and_readers_fill_nothing(cast: Cast) -> None:
    a_model(cast)
    address = reverse("fill_scorecard", kwargs=SLUG)
    assert signed_in(cast.outsider).get(address).status_code == 404
    assert signed_in(cast.outsider).get(reverse("scorecard", kwargs=SLUG)).status_code == 404
    assert signed_in(cast.auditor).post(address, FILL).status_code == 403


def test_two_people_override_a_tier(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    client = signed_in(cast.owner)
    said = {"propose-tier": 4, "propose-reason": "Two clerks use it."}
    client.post(reverse("propose_tier", kwargs=SLUG), said)
    assert tier_now(model) == 2
    override = model.tier_overrides.get()
    client = signed_in(cast.manager)
    form = client.get(reverse("scorecard", kwargs=SLUG)).context["confirm"]
    answer = client.post(
        reverse("confirm_tier", kwargs={**SLUG, "number": 1}),
        {"digest": form["digest"].value(), "password": PASSWORD},
    )
    assert answer.status_code == 302
    assert tier_now(model) == 4
    override.refresh_from_db()
    text = page(cast.auditor)
    assert "Olga Winter" in text
    assert "Mara Roth" in text
    assert override.signed_digest in text
    assert "confirmed by Mara Roth" in page(cast.auditor, "model")


def test_a_wrong_password_and_an_old_digest_sign_nothing(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    override = proposed(cast, model)
    address = reverse("confirm_tier", kwargs={**SLUG, "number": 1})
    client = signed_in(cast.manager)
    digest = tier_overrides.digest_of(override)
    answer = client.post(address, {"digest": digest, "password": "a guess"})
    assert answer.status_code == 403
    answer = client.post(address, {"digest": "0" * 64, "password": PASSWORD})
    assert answer.status_code == 409
    # What is shown again is signed the next time.
    assert f'value="{digest}"' in answer.text
    assert tier_now(model) == 2


def test_only_the_second_person_is_asked_to_sign(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    proposed(cast, model)
    address = reverse("confirm_tier", kwargs={**SLUG, "number": 1})
    assert address in page(cast.manager)
    assert address not in page(cast.validator)
    said = {"digest": "x", "password": PASSWORD}
    assert signed_in(cast.validator).post(address, said).status_code == 403
    assert signed_in(cast.outsider).post(address, said).status_code == 404


def test_a_refused_proposal_is_shown_again(cast: Cast) -> None:
    filled(a_model(cast), cast.scientist, purpose=3)
    client = signed_in(cast.owner)
    said = {"propose-tier": 3, "propose-reason": "Why not."}
    with nothing_written():
        answer = client.post(reverse("propose_tier", kwargs=SLUG), said)
    assert answer.status_code == 409
    assert "in tier 3 already" in answer.text


def test_an_override_is_withdrawn_with_a_reason(cast: Cast) -> None:
    model = a_model(cast)
    filled(model, cast.scientist, purpose=4)
    confirmed(proposed(cast, model), cast.manager)
    address = reverse("withdraw_tier", kwargs={**SLUG, "number": 1})
    client = signed_in(cast.manager2)
    assert "Say why it ends" in client.post(address, {"reason": ""}, follow=True).text
    assert tier_now(model) == 4
    client.post(address, {"reason": "More clerks use it."})
    assert tier_now(model) == 2
