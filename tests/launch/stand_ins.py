"""A launcher whose programs are stand-ins, run by the tests as: stand_ins.py VAR SCENARIO."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

LAUNCH = Path(__file__).resolve().parents[2] / "mlops_gov" / "launch"
# As when it is run for real: its files import each other by their bare names.
sys.path.insert(0, str(LAUNCH))

import leftovers  # noqa: E402
import locks  # noqa: E402
import places  # noqa: E402
from crew import Crew, Interrupted  # noqa: E402
from words import Halt, say  # noqa: E402

SLEEP = "import time; print('ready', flush=True); time.sleep(300)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
DYING = f"import sys; print('the disk is full', flush=True); sys.stdin.read(); sys.exit(3); {SLEEP}"
PARENT = (
    "import subprocess, sys; command = [sys.executable, '-c', 'import time; time.sleep(300)'];"
    f"subprocess.Popen([*command, sys.argv[1]], start_new_session=True); {SLEEP}"
)
SCENARIOS = {
    "steady": {"web": SLEEP, "worker": SLEEP},
    "dying": {"web": SLEEP, "worker": DYING},
    "deaf": {"web": SLEEP, "worker": DEAF},
    "parent": {"web": SLEEP, "worker": PARENT},
}


def main(var: Path, scenario: str) -> int:
    """Do what `make run` does, with other programs and less patience."""
    leftovers.PATIENCE_SECONDS = 1.0
    here = places.Places(var.parent, var)
    places.prepare(here)
    try:
        with locks.held(here.run / "lock", doing="make run"):
            leftovers.end(here.run / "processes.json")
            with Crew(here, dict(os.environ)) as crew:
                stay(crew, scenario)
    except Halt as reason:
        say(str(reason))
        return 1
    except Interrupted:
        return 0


def stay(crew: Crew, scenario: str) -> None:
    """Start the stand-ins, say so when all are ready, and watch over them."""
    stop = ((signal.SIGTERM, 0.3),)
    members = [
        # The folder's name is passed along so that the tests find who belongs to them.
        crew.start(name, [sys.executable, "-c", code, str(crew.places.var)], stop=stop)
        for name, code in SCENARIOS[scenario].items()
    ]
    crew.until(lambda: all(m.last_lines for m in members), seconds=20, name="a stand-in")
    say("up")
    while True:
        crew.watch(60)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
