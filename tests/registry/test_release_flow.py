"""A severe release on its way: parallel stages, a committee, sending back, and returning."""

from __future__ import annotations

import pytest

from registry.models import Entry, Release, ReleaseMove
from registry.rules.releases import MOVES, Act, State
from registry.rules.roles import Role
from registry.services import cards, releases, stages, units
from tests.cast import Cast, a_card, a_complete_version, a_person, a_release, an_exhibit
from tests.registry.flow import (
    FOUR_STAGES,
    PROOF,
    act,
    in_four_stages,
    policy_with,
    through,
)
from tests.registry.signing import fresh
from tests.traces import denied, refused


def states(release: Release) -> list[str]:
    return list(release.moves.order_by("pk").values_list("after", flat=True))


def test_a_severe_release_walks_four_stages_signed_by_six_people(cast: Cast) -> None:
    release = in_four_stages(cast)
    people = (cast.ethics, cast.validator, cast.manager, cast.manager2, cast.owner, cast.manager3)
    release = through(cast, release, *people)
    assert release.state == "approved"
    assert states(release) == ["draft", "submitted", "in_review", "approved"]
    assert list(release.decisions.order_by("pk").values_list("stage_name", "role")) == [
        ("Ethics review", "ethics_reviewer"),
        ("Validation", "validator"),
        ("Risk sign-off", "model_risk_manager"),
        ("Committee", "model_risk_manager"),
        ("Committee", "business_owner"),
        ("Committee", "model_risk_manager"),
    ]


def test_stages_beside_each_other_are_signed_in_any_order(cast: Cast) -> None:
    release = in_four_stages(cast)
    assert stages.progress_of(fresh(release)).open == (0, 1)
    through(cast, release, cast.ethics)
    assert stages.progress_of(fresh(release)).open == (0,)
    with denied() as told:
        act(releases.approve, release, cast.manager)
    assert "Validation" in str(told.value)


def test_who_signed_the_risk_may_sit_in_the_committee_and_the_validator_may_not(
    cast: Cast,
) -> None:
    release = in_four_stages(cast)
    units.grant(unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    through(cast, release, cast.validator, cast.ethics, cast.manager, cast.manager)
    with refused("release.own_work.validated"):
        act(releases.approve, release, cast.validator)
    with refused("release.signed_already"):
        act(releases.approve, release, cast.manager)


def test_the_committee_decides_by_two_of_three_managers_against_one(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics, cast.manager)
    act(releases.reject, release, cast.manager3)
    assert fresh(release).state == "in_review"
    release = through(cast, release, cast.manager, cast.manager2, cast.owner)
    assert release.state == "approved"


def test_two_managers_against_it_reject_it(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics, cast.manager)
    act(releases.reject, release, cast.manager3)
    act(releases.reject, release, cast.manager2)
    assert fresh(release).state == "rejected"
    with refused("release.wrong_state"):
        act(releases.approve, release, cast.owner)


def test_a_third_manager_is_told_that_the_committee_has_enough_of_them(cast: Cast) -> None:
    release = in_four_stages(cast)
    people = (cast.validator, cast.ethics, cast.manager, cast.manager2, cast.manager3)
    through(cast, release, *people)
    with refused("release.seats_taken"):
        act(releases.approve, release, cast.manager)


def test_what_nobody_could_ever_approve_is_not_submitted(cast: Cast) -> None:
    version = a_complete_version(cast)
    asks = [{"role": "model_risk_manager", "needed": 2, "of": 4}]
    policy_with(stages=[{"name": "Committee", "asks": asks}])
    with refused("submit.panel_too_small") as caught:
        a_release(cast, version)
    assert "takes 4 people of the role “Model risk manager”" in str(caught.value)
    fourth = a_person("manager4", "Mia Kern")
    units.grant(unit=cast.unit, user=fourth, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    assert a_release(cast, version).state == "submitted"


def test_a_release_sent_back_is_signed_anew_from_that_stage_by_the_same_people(cast: Cast) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics, cast.manager)
    act(releases.send_back, release, cast.owner, stage=1, reason="Ethics did not see the appeal.")
    progress = stages.progress_of(fresh(release))
    assert (progress.open, progress.votes) == ((0, 1), ())
    release = through(
        cast,
        release,
        cast.ethics,
        cast.validator,
        cast.manager,
        cast.manager2,
        cast.owner,
        cast.manager3,
    )
    assert release.state == "approved"
    assert states(release).count("in_review") == 2


@pytest.mark.parametrize("stage", [None, -1, 2, 3, 9])
def test_it_is_sent_back_to_an_earlier_stage_only(cast: Cast, stage: int | None) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator, cast.ethics)
    with refused("release.sent_where"):
        act(releases.send_back, release, cast.manager, stage=stage)


def test_the_first_stage_has_nothing_to_send_it_back_to(cast: Cast) -> None:
    release = in_four_stages(cast)
    with refused("release.sent_where"):
        act(releases.send_back, release, cast.validator, stage=0)


def test_a_returned_release_is_a_draft_that_its_author_works_over_and_submits_again(
    cast: Cast,
) -> None:
    release = in_four_stages(cast)
    through(cast, release, cast.validator)
    before = release.case_file.digest
    act(releases.return_to_author, release, cast.ethics, reason="Say who may appeal.")
    assert fresh(release).state == "draft"
    a_card(cast, release.version, factors="Said anew.")
    again = a_release(cast, release.version)
    assert (again.pk, again.state) == (release.pk, "submitted")
    assert again.case_file.number == 2
    assert again.case_file.digest != before
    # The card was effective at once: nothing held it while the release was a draft.
    progress = stages.progress_of(fresh(again))
    assert (progress.open, progress.votes) == ((0, 1), ())


def test_what_changed_in_review_can_be_returned_and_nothing_else(cast: Cast) -> None:
    release = in_four_stages(cast)
    revision = a_card(cast, release.version, factors="Changed under review.")
    cards.make_effective(revision=revision, by=cast.scientist)
    for verb in (releases.approve, releases.reject):
        with refused("release.content_changed"):
            act(verb, release, cast.validator)
    act(releases.return_to_author, release, cast.validator)
    assert fresh(release).state == "draft"


def test_a_decision_carries_the_digest_that_was_shown(cast: Cast) -> None:
    release = in_four_stages(cast)
    shown = release.case_file.digest
    an_exhibit(cast, release.version, "performance")
    for verb, more in (
        (releases.approve, {}),
        (releases.reject, {}),
        (releases.return_to_author, {}),
    ):
        with refused("release.other_case_file"):
            act(verb, release, cast.validator, digest=shown, **more)


def test_a_draft_waits_for_what_is_missing_and_nobody_can_sign_it(cast: Cast) -> None:
    version = a_complete_version(cast)
    draft = releases.draft(version=version, environment="production", by=cast.scientist)
    assert (draft.state, draft.case_file) == ("draft", None)
    with refused("release.drafted_already"):
        releases.draft(version=version, environment="production", by=cast.scientist)
    assert a_release(cast, version).pk == draft.pk


def test_a_draft_is_given_up_without_a_signature(cast: Cast) -> None:
    version = a_complete_version(cast)
    draft = releases.draft(version=version, environment="production", by=cast.scientist)
    with refused("release.no_reason"):
        releases.discard(release=draft, reason=" ", by=cast.scientist)
    with denied():
        releases.discard(release=draft, reason="Not needed.", by=cast.manager)
    releases.discard(release=draft, reason="Not needed.", by=cast.scientist)
    assert fresh(draft).state == "withdrawn"
    with refused("release.no_draft"):
        releases.discard(release=draft, reason="Again.", by=cast.scientist)
    assert a_release(cast, version).pk != draft.pk


def test_an_independent_run_excludes_from_approving_and_not_from_validating(cast: Cast) -> None:
    policy_with(stages=FOUR_STAGES)
    version = a_complete_version(cast)
    units.grant(unit=cast.unit, user=cast.validator, role=Role.MODEL_RISK_MANAGER, by=cast.admin)
    exhibit = an_exhibit(cast, version, "performance", by=cast.validator)
    assert exhibit.independent
    release = a_release(cast, version)
    through(cast, release, cast.validator, cast.ethics)
    with refused("release.own_work.validated", "release.signed_already"):
        act(releases.approve, release, cast.validator)


def test_a_run_on_the_developers_side_excludes_from_validating_as_well(cast: Cast) -> None:
    units.grant(unit=cast.unit, user=cast.validator, role=Role.DATA_SCIENTIST, by=cast.admin)
    policy_with(stages=FOUR_STAGES)
    version = a_complete_version(cast)
    exhibit = an_exhibit(cast, version, "performance", by=cast.validator)
    assert not exhibit.independent
    with refused("submit.panel_too_small"):
        a_release(cast, version)
    second = a_person("validator2", "Vito Haas")
    units.grant(unit=cast.unit, user=second, role=Role.VALIDATOR, by=cast.admin)
    release = a_release(cast, version)
    with refused("release.own_work.run"):
        act(releases.approve, release, cast.validator)


def test_an_approval_is_retired_with_a_signature_and_a_reason(cast: Cast) -> None:
    release = through(cast, a_release(cast), cast.manager)
    with refused("release.no_reason"):
        releases.retire(release=release, reason="", proof=PROOF, by=cast.owner)
    with denied():
        releases.retire(release=release, reason="Replaced.", proof=PROOF, by=cast.scientist)
    releases.retire(release=release, reason="Replaced.", proof=PROOF, by=cast.owner)
    assert fresh(release).state == "retired"
    assert Entry.objects.filter(action="release.retired").count() == 1


def test_every_move_that_was_made_is_a_row_of_the_table(cast: Cast) -> None:
    release = in_four_stages(cast)
    act(releases.return_to_author, release, cast.validator)
    through(cast, a_release(cast, release.version), cast.validator, cast.ethics, cast.manager)
    made = ReleaseMove.objects.exclude(before="").order_by("pk")
    assert len(made) == 5
    for move in made:
        assert MOVES[State(move.before), Act(move.act)] == move.after
