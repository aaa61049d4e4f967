"""Saving cards: every save is a revision, and one of them is in effect."""

from __future__ import annotations

import json

from registry.rules.cards import LONGEST_SECTION
from registry.services import cards
from tests.cast import Cast, a_card, a_release, a_version, an_approved_release
from tests.traces import journalled, only_the_entitled_may, refused, told_in


def test_a_card_is_saved_and_in_effect_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with journalled() as entries:
        revision = a_card(cast, version, factors=" Sex and race. ")
    version.card.refresh_from_db()
    assert version.card.effective == revision
    assert (revision.number, revision.filled_count) == (1, 1)
    assert revision.sections["factors"] == "Sex and race."
    assert [(entry.action, entry.role, json.loads(entry.changes)) for entry in entries] == [
        ("card.saved", "data_scientist", {"factors": ["", "Sex and race."]}),
        ("card.made_effective", "data_scientist", {"revision": [None, 1]}),
    ]


def test_sections_left_out_keep_what_they_said(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Sex.", metrics="AUC.")
    with journalled() as entries:
        revision = a_card(cast, version, metrics="")
    assert (revision.number, revision.sections["factors"], revision.sections["metrics"]) == (
        2,
        "Sex.",
        "",
    )
    assert json.loads(entries[0].changes) == {"metrics": ["AUC.", ""]}


def test_an_unknown_or_too_long_section_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    with refused("card.unknown_section", "card.section_too_long"):
        a_card(cast, version, poem="x", factors="x" * (LONGEST_SECTION + 1))


def test_saving_over_a_newer_revision_is_refused(cast: Cast) -> None:
    version = a_version(cast)
    a_card(cast, version, factors="Mine.")
    with refused("card.saved_meanwhile"):
        cards.save(version=version, sections={"factors": "Yours."}, based_on=0, by=cast.scientist)
    saved = cards.save(
        version=version, sections={"factors": "Ours."}, based_on=1, by=cast.scientist
    )
    assert saved.number == 2


def test_nobody_else_saves_a_card(cast: Cast) -> None:
    version = a_version(cast)
    only_the_entitled_may(
        cast, "card.save", lambda by: cards.save(version=version, sections={"factors": "x"}, by=by)
    )


def test_a_card_saved_in_review_stays_a_draft(cast: Cast) -> None:
    release = a_release(cast)
    before = release.version.card.effective
    with journalled() as entries:
        revision = a_card(cast, release.version, factors="Also age.")
    release.version.card.refresh_from_db()
    assert release.version.card.effective == before
    assert revision.number == 2
    assert [entry.action for entry in entries] == ["card.saved"]


def test_a_draft_is_put_into_effect(cast: Cast) -> None:
    release = an_approved_release(cast)
    draft = a_card(cast, release.version, factors="Also age.")
    with journalled() as entries:
        cards.make_effective(revision=draft, by=cast.scientist)
    release.version.card.refresh_from_db()
    assert release.version.card.effective == draft
    assert [(entry.action, told_in(entry)) for entry in entries] == [
        ("card.made_effective", {"revision": [1, 2]}),
        # What was approved is void in the very transaction that changed it.
        (
            "release.voided",
            {
                "case_file": release.case_file.digest,
                "changed": ["card.revision", "card.sections.factors"],
            },
        ),
    ]


def test_a_revision_in_effect_is_not_put_into_effect_again(cast: Cast) -> None:
    revision = a_card(cast, a_version(cast), factors="Sex.")
    with refused("card.in_effect"):
        cards.make_effective(revision=revision, by=cast.scientist)


def test_nobody_else_puts_a_draft_into_effect(cast: Cast) -> None:
    draft = a_card(cast, an_approved_release(cast).version, factors="Also age.")
    only_the_entitled_may(
        cast, "card.make_effective", lambda by: cards.make_effective(revision=draft, by=by)
    )
