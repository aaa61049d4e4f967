"""The password entered again: a wrong one is remembered, and three of them lock."""

from __future__ import annotations

import pytest

from registry.models import Decision, Release, User
from registry.rules.refusals import Refused
from registry.services import releases
from registry.services.signatures import Proof, SignatureFailed
from tests.cast import PASSWORD, Cast, a_release
from tests.traces import denied, journalled, nothing_written, time_passes, who


def signed(release: Release, by: User, password: str = PASSWORD) -> Decision:
    return releases.approve(
        release=release,
        digest=release.case_file.digest,
        reason="Read in full.",
        proof=Proof(password),
        by=by,
    )


def wrong(release: Release, by: User, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignatureFailed, match="not right"):
            signed(release, by, "guessed")


def test_a_signature_states_how_it_was_given(cast: Cast) -> None:
    assert signed(a_release(cast), cast.manager).method == "password"


def test_a_signature_without_a_password_is_denied(cast: Cast) -> None:
    release = a_release(cast)
    with denied():
        signed(release, cast.manager, "")


def test_a_wrong_password_signs_nothing_and_is_remembered(cast: Cast) -> None:
    release = a_release(cast)
    with journalled() as entries:
        wrong(release, cast.manager, times=1)
    assert not Decision.objects.exists()
    (entry,) = entries
    assert (entry.action, who(entry), entry.actor_id, entry.model) == (
        "release.signature_failed",
        "Mara Roth",
        cast.manager.pk,
        "mortgage-approval",
    )
    assert "guessed" not in str(entry.facts)


def test_somebody_elses_password_is_wrong(cast: Cast) -> None:
    release = a_release(cast)
    cast.manager2.set_password("another pass phrase")
    cast.manager2.save()
    with journalled() as entries, pytest.raises(SignatureFailed):
        signed(release, cast.manager, "another pass phrase")
    assert len(entries) == 0 or who(entries[0]) == "Mara Roth"


def test_two_wrong_passwords_lock_nothing(cast: Cast) -> None:
    release = a_release(cast)
    wrong(release, cast.manager, times=2)
    signed(release, cast.manager)


def test_three_wrong_passwords_lock_even_the_right_one_out(cast: Cast) -> None:
    release = a_release(cast)
    wrong(release, cast.manager, times=3)
    with nothing_written(), pytest.raises(SignatureFailed, match="locked after 3"):
        signed(release, cast.manager)


def test_the_lock_is_one_persons_own(cast: Cast) -> None:
    release = a_release(cast)
    wrong(release, cast.manager, times=3)
    signed(release, cast.manager2)


def test_the_lock_holds_on_every_release(cast: Cast) -> None:
    release = a_release(cast)
    wrong(release, cast.manager, times=3)
    other = a_release(cast, release.version, "staging")
    with pytest.raises(SignatureFailed, match="locked"):
        signed(other, cast.manager)


def test_the_lock_opens_after_a_quarter_of_an_hour(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = a_release(cast)
    wrong(release, cast.manager, times=3)
    time_passes(monkeypatch, minutes=14)
    with pytest.raises(SignatureFailed, match="locked"):
        signed(release, cast.manager)
    time_passes(monkeypatch, minutes=2)
    signed(release, cast.manager)


@pytest.mark.parametrize("who", ["auditor", "admin", "scientist", "outsider"])
def test_who_may_not_sign_cannot_try_passwords(cast: Cast, who: str) -> None:
    release = a_release(cast)
    with denied() as caught:
        signed(release, getattr(cast, who), "guessed")
    assert not isinstance(caught.value, SignatureFailed)


def test_a_refusal_after_the_right_password_counts_as_no_wrong_try(cast: Cast) -> None:
    release = a_release(cast)
    for _ in range(4):
        with nothing_written(), pytest.raises(Refused):
            releases.approve(
                release=release,
                digest="0" * 64,
                reason="x",
                proof=Proof(PASSWORD),
                by=cast.manager,
            )
    signed(release, cast.manager)
