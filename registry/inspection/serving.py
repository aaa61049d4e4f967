"""The child's side of the sandbox: shuts itself in, reads one question, answers once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from registry.inspection.confinements import Limits, confine
from registry.inspection.replies import OUT_OF_MEMORY
from registry.rules.refusals import Refused

Tell = Callable[[Any], None]


def serve(answer: Callable[[dict[str, Any], Tell], dict[str, Any]]) -> None:
    """Answer the question on standard input and end the process.

    ``answer`` gets the request and a function that tells the parent something on the way. A
    `Refused` is carried over; any other exception ends the process with its traceback, of which
    the parent makes a refusal: a loader may raise anything at all on hostile bytes.
    """
    # Native libraries print to standard output as they like; what the parent reads must not be
    # mixed with that, so it gets a descriptor of its own and the prints go to standard error.
    line_out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(kind: str, value: Any) -> None:
        line_out.write(json.dumps({kind: value}) + "\n")
        line_out.flush()

    question = json.load(sys.stdin)
    confine(
        Limits(**question["limits"]),
        parent=question["parent"],
        reads=question["reads"],
        writes=question["writes"],
    )
    try:
        say("answer", answer(question["request"], lambda value: say("tell", value)))
    except Refused as refused:
        say("refused", [_plain(objection) for objection in refused.objections])
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    # Nothing is left to tidy: the parent removes the directory, and tearing down big libraries
    # takes longer than many a question.
    os._exit(0)


def _plain(objection: Any) -> dict[str, Any]:
    return {
        "code": objection.code,
        "message": objection.message,
        "params": {
            name: value if isinstance(value, int | float | bool) else str(value)
            for name, value in objection.params.items()
        },
    }
