"""Every page as each role: nothing inline, a policy that is strict, and markup anybody can use."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.registry.page_rights import FILL, READ
from tests.registry.pages import World, signed_in, world

__all__ = ["world"]

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
NAMED = {"a", "button", "caption", "h1", "h2", "h3", "label", "legend", "th", "title"}
DOWNLOADS = {"exhibit_file", "case_file", "report_file"}
DOWNLOADS |= {"report_docx", "report_xlsx", "report_csv", "report_json"}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


class Reading(HTMLParser):
    """Reads one page and writes down everything that is wrong with it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.open: list[tuple[str, dict[str, str], list[str]]] = []
        self.ids: set[str] = set()
        self.pointed_at: set[str] = set()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.headings: list[int] = []
        self.forms: list[dict[str, Any]] = []
        self.lang = self.title = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in given}
        self._inline(tag, attrs)
        if tag == "html":
            self.lang = attrs.get("lang", "")
        if attrs.get("id"):
            if attrs["id"] in self.ids:
                self.wrong.append(f"the id {attrs['id']} is there twice")
            self.ids.add(attrs["id"])
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.pointed_at |= set(attrs.get(name, "").split())
        if tag == "label" and "for" in attrs:
            self.labelled.add(attrs["for"])
        if tag in {"input", "select", "textarea"}:
            self._field(tag, attrs)
        if tag == "form":
            self.forms.append({"post": attrs.get("method", "").lower() == "post", "token": False})
        if tag == "th" and attrs.get("scope") not in {"row", "col"}:
            self.wrong.append("a table header without a scope")
        if tag == "img" and "alt" not in attrs:
            self.wrong.append("a picture without a text")
        if tag == "svg" and not {"aria-label", "aria-hidden", "aria-labelledby"} & attrs.keys():
            self.wrong.append("a drawing without a text")
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append((tag, attrs, []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.wrong.append(f"</{tag}> closes what is not open")
            return
        _tag, attrs, words = self.open.pop()
        if tag in NAMED and not any(words) and not attrs.get("aria-label"):
            self.wrong.append(f"<{tag}> without a name")

    def handle_data(self, data: str) -> None:
        for _tag, _attrs, words in self.open:
            words.append(data.strip())
        if self.open and self.open[-1][0] == "title":
            self.title = self.title or data.strip()
        if self.open and self.open[-1][0] == "script" and data.strip():
            self.wrong.append("a script inside the page")

    def _inline(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "style":
            self.wrong.append("a style sheet inside the page")
        if tag == "script" and not attrs.get("src", "").startswith("/static/"):
            self.wrong.append("a script that is not our own file")
        for name, value in attrs.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.wrong.append(f"<{tag}> carries {name}")
            if value.strip().lower().startswith("javascript:"):
                self.wrong.append(f"<{tag} {name}> is a script")

    def _field(self, tag: str, attrs: dict[str, str]) -> None:
        if attrs.get("name") == "csrfmiddlewaretoken" and self.forms:
            self.forms[-1]["token"] = True
        silent = attrs.get("type") in {"hidden", "submit"}
        inside_label = any(name == "label" for name, _attrs, _words in self.open)
        if not silent and not inside_label and not attrs.get("aria-label"):
            self.fields.append(attrs)

    def faults(self) -> Iterator[str]:
        """Return every fault of the page, one sentence each."""
        yield from self.wrong
        if self.open:
            yield f"<{self.open[-1][0]}> is never closed"
        if self.headings.count(1) != 1:
            yield f"{self.headings.count(1)} first headings"
        for before, after in zip(self.headings, self.headings[1:], strict=False):
            if after > before + 1:
                yield f"a heading of rank {after} under one of rank {before}"
        for field in self.fields:
            if field.get("id") not in self.labelled:
                yield f"the field {field.get('name')} has no label"
        for form in self.forms:
            if form["post"] and not form["token"]:
                yield "a form without its secret"
        for one in sorted(self.pointed_at - self.ids):
            yield f"nothing has the id {one}"

    def page_faults(self) -> list[str]:
        """Return the faults of a whole page, its frame included."""
        head = [] if self.lang == "en" else [f"its language is {self.lang!r}"]
        return [*head, *([] if self.title else ["it has no title"]), *self.faults()]


def faults_of(answer: HttpResponse) -> list[str]:
    """Return what is wrong with an answer: its policy and its markup."""
    told = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    loose = [
        f"{name} is {told.get(name)}" for name, value in POLICY.items() if told.get(name) != value
    ]
    if "unsafe" in answer["Content-Security-Policy"]:
        loose.append("the policy allows something unsafe")
    return [*loose, *Reading(answer.text).page_faults()]


def test_every_page_can_be_used_by_anybody_and_carries_nothing_inline(world: World) -> None:
    found = {}
    for name in ("scientist", "manager", "auditor", "admin", "outsider"):
        client = signed_in(getattr(world.cast, name))
        for page in sorted({*READ, *FILL} - DOWNLOADS):
            if faults := faults_of(client.get(world.address(page))):
                found[name, page] = faults
    assert found == {}


def test_a_form_that_is_refused_is_as_well_made_as_an_empty_one(world: World) -> None:
    client = signed_in(world.cast.scientist)
    found = {}
    for page in (*FILL, "unit", "version_data", "release"):
        answer = client.post(world.address(page), {"nothing": "of use", "as_of": "soon"})
        assert answer.status_code in {403, 422}, page
        if faults := faults_of(answer):
            found[page] = faults
    assert found == {}


def test_the_other_release_and_the_failed_run_are_well_made_too(world: World) -> None:
    for person in (world.cast.scientist, world.cast.manager):
        client = signed_in(person)
        for address in (
            reverse("release", args=[world.waiting.pk]),
            reverse("run", args=[world.failed.pk]),
            reverse("run", args=[world.done.pk]),
            reverse("journal") + "?actor=Ada",
            reverse("models") + "?q=mortgage&tier=3",
        ):
            assert faults_of(client.get(address)) == [], address


def test_pages_before_the_sign_in_and_about_errors_are_well_made_too(world: World) -> None:
    client = Client()
    wrong = client.post(reverse("sign_in"), {"username": "scientist", "password": "wrong"})
    for answer in (client.get(reverse("sign_in")), wrong, client.get("/nowhere/")):
        assert faults_of(answer) == []


def test_a_form_sent_without_its_secret_is_refused_with_a_sentence(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.cast.scientist)
    answer = client.post(world.address("submit"), {"environment": "production"})
    assert answer.status_code == 403
    assert "Reload it and send the form again" in answer.text
    assert faults_of(answer) == []


def test_the_figures_that_a_page_loads_into_itself_carry_nothing_inline(world: World) -> None:
    client = signed_in(world.cast.auditor)
    answer = client.get(world.address("figures"), headers={"HX-Request": "true"})
    assert "<svg" in answer.text
    reading = Reading(answer.text)
    assert [fault for fault in reading.faults() if "first headings" not in fault] == []


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ('<p style="color:red">x</p>', "<p> carries style"),
        ('<button onclick="x()">x</button>', "<button> carries onclick"),
        ("<script>x()</script>", "a script inside the page"),
        ('<script src="//elsewhere/x.js"></script>', "a script that is not our own file"),
        ('<a href="javascript:x()">x</a>', "<a href> is a script"),
        ('<form method="post"></form>', "a form without its secret"),
        ('<input name="x" id="x">', "the field x has no label"),
        ("<table><tr><th>x</th></tr></table>", "a table header without a scope"),
        ("<h1>x</h1><h1>x</h1>", "2 first headings"),
        ("<div><p>x</div>", "</div> closes what is not open"),
        ('<a href="/"></a>', "<a> without a name"),
        ('<label for="gone">x</label>', "nothing has the id gone"),
    ],
)
def test_the_reading_finds_a_planted_fault(markup: str, fault: str) -> None:
    assert fault in Reading(markup).page_faults()
