"""`make run`: from a fresh clone to a page to sign in on."""

from __future__ import annotations

import http.client
import os
import signal

import leftovers
import libraries
import locks
import packages
import places
import ports
import programs
import services
import static_files
from crew import Crew
from places import Places
from words import say

SIGN_INS = {
    "scientist": "data scientist",
    "validator": "validator",
    "manager": "model risk manager",
    "manager2": "model risk manager",
    "owner": "business owner",
    "auditor": "auditor",
    "admin": "administrator",
}
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
NO_WORDS = ("0", "false", "no", "off")


def run() -> None:
    """Set up what is missing, start everything, and stay until it is stopped."""
    here = places.for_running()
    places.prepare(here)
    with locks.held(here.run / "lock", doing="make run"):
        host, port = ports.wanted()
        ports.must_be_free(host, port)
        leftovers.end(here.run / "processes.json")
        with Crew(here, environment(here, host, port)) as crew:
            # First what may end in a line to type; the packages take minutes.
            libraries.prepare(crew)
            packages.prepare(crew, packages.RUNNING)
            with services.running(crew):
                fill(crew)
                start(crew, host, port)
                greet(host, port)
                while True:
                    crew.watch(3600)


def environment(here: Places, host: str, port: int) -> dict[str, str]:
    """Return what every process of ours finds in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    ours = {"VAR_DIR": str(here.var), "LISTEN": host, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    return kept | ours


def fill(crew: Crew) -> None:
    """Bring the database and the static files to the state of the code."""
    say("Preparing the database.")
    python = crew.places.python
    crew.finish("migrate", [python, "manage.py", "migrate", "--noinput"], shown=False)
    crew.finish("policies", [python, "manage.py", "load_policies"], shown=False)
    static_files.gather(crew)
    if wants_demo():
        say("Loading the demo; the first time its models are trained and examined.")
        crew.finish("demo", [python, "manage.py", "seed_demo"])


def wants_demo() -> bool:
    """Say whether the demo is loaded; DEMO=0 leaves it out."""
    return os.environ.get("DEMO", "1").strip().lower() not in NO_WORDS


def start(crew: Crew, host: str, port: int) -> None:
    """Start web, worker and beat, and wait until the web answers."""
    python, bind = crew.places.python, ports.written(host, port)
    crew.start("web", programs.web(python, bind), stop=programs.STOP_WEB)
    # Orphaned, the worker is killed: it would wait for a queue that is gone as well.
    crew.start(
        "worker",
        programs.worker(python),
        stop=programs.STOP_WORKER,
        orphan_signal=signal.SIGKILL,
    )
    crew.start("beat", programs.beat(python), stop=programs.STOP_BEAT)
    crew.until(lambda: is_healthy(host, port), seconds=90, name="web")


def is_healthy(host: str, port: int) -> bool:
    """Say whether /healthz answers that all is well."""
    door = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=5)
    try:
        door.request("GET", "/healthz", headers={"Host": known_host()})
        return door.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


def known_host() -> str:
    """Return a host name the server answers to."""
    first = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().removeprefix(".")
    return first if first not in ("", "*") else "localhost"


def greet(host: str, port: int) -> None:
    """Say where to go, whom to sign in as, and how to stop."""
    say(f"\nmlops-gov is up: http://{ports.written(ANYWHERE.get(host, host), port)}/")
    reachable = os.environ.get("DEMO_REACHABLE", "0").strip().lower() not in (*NO_WORDS, "")
    if wants_demo() and (host in LOOPBACK or reachable):
        say('Sign in as one of these, with the password "demo":')
        for name, role in SIGN_INS.items():
            say(f"  {name:<10} {role}")
    say("Ctrl-C stops everything.\n")
