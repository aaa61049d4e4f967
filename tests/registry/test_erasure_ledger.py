"""A crash between the ledger and the commit: nobody is erased for it, and no erasure is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from registry.models import User
from registry.services import erasure_ledger, people
from tests.cast import Cast
from tests.registry.erasing import WHY, Undone, a_member, erased, leaves
from tests.traces import journalled, nothing_written


def test_what_a_crash_left_open_is_settled_by_the_housekeeping(
    cast: Cast, settings: Settings, django_capture_on_commit_callbacks: Any
) -> None:
    ledger = Path(settings.ERASURES_FILE)
    person, other = leaves(a_member(cast), cast), leaves(cast.deployer, cast)
    # Killed between the line and the commit: the line stands, and nobody was erased.
    with pytest.raises(Undone), transaction.atomic():
        erased(person)
        raise Undone
    erased(other)
    at = erasure_ledger.read()[0].at
    with nothing_written():
        people.settle_erasures()
    assert [one.confirmed for one in erasure_ledger.read()] == [False, False]
    ledger.write_text(ledger.read_text().replace(f'"at":"{at[:4]}', '"at":"2020'))
    # A backup of long after it shows that it never happened.
    with nothing_written():
        assert people.replay_erasures(of=timezone.now()) == 0
    with journalled() as entries, django_capture_on_commit_callbacks(execute=True):
        people.settle_erasures()
    assert [(one.action, one.subject_id, one.reason) for one in entries] == [
        ("person.erasure_abandoned", person.pk, WHY)
    ]
    assert [(one.person, one.confirmed) for one in erasure_ledger.read()] == [(other.pk, True)]
    with nothing_written():
        people.settle_erasures()
        assert people.replay_erasures() == 0
    assert User.objects.get(pk=person.pk).is_active


def test_what_was_committed_is_confirmed_and_erased_again_whatever_comes_back(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    person = leaves(a_member(cast), cast)
    with pytest.raises(Undone), transaction.atomic():
        with django_capture_on_commit_callbacks(execute=True):
            erased(person, reason="They asked\u2028for it.")
        raise Undone
    assert [one.confirmed for one in erasure_ledger.read()] == [True]
    with nothing_written():
        people.settle_erasures()
    later = timezone.now() + timedelta(days=1)
    assert people.replay_erasures(of=later) == 1
