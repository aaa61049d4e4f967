"""The launcher behind `make run` and `make test`: sees to what they need, then starts it."""

from __future__ import annotations

import interpreter

interpreter.settle()

import sys  # noqa: E402 - first a Python that can read the rest
from collections.abc import Callable  # noqa: E402

import benching  # noqa: E402
import running  # noqa: E402
import testing  # noqa: E402
from crew import Interrupted  # noqa: E402
from words import Halt, say  # noqa: E402

HELP = """\
make run      start everything at http://127.0.0.1:8000/ (PORT=8001 for another port, DEMO=0
              without the demo)
make test     check and test everything (PYTEST_ARGS="-k journal" for some tests)
make spark-test  measure on Spark as well; installs requirements-spark.txt and Java
make lint     check form and types alone
make format   bring the code into form
make bench    time the measures beside their peers (BENCH_ARGS="--rows 100000" for a quick run)
make intervals  simulate how well the intervals cover
make help     print this"""


def main(verb: str, arguments: list[str]) -> int:
    """Do what is asked and return the exit code."""
    verbs: dict[str, Callable[[], None]] = {
        "run": running.run,
        "test": lambda: testing.test(arguments),
        "pytest": lambda: testing.only_pytest(arguments),
        "spark-test": lambda: testing.spark(arguments),
        "lint": testing.lint,
        "format": testing.reshape,
        "bench": lambda: benching.bench(arguments),
        "intervals": lambda: benching.intervals(arguments),
        "help": lambda: say(HELP),
    }
    if verb not in verbs:
        say(HELP)
        return 2
    try:
        verbs[verb]()
    except Halt as reason:
        say(f"\n{reason}")
        return 1
    except Interrupted:
        return 0 if verb == "run" else 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "help", sys.argv[2:]))
