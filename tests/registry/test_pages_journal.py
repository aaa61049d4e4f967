"""The page of the journal: every act by its name, its code beside it, what changed in words."""

from __future__ import annotations

from django.urls import reverse

from registry.services import cards
from registry.templatetags.fact_words import change_rows
from tests.cast import Cast, a_card, an_approved_release
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of


def test_acts_and_what_they_changed_are_told_in_words_and_narrowed_by_name(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = a_card(cast, release.version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)
    client, address = signed_in(cast.auditor), reverse("journal")
    page = client.get(address, {"action": "release.voided"})
    assert faults_of(page) == []
    assert '<option value="release.voided" selected>Release voided by a change' in page.text
    for told in (
        'Release voided by a change<br><code class="small soft">release.voided</code>',
        "<dt>Changed</dt><dd>Model card: Revision; Model card: Factors</dd>",
        # The text that the seal is over stays at hand.
        "&quot;changed&quot;:[&quot;card.revision&quot;,&quot;card.sections.factors&quot;]",
    ):
        assert told in page.text
    assert "card.made_effective</code>" not in page.text
    # What the address names only in part still narrows, as it always did.
    part = client.get(address, {"action": "card."}).text
    assert "card.made_effective</code>" in part
    assert "release.voided</code>" not in part
    # A whole code is that action alone.
    signed = client.get(address, {"action": "card.saved", "model": "mortgage"}).text
    assert "card.saved</code>" in signed
    assert "card.made_effective</code>" not in signed
    of_model = client.get(reverse("model_journal", args=[release.version.model.slug])).text
    assert "Release approved" in of_model


def test_an_entry_that_was_bent_is_shown_all_the_same() -> None:
    assert change_rows({"": "no JSON", "changed": 5, "tier": [{"a": None}], "level": []}) == [
        ("", "no JSON"),
        ("Changed", "5"),
        ("Tier", "a: –"),
        ("Level", "–"),
    ]
