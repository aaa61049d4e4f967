"""Submitting a version for release: everything that is missing is said at once."""

from __future__ import annotations

import pytest

from registry.models import DataLink
from registry.rules import row_digests
from registry.rules.cards import SECTION_CODES
from registry.services import releases, versions
from tests.cast import (
    Cast,
    a_card,
    a_complete_version,
    a_dataset,
    a_dataset_version,
    a_model,
    a_release,
    a_scorecard,
    a_version,
    an_exhibit,
    assessed_risk,
    attached,
)
from tests.registry.signing import reject
from tests.traces import journalled, only_the_entitled_may, refused, time_passes, told_in


def test_a_complete_version_is_submitted_and_frozen(cast: Cast) -> None:
    version = a_complete_version(cast)
    with journalled() as entries:
        release = a_release(cast, version)
    assert (release.state, release.tier, release.submitted_by) == ("submitted", 3, cast.scientist)
    assert release.case_file.number == 1
    entry, told = entries
    assert told.action == "event.announced"
    assert (entry.action, entry.role, entry.model) == (
        "release.submitted",
        "data_scientist",
        "mortgage-approval",
    )
    assert told_in(entry) == {
        "environment": "production",
        "case_file": release.case_file.digest,
        "policy": 1,
        "facts": row_digests.digest_of(release.case_file, row_digests.CASE_FILE),
    }


def test_everything_missing_is_said_at_once(cast: Cast) -> None:
    version = a_version(cast)
    with refused(
        "submit.card_incomplete",
        "submit.data_missing",
        "submit.risk_missing",
        "submit.scorecard_missing",
        "submit.evidence_missing",
        "submit.evidence_missing",
        "submit.environment",
    ):
        a_release(cast, version, "moon")


def test_the_strictest_tier_asks_for_more(cast: Cast) -> None:
    model = a_model(cast, tier=1, deputy=None)
    version = a_complete_version(cast, model)
    with refused("submit.data_missing", "submit.deputy_missing"):
        a_release(cast, version)


def test_evidence_handed_in_does_not_count_for_the_strictest_tier(cast: Cast) -> None:
    model = a_model(cast, tier=1)
    version = a_version(cast, model)
    for role in ("train", "test"):
        attached(cast, version, a_dataset_version(cast, a_dataset(cast, role), role=role))
    a_card(cast, version, **dict.fromkeys(SECTION_CODES, "Said."))
    assessed_risk(cast, version)
    a_scorecard(cast, model)
    an_exhibit(cast, version, "performance")
    an_exhibit(cast, version, "fairness", reproduced=False)
    with refused("submit.evidence_missing"):
        a_release(cast, version)
    an_exhibit(cast, version, "fairness")
    assert a_release(cast, version).tier == 1


def test_evidence_on_data_no_longer_attached_does_not_count(cast: Cast) -> None:
    version = a_complete_version(cast)
    link = DataLink.objects.get(version=version)
    versions.detach_data(link=link, reason="Wrong year.", by=cast.scientist)
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    attached(cast, version, a_dataset_version(cast, a_dataset(cast, "New"), table=table))
    with refused("submit.evidence_missing", "submit.evidence_missing"):
        a_release(cast, version)


def test_a_failing_exhibit_stops_the_submission_and_a_newer_one_lets_it_pass(cast: Cast) -> None:
    version = a_complete_version(cast)
    an_exhibit(cast, version, "fairness", verdict="fail")
    with refused("submit.evidence_failing"):
        a_release(cast, version)
    an_exhibit(cast, version, "fairness", verdict="warn")
    assert a_release(cast, version).state == "submitted"


def test_evidence_a_year_old_has_expired(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    version = a_complete_version(cast)
    time_passes(monkeypatch, days=366)
    with refused("submit.evidence_expired", "submit.evidence_expired"):
        a_release(cast, version)


def test_a_version_is_in_review_once_for_an_environment(cast: Cast) -> None:
    release = a_release(cast)
    with refused("submit.open_already"):
        a_release(cast, release.version)
    assert a_release(cast, release.version, "staging").environment == "staging"


def test_a_version_may_be_submitted_again_once_it_was_decided_on(cast: Cast) -> None:
    release = a_release(cast)
    reject(release, cast.manager)
    again = a_release(cast, release.version)
    assert again != release
    assert again.state == "submitted"


def test_nobody_else_submits(cast: Cast) -> None:
    version = a_complete_version(cast)
    only_the_entitled_may(
        cast,
        "release.submit",
        lambda by: releases.submit(version=version, environment="production", by=by),
    )


def test_a_few_rows_beside_the_test_data_do_not_hide_what_fails_there(cast: Cast) -> None:
    version = a_complete_version(cast)
    an_exhibit(cast, version, "fairness", verdict="fail")
    table = "income,debt,approve,sex,race\n1,2,1,f,a\n"
    few = attached(cast, version, a_dataset_version(cast, a_dataset(cast, "Few"), table=table))
    an_exhibit(cast, version, "fairness", verdict="undecided", data=few.data)
    an_exhibit(cast, version, "performance", data=few.data)
    with refused("submit.evidence_failing"):
        a_release(cast, version)
