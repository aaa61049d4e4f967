"""The schema of the API and its page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page
from rest_framework.test import APIClient

SCHEMA, PAGE = "/api/v1/schema/", "/api/v1/docs/"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema, made as strictly as it can be."""
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    strictly = {"validate": True, "fail_on_warn": True, "format": "openapi-json"}
    call_command("spectacular", file=str(path), **strictly)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_every_field_says_what_it_means(schema: dict[str, Any]) -> None:
    silent = [
        f"{name}.{field}"
        for name, shape in schema["components"]["schemas"].items()
        if not name.startswith("Paginated")
        for field, told in shape.get("properties", {}).items()
        if not {"description", "$ref", "allOf"} & set(told)
    ]
    assert silent == []


def test_every_door_says_what_it_does(schema: dict[str, Any]) -> None:
    silent = [
        f"{verb} {path}"
        for path, doors in schema["paths"].items()
        for verb, door in doors.items()
        if not door.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize(
    "path",
    ["auth/token", "models", "versions", "datasets", "runs", "releases", "journal", "reports"],
)
def test_doors_that_outside_scripts_rely_on_are_there(schema: dict[str, Any], path: str) -> None:
    assert f"/api/v1/{path}/" in schema["paths"]


@pytest.mark.django_db
def test_the_schema_is_there_for_everybody() -> None:
    assert APIClient().get(SCHEMA).status_code == 200


@pytest.mark.django_db
def test_the_page_has_nothing_inline() -> None:
    html = APIClient().get(PAGE).content.decode()
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*src=)", html)
    assert not re.search(r"\son\w+=", html)


def test_the_page_shows_every_door_and_the_browser_has_no_complaint(
    page: Page, schema: dict[str, Any]
) -> None:
    page.goto(PAGE)
    doors = page.locator(".opblock")
    every = sum(len(verbs) for verbs in schema["paths"].values())
    doors.first.wait_for()
    # So many doors are drawn only where one looks: scroll over all of them.
    seen: set[str] = set()
    for _ in range(60):
        seen |= set(doors.evaluate_all("found => found.map(one => one.id)"))
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(100)
    assert len(seen) == every
    page.mouse.wheel(0, -60_000)
    doors.first.wait_for()
    doors.first.locator(".opblock-summary").click()
    page.get_by_text("Try it out").first.wait_for()
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_text("Available authorizations").wait_for()
