"""What an act leaves behind: rows, files and entries; and that a refused one leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.utils import timezone

from registry.models import Entry, User
from registry.rules.refusals import Refused
from registry.rules.roles import MAY, Role
from registry.rules.row_digests import WROTE
from registry.services.openings import opened
from tests.cast import Cast


def everything() -> dict[str, Any]:
    """Return every row of our tables, and the name of every file in the store."""
    rows: dict[str, Any] = {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for app in ("registry", "audits")
        for model in apps.get_app_config(app).get_models()
    }
    store = Path(default_storage.path(""))
    rows["files"] = sorted(str(path) for path in store.rglob("*") if path.is_file())
    return rows


@contextmanager
def nothing_written() -> Iterator[None]:
    """Assert that what happens inside leaves no trace at all."""
    before = everything()
    yield
    assert everything() == before


@contextmanager
def refused(*codes: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """Assert that what happens inside is refused for exactly these reasons and writes nothing."""
    with nothing_written(), pytest.raises(Refused) as caught:
        yield caught
    assert [objection.code for objection in caught.value.objections] == list(codes)


@contextmanager
def denied() -> Iterator[pytest.ExceptionInfo[PermissionDenied]]:
    """Assert that what happens inside is denied to the person and writes nothing."""
    with nothing_written(), pytest.raises(PermissionDenied) as caught:
        yield caught


@contextmanager
def journalled() -> Iterator[list[Entry]]:
    """Collect the entries that are written inside."""
    last = Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    entries: list[Entry] = []
    yield entries
    entries += Entry.objects.filter(number__gt=last)


def who(entry: Entry) -> str:
    """Return whom an entry names as the one who acted, as people read it."""
    return opened([entry])[0].actor


def told_in(entry: Entry) -> dict[str, Any]:
    """Return what an entry says has changed, as people read it; without digests of rows."""
    changes = dict(opened([entry])[0].changes)
    changes.pop(WROTE, None)
    return changes


def named(person: User, text: str = "") -> dict[str, Any]:
    """Return how the changes of an entry name a person, as people read them."""
    return {"person": person.pk, "name": text or person.printed_name}


def only_the_entitled_may(cast: Cast, verb: str, act: Callable[[User], object]) -> None:
    """Assert that no other role of the unit may do this, and nobody of another unit."""
    roles = {
        Role.DATA_SCIENTIST: cast.scientist,
        Role.VALIDATOR: cast.validator,
        Role.MODEL_RISK_MANAGER: cast.manager,
        Role.BUSINESS_OWNER: cast.owner,
        Role.ETHICS_REVIEWER: cast.ethics,
        Role.DEPLOYER: cast.deployer,
        Role.AUDITOR: cast.auditor,
        Role.ADMINISTRATOR: cast.admin,
    }
    others = [person for role, person in roles.items() if role not in MAY[verb]]
    assert others
    for person in (*others, cast.outsider):
        with denied():
            act(person)


def time_passes(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    """Put the clock that Django tells forward by so many days, hours, minutes."""
    real, ahead = timezone.now, timedelta(**passed)
    monkeypatch.setattr(timezone, "now", lambda: real() + ahead)
