"""The gate's command as a pipeline runs it: processes of their own, and what they exit with."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command

from registry.models import Entry, ModelVersion
from registry.rules.roles import Role
from registry.services import units
from tests.cast import Cast, a_person, a_release, a_version, an_approved_release, gather
from tests.registry.live import OTHER, with_artefact
from tests.stack import ROOT, Stack
from tests.traces import nothing_written

ASKED = ("gate", "--model", "mortgage-approval", "--environment", "production", "--version")


def asked(stack: Stack, version: str, *more: str) -> tuple[int, subprocess.CompletedProcess[str]]:
    """Ask in a process of its own; return what it exited with, and all of it."""
    done = stack.manage(*ASKED, version, *more)
    return done.returncode, done


@pytest.fixture
def pipeline(stack: Stack, tmp_path: Path) -> Path:
    """Version 1.0 is approved, 2.0 in review, 3.0 neither; return the file of a service's token."""
    cast = gather()
    release = an_approved_release(cast, with_artefact(cast, tmp_path))
    model = release.version.model
    a_release(cast, with_artefact(cast, tmp_path, model, "2.0"))
    a_version(cast, model, "3.0")
    service = a_person("pipeline", "Deploying Pipeline")
    units.grant(unit=cast.unit, user=service, role=Role.SERVICE, by=cast.admin)
    given = stack.manage("give_token", "--user", "pipeline", "--days", "30")
    assert given.returncode == 0, given.stderr
    assert "not shown again" in given.stderr
    file = tmp_path / "token"
    file.write_text(given.stdout, encoding="utf-8")
    (entry,) = Entry.objects.filter(action="person.token_given")
    assert given.stdout.strip() not in entry.changes
    return file


def digest_of_version() -> str:
    found = ModelVersion.objects.select_related("artefact").get(label="1.0")
    assert found.artefact is not None
    return str(found.artefact.sha256)


def test_the_exit_code_says_it_all(stack: Stack, pipeline: Path) -> None:
    """Asked of the database, and of a server by its address: the same codes and the same words."""
    digest = stack.ask(digest_of_version)
    server = ("--url", stack.url, "--token-file", str(pipeline))
    for where in ((), server):
        code, done = asked(stack, "1.0", *where)
        assert (code, done.stderr) == (0, "")
        assert done.stdout.startswith("mortgage-approval 1.0 in production: approved\n")
        assert "was not checked" in done.stdout
        code, done = asked(stack, "1.0", "--digest", digest, "--json", *where)
        answer = json.loads(done.stdout)
        assert (code, answer["allowed"], answer["digest_matches"]) == (0, True, True)
        code, done = asked(stack, "1.0", "--digest", OTHER, *where)
        assert code == 1
        assert "another artefact" in done.stdout
        assert "do not deploy" in done.stderr
        # As a script writes it whose variable is empty.
        assert asked(stack, "1.0", "--digest", "", *where)[0] == 1
        code, done = asked(stack, "2.0", *where)
        assert code == 3
        assert "pending" in done.stdout
        assert asked(stack, "3.0", *where)[0] == 1
        code, done = asked(stack, "4.0", "--json", *where)
        assert (code, json.loads(done.stdout)["decision"]) == (1, "unknown")
        code, done = asked(stack, "1.0", "--environment", "prod", *where)
        assert code == 2
        assert "staging, production" in done.stderr


def typed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as a person at a terminal does."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_who_asks_wrongly_is_told_by_code_2(tmp_path: Path) -> None:
    assert typed("gate", "--model", "x").returncode == 2
    assert typed(*ASKED, "1.0", "--colour", "red").returncode == 2
    missing = str(tmp_path / "none")
    for more in (
        ("--url", "https://gate.example"),
        ("--token-file", missing),
        ("--url", "https://gate.example", "--token-file", missing),
        ("--url", "file:///etc/passwd", "--token-file", str(written(tmp_path, "abc"))),
        ("--url", "https://gate.example", "--token-file", str(written(tmp_path, "a\nb: c"))),
    ):
        done = typed(*ASKED, "1.0", *more)
        assert (done.returncode, done.stdout) == (2, ""), more


def test_where_nobody_answers_the_code_is_4(tmp_path: Path) -> None:
    token = str(written(tmp_path, "abc"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = typed(*ASKED, "1.0", "--url", closed, "--token-file", token)
        assert (done.returncode, done.stdout) == (4, "")
        assert "no answer" in done.stderr
        database = f"postgresql://nobody:@{closed.removeprefix('http://')}/none"
        done = typed(*ASKED, "1.0", DATABASE_URL=database)
        assert (done.returncode, done.stdout) == (4, "")
        assert "Traceback" not in done.stderr


@contextmanager
def answering(status: int, body: str, **headers: str) -> Iterator[str]:
    """Stand in for a server that is no gate, or one gone wrong; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 - as the standard library calls it
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *told: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def written(folder: Path, token: str) -> Path:
    """Write a token's file."""
    file = folder / "written"
    file.write_text(token, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, '{"allowed": true, "decision": "live"}', 0),
        (200, '{"allowed": "true"}', 1),
        (200, '{"allowed": 1}', 1),
        (200, "{}", 1),
        (200, "[]", 4),
        (200, "<html>Welcome</html>", 4),
        (200, "", 4),
        (201, '{"allowed": true}', 4),
        (302, "", 4),
        (400, '{"environment": ["There is no such one."]}', 2),
        (401, '{"detail": "Invalid token.", "allowed": true}', 1),
        (403, '{"detail": "No.", "allowed": true}', 1),
        (404, '{"detail": "Nothing.", "allowed": true}', 1),
        (404, "<html>Nothing here</html>", 4),
        (409, '{"allowed": true, "decision": "approved"}', 1),
        (500, '{"allowed": true}', 4),
        (503, "later", 4),
    ],
)
def test_only_a_plain_yes_of_a_gate_is_one(
    tmp_path: Path, status: int, body: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    token = str(written(tmp_path, "abc"))
    with answering(status, body, Location="http://127.0.0.1:9/elsewhere") as url:
        try:
            call_command("gate", *ASKED[1:], "1.0", "--url", url, "--token-file", token)
        except CommandError as error:
            assert error.returncode == code
        else:
            assert code == 0
    assert capsys.readouterr().out.startswith("mortgage-approval") == (code in (0, 1))


def refused_token(username: str, days: int, sentence: str) -> None:
    with nothing_written(), pytest.raises(CommandError, match=sentence):
        call_command("give_token", "--user", username, "--days", str(days))


def test_a_long_lived_token_is_for_machines(cast: Cast) -> None:
    both = a_person("both", "Both Ways")
    for role in (Role.SERVICE, Role.DATA_SCIENTIST):
        units.grant(unit=cast.unit, user=both, role=role, by=cast.admin)
    a_person("idle", "Idle Account")
    for username in ("scientist", "admin", "both", "idle"):
        refused_token(username, 30, "the role service and no other")
    refused_token("nobody", 30, "There is no account nobody")
    service = a_person("pipeline", "Deploying Pipeline")
    units.grant(unit=cast.unit, user=service, role=Role.SERVICE, by=cast.admin)
    for days in (0, 367, -1):
        refused_token("pipeline", days, "1 to 366 days")
    service.is_active = False
    service.save()
    refused_token("pipeline", 30, "closed")
