"""Time stamps of checkpoints, by a real authority over HTTP on this machine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import cms
from django.utils import timezone
from pytest_django import Settings

from registry.models import CheckpointStamp
from registry.services import checkpoint_stamps, checkpoints
from tests.audits.stamping import Authority, listening
from tests.cast import Cast
from tests.registry.bending import bend, found, tell
from tests.traces import time_passes


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_every_checkpoint_is_stamped_once(
    cast: Cast, settings: Settings, authority: Authority
) -> None:
    tell(cast.unit)
    first = checkpoints.make()
    assert first is not None
    assert checkpoint_stamps.stamp() == 0
    with listening(authority.answer) as settings.TSA_URL:
        assert checkpoint_stamps.stamp() == 1
        tell(cast.unit)
        second = checkpoints.make()
        assert second is not None
        assert checkpoint_stamps.stamp() == 1
        assert checkpoint_stamps.stamp() == 0
    stamp = CheckpointStamp.objects.get(checkpoint=first)
    assert stamp.authority == settings.TSA_URL
    token = bytes(stamp.token)
    stated = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    assert abs(stated["gen_time"].native - timezone.now()) < timedelta(minutes=5)
    assert checkpoint_stamps.states(token, first.statement)
    assert not checkpoint_stamps.states(token, second.statement)
    assert found() is None
    other = bytes(CheckpointStamp.objects.get(checkpoint=second).token)
    bend(
        (
            "UPDATE registry_checkpointstamp SET token = %s WHERE checkpoint_id = %s",
            [other, first.size],
        )
    )
    assert found() == (
        first.size,
        f"the time stamp of the checkpoint over {first.size} entries is about another",
    )


def test_what_an_authority_refuses_is_asked_for_again_for_a_day(
    cast: Cast,
    settings: Settings,
    authority: Authority,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(cast.unit)
    first = checkpoints.make()
    assert first is not None
    about_this = authority.answer

    def about_another(request: bytes) -> bytes:
        """Answer as if it had been asked about something else; the nonce is right."""
        position = request.index(checkpoint_stamps.digest_of(first.statement))
        return about_this(request[:position] + bytes(32) + request[position + 32 :])

    for answer in (lambda _: b"nonsense", lambda _: b"", about_another):
        with listening(answer) as settings.TSA_URL:
            assert checkpoint_stamps.stamp() == 0
        assert "gave no time stamp" in caplog.text
        caplog.clear()
    assert checkpoint_stamps.stamp() == 0
    assert "gave no time stamp" in caplog.text
    assert not checkpoint_stamps.states(b"nonsense", first.statement)
    with listening(authority.answer) as settings.TSA_URL:
        with monkeypatch.context() as patch:
            time_passes(patch, days=2)
            assert checkpoint_stamps.stamp() == 0
        assert checkpoint_stamps.stamp() == 1
