"""One act tried through the service, the API and its page, and refused by all three alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from registry.rules.refusals import Refused
from registry.templatetags.words import told
from tests.cast import Cast
from tests.traces import everything, time_passes


@dataclass(frozen=True)
class Attempt:
    """The same act at each door, once the scene is set.

    ``api`` is None where a program cannot even say it.
    """

    service: Callable[[], object]
    api: Callable[[], Any] | None
    page: Callable[[], HttpResponse]


@dataclass(frozen=True)
class Row:
    """For which reasons an attempt is refused.

    ``api_field`` is the field that the API names, and ``page_says`` the sentence of the page, where
    their forms stop it before the service does. ``days`` pass between the scene and the attempt.
    """

    codes: tuple[str, ...]
    scene: Callable[[Cast], Attempt]
    api_field: str = ""
    page_says: str = ""
    days: int = 0

    @property
    def name(self) -> str:
        """The scene's name, as the test's."""
        return self.scene.__name__


@dataclass
class Table:
    """The rows of one module, each made by the function that sets its scene."""

    rows: list[Row] = field(default_factory=list)

    def row(self, *codes: str, **said: Any) -> Callable[[Callable[[Cast], Attempt]], Row]:
        """Have the attempt that a scene ends with refused for these reasons and no others."""

        def add(scene: Callable[[Cast], Attempt]) -> Row:
            self.rows.append(Row(codes, scene, **said))
            return self.rows[-1]

        return add

    @property
    def codes(self) -> set[str]:
        """Every reason that a row of the table is refused for."""
        return {code for row in self.rows for code in row.codes}


def as_sent(value: Any) -> Any:
    """Return a day or an instant as forms and programs send it; anything else as it is."""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%dT%H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value


def refused_at_every_door(row: Row, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the scene, try each door, and assert that each says why and none writes anything."""
    attempt = row.scene(cast)
    if row.days:
        time_passes(monkeypatch, days=row.days)
    before = _kept()
    with pytest.raises(Refused) as refusal:
        attempt.service()
    objections = refusal.value.objections
    found = sorted(one.code for one in objections)
    assert found == sorted(row.codes), found
    if attempt.api:
        _told_by_the_api(attempt.api(), row)
    _shown(attempt.page(), [row.page_says] if row.page_says else [told(one) for one in objections])
    assert _kept() == before


def _told_by_the_api(answer: Any, row: Row) -> None:
    if row.api_field:
        assert (answer.status_code, list(answer.json())) == (400, [row.api_field])
        return
    assert answer.status_code == 409, answer.content
    assert sorted(one["code"] for one in answer.json()["objections"]) == sorted(row.codes)


def _shown(page: HttpResponse, sentences: list[str]) -> None:
    """Assert that the page is no success, or leads back to one that tells each sentence."""
    led_back = bool(getattr(page, "redirect_chain", ()))
    assert page.status_code in ((200,) if led_back else (409, 422)), page.status_code
    text = " ".join(unescape(page.content.decode()).split())
    for sentence in sentences:
        assert " ".join(sentence.split()) in text, sentence


def _kept() -> dict[str, Any]:
    """Return every row and file; signing in writes its time beside the person, which is no act."""
    rows = everything()
    for person in rows["registry.User"]:
        del person["last_login"]
    return rows
