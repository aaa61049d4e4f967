"""Reports of many pipelines at the same instant, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from registry.models import Deployment, Finding, Release, Review
from registry.services import coverage, deployments
from tests.cast import a_model, a_version, gather
from tests.registry.chains import is_whole
from tests.registry.live import ago, an_approval, said_of
from tests.registry.signing import revoke
from tests.registry.test_at_once import at_once


def test_eight_reports_at_once_leave_one_thing_running(committed_db: str) -> None:
    cast = gather()
    model = a_model(cast)
    drawn = [a_version(cast, model, f"{number}.0") for number in range(4)]
    at = [ago(seconds=number) for number in range(8)]

    def report(number: int) -> Callable[[], object]:
        said = said_of(drawn[number % 4], live_from=at[number])
        return lambda: deployments.report(model=model, said=said, by=cast.deployer)

    ended = at_once(*(report(number) for number in range(8)))
    assert all(isinstance(one, Deployment) for one in ended)
    ran = list(Deployment.objects.order_by("live_from"))
    assert [one.live_from for one in ran] == sorted(at)
    # Each ends where the next begins, in whatever order they were told; the last one runs.
    ends = [one.live_until for one in ran]
    assert ends == [*(one.live_from for one in ran[1:]), None]
    assert is_whole()


def test_the_same_report_at_once_is_one_deployment(committed_db: str, tmp_path: Path) -> None:
    cast = gather()
    release = an_approval(cast, tmp_path)
    said = said_of(release.version, live_from=ago(seconds=1))

    def report() -> object:
        return deployments.report(model=release.version.model, said=said, by=cast.deployer)

    ended = at_once(*[report] * 4)
    assert len({one.pk for one in ended if isinstance(one, Deployment)}) == 1
    assert Deployment.objects.count() == 1
    assert Release.objects.get().state == "live"
    revoke(Release.objects.get(), cast.manager2)
    # Two workers look at the same minute: it is found once.
    at_once(*[coverage.watch] * 3)
    assert Finding.objects.filter(source="deployment").count() == 1
    assert Review.objects.filter(cause="unapproved_live").count() == 1
    assert is_whole()
