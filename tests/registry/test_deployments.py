"""Reporting what is live: kept as it was told, in its place in time, and held to the approval."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from registry.models import Deployment, Release
from registry.rules.roles import Role
from registry.services import deployments, units
from tests.cast import (
    Cast,
    a_complete_version,
    a_model,
    a_person,
    a_version,
    an_approved_release,
)
from tests.registry.live import (
    IMAGE,
    a_deployment,
    ago,
    an_approval,
    found_live,
    said_of,
    with_artefact,
)
from tests.traces import denied, journalled, nothing_written, refused


def state_of(release: Release) -> str:
    return Release.objects.get(pk=release.pk).state


def test_what_an_approval_covers_goes_live(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    with journalled() as entries:
        made = a_deployment(cast, release.version)
    made.refresh_from_db()
    assert (made.version, made.release, made.environment) == (
        release.version,
        release,
        "production",
    )
    assert (made.target, made.image_digest) == (
        "eu-1 / scores / https://scores.example/v1",
        IMAGE,
    )
    assert (made.reported_by, made.role, made.live_until) == (cast.deployer, "deployer", None)
    assert (made.uncovered_since, made.shortcomings) == (None, [])
    assert state_of(release) == "live"
    assert found_live() == []
    assert [entry.action for entry in entries][:2] == ["deployment.reported", "release.went_live"]


def test_a_service_reports_what_a_person_does(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    pipeline = a_person("pipeline", "Deploying Pipeline")
    units.grant(unit=cast.unit, user=pipeline, role=Role.SERVICE, by=cast.admin)
    made = deployments.report(
        model=release.version.model, said=said_of(release.version), by=pipeline
    )
    assert (made.role, made.release) == ("service", release)


@pytest.mark.parametrize("who", ["scientist", "manager", "owner", "auditor", "admin", "outsider"])
def test_those_who_decide_do_not_report(cast: Cast, who: str, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    with denied():
        deployments.report(model=version.model, said=said_of(version), by=getattr(cast, who))
    made = a_deployment(cast, version)
    with denied():
        deployments.end(deployment=made, reason="No.", by=getattr(cast, who))


def test_a_report_is_refused_with_everything_that_is_wrong(cast: Cast, tmp_path: Path) -> None:
    version = with_artefact(cast, tmp_path)
    with refused(
        "deployment.environment",
        "deployment.artefact_sha256",
        "deployment.image_digest",
        "deployment.in_the_future",
    ):
        a_deployment(
            cast,
            version,
            environment="prod",
            artefact_sha256="x",
            image_digest="latest",
            live_from=ago(minutes=-6),
        )
    with refused("deployment.before_registration"):
        a_deployment(cast, version, live_from=ago(days=1))
    with refused("deployment.says_nothing"):
        a_deployment(cast, version, label=" ", artefact_sha256="")


def test_a_pipeline_that_tries_again_reports_nothing_new(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    at = ago(seconds=1)
    made = a_deployment(cast, release.version, live_from=at)
    with nothing_written():
        assert a_deployment(cast, release.version, live_from=at) == made
        assert a_deployment(cast, release.version, cluster=" eu-1 ", live_from=at) == made
        # Without a time it is the same one for as long as it runs.
        assert a_deployment(cast, release.version) == made


def test_the_same_report_does_not_bring_back_what_was_taken_down(
    cast: Cast, tmp_path: Path
) -> None:
    release = an_approval(cast, tmp_path)
    at = ago(seconds=1)
    made = a_deployment(cast, release.version, live_from=at)
    deployments.end(deployment=made, reason="Load moved.", by=cast.deployer)
    assert a_deployment(cast, release.version, live_from=at) == made
    assert not Deployment.objects.current().exists()
    assert a_deployment(cast, release.version) != made


def test_what_is_new_on_a_target_ends_what_ran_there(cast: Cast, tmp_path: Path) -> None:
    first = an_approval(cast, tmp_path)
    second = an_approval(cast, tmp_path, first.version.model, "2.0")
    old = a_deployment(cast, first.version)
    with journalled() as entries:
        new = a_deployment(cast, second.version)
    old.refresh_from_db()
    assert (old.live_until, old.ended_how, old.ended_by) == (
        new.live_from,
        "replaced",
        cast.deployer,
    )
    assert (state_of(first), state_of(second)) == ("superseded", "live")
    assert [entry.action for entry in entries if not entry.action.startswith("event")][:4] == [
        "deployment.replaced",
        "deployment.reported",
        "release.went_live",
        "release.superseded",
    ]


def test_a_release_is_superseded_only_once_it_runs_nowhere(cast: Cast, tmp_path: Path) -> None:
    first = an_approval(cast, tmp_path)
    second = an_approval(cast, tmp_path, first.version.model, "2.0")
    a_deployment(cast, first.version, cluster="eu-1")
    a_deployment(cast, first.version, cluster="us-1")
    a_deployment(cast, second.version, cluster="eu-1")
    assert (state_of(first), state_of(second)) == ("live", "live")
    a_deployment(cast, second.version, cluster="us-1")
    assert (state_of(first), state_of(second)) == ("superseded", "live")
    assert found_live() == []


def test_it_is_superseded_as_well_when_the_last_of_it_is_taken_down(
    cast: Cast, tmp_path: Path
) -> None:
    first = an_approval(cast, tmp_path)
    second = an_approval(cast, tmp_path, first.version.model, "2.0")
    last = a_deployment(cast, first.version, cluster="us-1")
    a_deployment(cast, second.version, cluster="eu-1")
    deployments.end(deployment=last, reason="Rolled out.", by=cast.deployer)
    assert (state_of(first), state_of(second)) == ("superseded", "live")


def test_where_nothing_takes_its_place_nothing_is_superseded(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    made = a_deployment(cast, release.version)
    with journalled() as entries:
        deployments.end(deployment=made, reason="  Load moved.  ", by=cast.deployer)
    made.refresh_from_db()
    assert (made.ended_how, made.end_reason, made.ended_by) == (
        "taken_down",
        "Load moved.",
        cast.deployer,
    )
    assert made.live_until is not None
    assert state_of(release) == "live"
    (entry,) = entries
    assert (entry.action, entry.reason, entry.role) == (
        "deployment.ended",
        "Load moved.",
        "deployer",
    )


def test_an_end_is_refused_with_everything_that_is_wrong(cast: Cast, tmp_path: Path) -> None:
    made = a_deployment(cast, with_artefact(cast, tmp_path))
    with refused("deployment.no_reason", "deployment.end_before_start"):
        deployments.end(deployment=made, reason=" ", until=ago(days=1), by=cast.deployer)
    with refused("deployment.end_in_the_future"):
        deployments.end(deployment=made, reason="x", until=ago(hours=-1), by=cast.deployer)
    deployments.end(deployment=made, reason="Down.", by=cast.deployer)
    with refused("deployment.ended"):
        deployments.end(deployment=made, reason="Down.", by=cast.deployer)


def test_a_version_is_known_by_its_artefact_alone(cast: Cast, tmp_path: Path) -> None:
    release = an_approval(cast, tmp_path)
    made = a_deployment(cast, release.version, label="")
    assert (made.version, made.release) == (release.version, release)


def test_a_vendor_model_is_covered_without_a_digest(cast: Cast) -> None:
    release = an_approved_release(cast, a_complete_version(cast))
    made = a_deployment(cast, release.version)
    assert (made.artefact_sha256, made.release) == ("", release)
    assert found_live() == []


def test_a_late_report_takes_its_place_in_the_past(cast: Cast, tmp_path: Path) -> None:
    """Known: one from three hours ago, cut by another an hour ago. Told now: of two hours ago."""
    model = a_model(cast)
    for label in ("1.0", "2.0", "3.0"):
        a_version(cast, model, label)
    at = {"1.0": ago(minutes=3), "2.0": ago(minutes=2), "3.0": ago(minutes=1)}
    said = dict(model.versions.in_bulk(field_name="id"))
    version = {one.label: one for one in said.values()}
    for label in ("1.0", "3.0", "2.0"):
        a_deployment(cast, version[label], live_from=at[label])
    told = Deployment.objects.order_by("live_from").values_list("label", "live_until", "ended_how")
    assert list(told) == [
        ("1.0", at["2.0"], "replaced"),
        ("2.0", at["3.0"], "replaced"),
        ("3.0", None, ""),
    ]


def test_what_was_live_at_an_instant(cast: Cast) -> None:
    model, other = a_model(cast), a_model(cast, "Card limit")
    version, newer = a_version(cast, model, "1.0"), a_version(cast, model, "2.0")
    elsewhere = a_version(cast, other, "7")
    began, followed, ended = ago(minutes=4), ago(minutes=3), ago(minutes=1)
    a_deployment(cast, version, live_from=began)
    made = a_deployment(cast, newer, live_from=followed)
    deployments.end(deployment=made, reason="Down.", until=ended, by=cast.deployer)
    a_deployment(cast, elsewhere, live_from=began, environment="staging")

    def live(minutes: float, **narrowed: object) -> list[str]:
        found = deployments.live_at(by=cast.auditor, instant=ago(minutes=minutes), **narrowed)  # type: ignore[arg-type]
        return [f"{one.model.name} {one.said}" for one in found]

    assert live(5) == []
    assert live(3.5) == ["Card limit 7", "Mortgage approval 1.0"]
    assert live(2) == ["Card limit 7", "Mortgage approval 2.0"]
    assert live(0.5) == ["Card limit 7"]
    assert live(2, model=model) == ["Mortgage approval 2.0"]
    assert live(2, environment="staging") == ["Card limit 7"]
    assert live(2, unit=cast.other_unit) == []
    nobody = deployments.live_at(by=None, instant=ago(minutes=2))
    assert nobody.count() == 2
    assert not deployments.live_at(by=cast.outsider, instant=ago(minutes=2)).exists()


def test_the_database_keeps_what_was_reported(cast: Cast) -> None:
    made = a_deployment(cast, a_version(cast))
    for statement in (
        "UPDATE registry_deployment SET live_from = live_from - interval '1 day'",
        "UPDATE registry_deployment SET artefact_sha256 = repeat('b', 64)",
        "DELETE FROM registry_deployment",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        # A second one on the same target, at the same time.
        Deployment.objects.create(
            **{
                field.attname: getattr(made, field.attname)
                for field in Deployment._meta.concrete_fields
                if field.attname not in ("id", "key")
            },
            key="another",
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Deployment.objects.filter(pk=made.pk).update(live_until=made.live_from - timedelta(days=1))
