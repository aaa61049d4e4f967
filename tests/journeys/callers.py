"""People who call the API over HTTP, with nothing but what Python brings."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

PATIENCE_SECONDS = 240


@dataclass
class Answer:
    """What a door said."""

    status: int
    content: bytes

    @property
    def said(self) -> Any:
        """The JSON of it."""
        return json.loads(self.content)

    @property
    def codes(self) -> set[str]:
        """The codes of all objections."""
        return {objection["code"] for objection in self.said["objections"]}


@dataclass
class Caller:
    """A person with a token, calling doors over HTTP."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, username: str, password: str) -> Caller:
        """Get a token for the password."""
        who = {"username": username, "password": password}
        given = self.post("auth/token/", who, expect=200)
        self.headers = {"Authorization": f"Token {given['token']}"}
        return self

    def call(self, method: str, path: str, content: bytes | None, kind: str) -> Answer:
        """Send one request; refusals are answers too."""
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/api/v1/{path}",
            data=content,
            method=method,
            headers=self.headers | {"Content-Type": kind},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read())

    def ask(self, path: str, **asked: Any) -> Answer:
        """Post JSON and take whatever comes."""
        return self.call("POST", path, json.dumps(asked).encode(), "application/json")

    def get(self, path: str) -> Any:
        """Read something that has to be there."""
        answer = self.call("GET", path, None, "application/json")
        assert answer.status == 200, answer
        return answer.said

    def post(self, path: str, body: dict[str, Any], expect: int = 201) -> Any:
        """Post JSON that has to be taken."""
        answer = self.ask(path, **body)
        assert answer.status == expect, answer
        return answer.said

    def put(self, path: str, **body: Any) -> Any:
        """Put JSON that has to be taken."""
        answer = self.call("PUT", path, json.dumps(body).encode(), "application/json")
        assert answer.status == 200, answer
        return answer.said

    def upload(self, path: str, **form: Any) -> Any:
        """Post a form with files that has to be taken."""
        answer = self.call("POST", path, encode_multipart(BOUNDARY, form), MULTIPART_CONTENT)
        assert answer.status == 201, answer
        return answer.said

    def wait_for(self, path: str) -> Any:
        """Ask again and again until the workers are through."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            row = self.get(path)
            if row["state"] in {"done", "failed"}:
                return row
            time.sleep(0.5)
        raise AssertionError(f"{path} is still {row['state']} at {row['percent']} %.")
