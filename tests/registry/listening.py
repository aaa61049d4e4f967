"""Real servers that tests send to: one that takes webhooks, and one that takes mail."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TypeVar

Server = TypeVar("Server", bound=socketserver.TCPServer)


class Listener(HTTPServer):
    """Keeps what it is sent, and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hooks)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.words: str | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks?from=here"


class _Hooks(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.status, self.server.words)
        if 300 <= self.server.status < 400:
            self.send_header("Location", self.server.address)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class Postbox(socketserver.TCPServer):
    """Speaks enough SMTP to take mail; ``refusal`` is what it answers to a recipient instead."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusal = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Smtp(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                self.server.recipients.append(line.partition("<")[2].partition(">")[0])
                self._say(self.server.refusal or "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                self._take()
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let a server work in a thread of its own."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
