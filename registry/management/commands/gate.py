"""manage.py gate: may this version run? 0 yes, 1 no, 2 asked wrongly, 3 undecided, 4 no answer."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError

from registry.rules.deployments import unknown_environment
from registry.rules.gate_answers import PENDING, UNKNOWN, Answer
from registry.services import gate_answers

ALLOWED, REFUSED, USAGE, WAITS, UNREACHABLE = range(5)
SECONDS = 20
LARGEST_ANSWER = 2**20


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: the token is for the server that was named."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Leave a redirection what it is: an answer, and none that counts."""


class Command(BaseCommand):
    """Asks this installation's database, or a server by its address; writes nothing."""

    help = (
        "Ask whether a version may run in an environment. Exit code 0: allowed, 1: refused,"
        " 2: asked wrongly, 3: nobody has decided yet, 4: no answer to be had. Only 0 is a yes."
    )
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Have --version name the model's version, where Django would print its own."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is asked, and where."""
        parser.add_argument("--model", required=True, help="Short name of the model.")
        parser.add_argument("--version", required=True, help="Label of the version.")
        parser.add_argument("--environment", required=True, help="Where it is to run.")
        parser.add_argument("--digest", help="The sha256 of what is to run; checked when named.")
        parser.add_argument("--url", help="Ask the server at this address, by its API.")
        parser.add_argument("--token-file", type=Path, help="A file that holds the token for it.")
        parser.add_argument("--json", action="store_true", help="Print the answer as JSON.")

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Print the answer; anything but a plain yes ends with another exit code than 0."""
        asked = {name: options[name] for name in ("model", "version", "environment", "digest")}
        if bool(options["url"]) != bool(options["token_file"]):
            raise CommandError("--url and --token-file go together.", returncode=USAGE)
        if options["url"]:
            answer = remote(options["url"], _token(options["token_file"]), asked)
        else:
            answer = local(asked)
        self.stdout.write(
            json.dumps(answer, cls=DjangoJSONEncoder)
            if options["json"]
            else in_words(asked, answer)
        )
        if answer.get("allowed") is True:
            return None
        code = WAITS if answer.get("decision") == PENDING else REFUSED
        raise CommandError("The gate is closed: do not deploy.", returncode=code)


def local(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the database of this installation, as its operator."""
    if asked["environment"] not in settings.ENVIRONMENTS:
        unknown = unknown_environment(asked["environment"], settings.ENVIRONMENTS)
        raise CommandError(str(unknown), returncode=USAGE)
    try:
        answer = gate_answers.ask(**asked, by=None)
    except DatabaseError as error:
        raise CommandError(
            f"The database gives no answer: {error}", returncode=UNREACHABLE
        ) from error
    if answer is None:
        return {"detail": "There is no such version.", "decision": UNKNOWN, "allowed": False}
    return as_data(answer)


def as_data(answer: Answer) -> dict[str, Any]:
    """Return an answer as the API tells it."""
    told = {
        name: [{"code": one.code, "message": str(one)} for one in getattr(answer, name)]
        for name in ("reasons", "notes")
    }
    return {**vars(answer), **told}


def remote(url: str, token: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask a server. What is no answer of a gate is none: exit code 4."""
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise CommandError("--url begins with http:// or https://.", returncode=USAGE)
    named = urllib.parse.urlencode({name: said for name, said in asked.items() if said is not None})
    request = urllib.request.Request(  # noqa: S310 - the scheme is looked at above
        f"{url.rstrip('/')}/api/v1/gate?{named}", headers={"Authorization": f"Token {token}"}
    )
    opener = urllib.request.build_opener(_StayHere())
    try:
        with opener.open(request, timeout=SECONDS) as response:
            return _understood(response.status, response.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return _understood(error.code, error.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException) as error:
        raise CommandError(
            f"The server gives no answer: {error}", returncode=UNREACHABLE
        ) from error


def _understood(status: int, body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or status not in (200, 400, 401, 403, 404, 409):
        raise CommandError(
            f"The server gives no answer of a gate ({status}).", returncode=UNREACHABLE
        )
    if status == 400:
        raise CommandError(f"Asked wrongly: {json.dumps(said)}", returncode=USAGE)
    if status != 200:
        return {**said, "allowed": False}
    return said


def _token(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The token's file cannot be read: {error}", returncode=USAGE) from error
    if not token.isalnum():
        raise CommandError("A token has letters and digits only.", returncode=USAGE)
    return token


def in_words(asked: dict[str, Any], answer: dict[str, Any]) -> str:
    """Return the answer for people: what was asked, the decision, and every reason."""
    what = f"{asked['model']} {asked['version']} in {asked['environment']}"
    lines = [f"{what}: {answer.get('decision') or 'no decision'}"]
    for one in (*answer.get("reasons", ()), *answer.get("notes", ())):
        lines.append(f"- {one['message']}")
    if answer.get("detail"):
        lines.append(f"- {answer['detail']}")
    if answer.get("valid_until"):
        until = datetime.fromisoformat(str(answer["valid_until"])).astimezone(UTC)
        lines.append(f"Valid until {until:%Y-%m-%d %H:%M} UTC.")
    return "\n".join(lines)
