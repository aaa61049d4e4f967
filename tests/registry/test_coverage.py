"""What runs without a valid approval: kept, found at once, reviewed, told, and found only once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from registry.models import Deployment, Event, Finding, GateRow, Notice, Release, Review
from registry.rules.deployments import Report
from registry.services import cards, coverage, deployments, finding_moves
from tests.cast import (
    Cast,
    a_card,
    a_model,
    a_release,
    a_version,
    an_approved_release,
)
from tests.registry.live import (
    IMAGE,
    OTHER,
    REBUILT,
    a_deployment,
    ago,
    an_approval,
    found_live,
    with_artefact,
)
from tests.registry.signing import approve, revoke
from tests.traces import nothing_written, time_passes


def told() -> set[tuple[str, str]]:
    """Return who was told what about deployments."""
    about = Notice.objects.filter(about_kind="deployment")
    return set(about.values_list("person__username", "code"))


def test_what_nobody_approved_is_kept_and_raises_an_alarm(cast: Cast, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    made = a_deployment(cast, version)
    assert (made.release, made.uncovered_since) == (None, made.live_from)
    assert [one["code"] for one in made.shortcomings] == ["deployment.not_approved"]
    assert found_live() == [("1.0", "critical", ["not_approved"])]
    (review,) = Review.objects.filter(cause="unapproved_live")
    assert (review.model, review.version) == (version.model, version)
    assert told() == {
        (name, "deployment.unapproved") for name in ("manager", "manager2", "manager3", "owner")
    }
    assert Event.objects.filter(name="deployment.unapproved", version=version).count() == 1


def test_a_release_in_review_covers_nothing(cast: Cast, tmp_path: Path) -> None:
    release = a_release(cast, with_artefact(cast, tmp_path))
    a_deployment(cast, release.version)
    assert found_live() == [("1.0", "critical", ["not_approved"])]
    release.refresh_from_db()
    assert release.state == "submitted"


def test_another_artefact_than_the_approved_one_is_found(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    made = a_deployment(cast, release.version, artefact_sha256=OTHER)
    assert (made.version, made.release) == (release.version, None)
    assert found_live() == [("1.0", "critical", ["other_artefact"])]
    release.refresh_from_db()
    assert release.state == "approved"


def test_a_digest_left_out_where_there_is_an_artefact_is_found(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version, artefact_sha256="")
    assert found_live() == [("1.0", "critical", ["other_artefact"])]


def test_another_image_than_it_went_live_with_is_held_back_until_it_was_looked_at(
    cast: Cast, tmp_path: Path
) -> None:
    release = an_approval(cast, tmp_path)
    first = a_deployment(cast, release.version)
    same = [{}, {"image_digest": ""}]
    for number, said in enumerate(same):
        made = a_deployment(cast, release.version, cluster=f"asia-{number}", **said)
        assert (made.release, made.shortcomings) == (release, [])
    swapped = a_deployment(cast, release.version, image_digest=REBUILT)
    assert (swapped.release, swapped.uncovered_since) == (None, swapped.live_from)
    (told,) = swapped.shortcomings
    assert told["params"] == {"label": "1.0", "reported": REBUILT[:19], "known": IMAGE[:19]}
    assert found_live() == [("1.0", "high", ["other_image"])]
    assert Finding.objects.get().title == "Live from another container image"
    review = Review.objects.get(cause="unapproved_live")
    assert review.details["image_digest"] == REBUILT
    first.refresh_from_db()
    release.refresh_from_db()
    assert (first.ended_how, release.state) == ("replaced", "live")
    with nothing_written():
        assert coverage.watch() == 0
    # On another target it is the same finding; settled, it counts at once.
    a_deployment(cast, release.version, image_digest=REBUILT, cluster="us-1")
    settled(cast)
    third = a_deployment(cast, release.version, image_digest=REBUILT, cluster="us-2")
    assert (third.release, third.shortcomings) == (release, [])
    assert coverage.watch() == 2
    swapped.refresh_from_db()
    assert (swapped.release, swapped.uncovered_since) == (release, None)
    assert len(found_live()) == 1
    with nothing_written():
        assert coverage.watch() == 0


def test_an_image_that_was_taken_down_is_found_again(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version)
    swapped = a_deployment(cast, release.version, image_digest=REBUILT, cluster="us-1")
    deployments.end(deployment=swapped, reason="Nobody knows who built it.", by=cast.deployer)
    settled(cast)
    again = a_deployment(cast, release.version, image_digest=REBUILT, cluster="us-1")
    assert again.release is None
    assert found_live() == [("1.0", "high", ["other_image"])] * 2
    with nothing_written():
        assert coverage.watch() == 0


def test_an_approval_for_another_environment_covers_nothing(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version, environment="staging")
    assert found_live() == [("1.0", "critical", ["not_approved"])]


def test_what_nobody_registered_is_found_on_what_ran_before(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    a_deployment(cast, release.version)
    with_artefact(cast, tmp_path, release.version.model, "2.0")
    made = a_deployment(cast, release.version, label="9.9", artefact_sha256=OTHER)
    assert (made.version, made.said) == (None, "9.9")
    assert found_live() == [("1.0", "critical", ["unknown_version"])]
    assert Review.objects.get(cause="unapproved_live").version is None


def test_of_a_model_without_versions_people_are_told_all_the_same(cast: Cast) -> None:
    model = a_model(cast)
    version = a_version(cast, a_model(cast, "Another"))
    made = deployments.report(
        model=model,
        said=Report("production", artefact_sha256=OTHER, cluster=version.label),
        by=cast.deployer,
    )
    assert made.version is None
    assert found_live() == []
    assert Review.objects.filter(model=model, cause="unapproved_live").count() == 1
    assert ("owner", "deployment.unapproved") in told()


def test_going_live_before_the_approval_is_found_though_it_was_given_since(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = with_artefact(cast, tmp_path)
    time_passes(monkeypatch, hours=2)
    release = an_approved_release(cast, version)
    made = a_deployment(cast, version, live_from=ago(hours=1))
    assert (made.release, made.uncovered_since) == (None, made.live_from)
    assert found_live() == [("1.0", "high", ["before_approval"])]
    # It is covered from now on; what it was until then stays found.
    assert coverage.watch() == 1
    made.refresh_from_db()
    assert (made.release, made.uncovered_since) == (release, None)


def test_a_rollout_without_approval_is_one_finding_on_however_many_targets(
    cast: Cast, tmp_path: Path
) -> None:
    version = with_artefact(cast, tmp_path)
    for cluster in ("eu-1", "eu-2", "us-1"):
        a_deployment(cast, version, cluster=cluster)
    assert found_live() == [("1.0", "critical", ["not_approved"])]
    assert Review.objects.filter(cause="unapproved_live").count() == 1


# How an approval ends.
def revoked(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> None:
    revoke(release, cast.manager2)


def voided(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> None:
    draft = a_card(cast, release.version, factors="Also age.")
    cards.make_effective(revision=draft, by=cast.scientist)


def expired(cast: Cast, release: Release, patch: pytest.MonkeyPatch) -> None:
    time_passes(patch, days=1000)


@pytest.mark.parametrize("end", [revoked, voided, expired])
def test_an_approval_that_ends_while_it_is_live_is_found_once(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: object
) -> None:
    release = an_approval(cast, tmp_path)
    made = a_deployment(cast, release.version)
    with nothing_written():
        assert coverage.watch() == 0
    end(cast, release, monkeypatch)  # type: ignore[operator]
    assert coverage.watch() == 1
    made.refresh_from_db()
    assert made.uncovered_since is not None
    # Which release had covered it is still told.
    assert made.release == release
    assert found_live() == [("1.0", "high", ["approval_ended"])]
    assert ("owner", "deployment.unapproved") in told()
    with nothing_written():
        assert coverage.watch() == 0


def test_what_ended_before_is_not_watched(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    made = a_deployment(cast, release.version)
    deployments.end(deployment=made, reason="Down.", by=cast.deployer)
    revoke(release, cast.manager2)
    with nothing_written():
        assert coverage.watch() == 0


def settled(cast: Cast) -> None:
    """Have the one finding answered and closed; while it is open it blocks the approval."""
    finding = finding_moves.answer(
        finding=Finding.objects.get(), text="It was the wrong pipeline.", by=cast.owner
    )
    finding_moves.close(finding=finding, text="It is mended.", by=cast.validator)


def test_an_approval_given_since_covers_what_ran_without_one(cast: Cast, tmp_path: Path) -> None:
    release = a_release(cast, with_artefact(cast, tmp_path))
    made = a_deployment(cast, release.version)
    with nothing_written():
        assert coverage.watch() == 0
    settled(cast)
    approve(release, cast.manager)
    assert coverage.watch() == 1
    made.refresh_from_db()
    release.refresh_from_db()
    assert (made.release, made.uncovered_since) == (release, None)
    assert release.state == "live"
    # What it was when it was reported stays written, and the finding waits for its answer.
    assert [one["code"] for one in made.shortcomings] == ["deployment.not_approved"]
    assert len(found_live()) == 1


def test_a_renewed_approval_takes_over_what_runs(cast: Cast, tmp_path: Path) -> None:
    first = an_approval(cast, tmp_path)
    made = [a_deployment(cast, first.version, cluster=name) for name in ("eu-1", "us-1")]
    second = an_approved_release(cast, first.version)
    assert coverage.watch() == 2
    states = dict(Release.objects.values_list("pk", "state"))
    assert states == {first.pk: "superseded", second.pk: "live"}
    assert set(Deployment.objects.values_list("release", flat=True)) == {second.pk}
    assert len(made) == 2
    assert found_live() == []
    with nothing_written():
        assert coverage.watch() == 0


def test_the_past_is_held_to_the_approval_that_held_then(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Revoked since: what is told only now to have run before that was covered then."""
    release = an_approval(cast, tmp_path)
    newer = an_approval(cast, tmp_path, release.version.model, "2.0")
    time_passes(monkeypatch, hours=2)
    revoke(release, cast.manager2)
    time_passes(monkeypatch, hours=1)
    a_deployment(cast, newer.version)
    before, after = ago(hours=2.5), ago(minutes=30)
    assert a_deployment(cast, release.version, live_from=before).release == release
    assert found_live() == []
    assert a_deployment(cast, release.version, live_from=after).release is None
    assert found_live() == [("1.0", "critical", ["not_approved"])]


def test_an_emergency_release_covers_without_a_release_until_it_ends(
    cast: Cast, tmp_path: Path
) -> None:
    version = with_artefact(cast, tmp_path)
    now = timezone.now()
    assert version.artefact is not None
    row = GateRow.objects.create(
        version=version,
        environment="production",
        state="override",
        reasons=[],
        valid_until=now + timedelta(days=2),
        artefact_sha256=version.artefact.sha256,
        settled_at=now,
    )
    made = a_deployment(cast, version)
    assert (made.release, made.uncovered_since) == (None, None)
    assert found_live() == []
    with nothing_written():
        assert coverage.watch() == 0
    GateRow.objects.filter(pk=row.pk).update(valid_until=now)
    assert coverage.watch() == 1
    assert found_live() == [("1.0", "high", ["approval_ended"])]
    with nothing_written():
        assert coverage.watch() == 0
