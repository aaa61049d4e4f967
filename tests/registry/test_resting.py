"""Drift that a condition, a review or an assessed hazard names is evidence, and no mere log."""

from __future__ import annotations

import pytest

from registry.models import ReviewEvent
from registry.rules.risk import Control, HazardFacts
from registry.services import conditions, resting, reviews, risk
from tests.cast import Cast, an_exhibit
from tests.registry.flow import a_condition
from tests.registry.keeping import YEAR, foreseen, keep_house
from tests.registry.reviewing import a_review, closed
from tests.registry.rows_at_rest import fresh
from tests.registry.test_conditions import approved_under
from tests.traces import time_passes


def test_drift_that_something_names_stays_as_long_as_the_version_s_evidence(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = approved_under(cast, a_condition(cast))
    version = release.version
    log, earlier, offered, outcome, breach, again, control = (
        an_exhibit(cast, version, "drift") for _ in range(7)
    )
    condition = release.conditions.get()
    for exhibit in (earlier, offered):
        conditions.offer(condition=condition, text="See there.", evidence=exhibit, by=cast.owner)
    conditions.accept(condition=condition, reason="Read it.", by=cast.manager2)
    closed(a_review(version.model), cast.validator, evidence=(outcome.pk,))
    for exhibit, name in ((breach, "evidence"), (again, "exhibit")):
        reviews.open_for(
            model=version.model,
            version=version,
            cause="drift_breach",
            details={name: exhibit.pk, "summary": "It moved."},
            by=None,
        )
    assert ReviewEvent.objects.filter(details__exhibit=again.pk).exists()
    tested = Control("Watched", evidence=(control.pk,))
    hazard = HazardFacts("Drift", 3, 4, "Watched", 2, 4, assessed_controls=(tested,))
    risk.assess(version=version, hazards=[hazard], by=cast.scientist)
    named = {one.pk for one in (earlier, offered, outcome, breach, again, control)}
    assert resting.rested_on(version.evidence.filter(kind="drift")) == named
    assert resting.rested_on([]) == set()
    time_passes(monkeypatch, days=3 * YEAR + 2)
    assert [one.thing.record for one in foreseen().going if one.thing.kind != "rows"] == [log]
    keep_house()
    assert fresh(log.file).erased_at
    assert not any(fresh(one.file).erased_at for one in version.evidence.exclude(pk=log.pk))
    time_passes(monkeypatch, days=11 * YEAR)
    going = {one.thing.record.pk: one.thing for one in foreseen().going}
    assert named < set(going)
    assert {going[pk].kind for pk in named} == {"evidence"}
