"""Evidence made elsewhere: what a file has to be before it is kept and read by anybody."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

# What we write ourselves names its form like this; nobody else's file may.
OUR_FORMATS = "mlops-gov/"
DEEPEST = 60
# A double holds about 17 digits; longer whole numbers than this are keys of nothing we know.
MOST_DIGITS = 40
LONGEST_SUMMARY = 2000
# NUL cannot be kept, and half a surrogate pair has no form in UTF-8.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """A value inside that JSON may write down and nobody can work with."""


def read(content: bytes) -> dict[str, Any]:
    """Return the JSON object in a file handed in. Raises Refused for what cannot be shown later.

    A report is set from these files long after they were filed, so whatever would stop it is
    refused at the door: no JSON, no object, too deep, a name twice, a number without a value.
    """
    try:
        # As text, and not as bytes: those json would take in UTF-16 too, which no report shows.
        found = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_named_once,
            parse_constant=_no_number,
            parse_float=_float,
            parse_int=_int,
        )
    except Unreadable as error:
        raise Refused.because(
            "evidence.value",
            gettext_noop(
                "The file holds what cannot be read the same way twice (%(what)s): a name that is"
                " there twice, a number that is infinite, NaN or endless. Write it without."
            ),
            what=str(error),
        ) from error
    except json.JSONDecodeError as error:
        raise Refused.because(
            "evidence.no_json",
            gettext_noop(
                "The file is not JSON (line %(line)s: %(what)s). Export it as JSON and hand that"
                " in."
            ),
            line=error.lineno,
            what=error.msg,
        ) from error
    except UnicodeDecodeError as error:
        raise Refused.because(
            "evidence.no_text",
            gettext_noop("The file is not text in UTF-8. Export it as JSON and hand that in."),
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    return _shown_later(found)


def _shown_later(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Refused.because(
            "evidence.no_object",
            gettext_noop(
                "The file has to hold one JSON object, in braces; put what it says into one."
            ),
        )
    for value, depth in _walk(found):
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, str) and UNWRITABLE.search(value):
            raise Refused.because(
                "evidence.character",
                gettext_noop(
                    "A text in the file has a character that cannot be kept (NUL, or half a"
                    " pair); take it out."
                ),
            )
    if str(found.get("format", "")).startswith(OUR_FORMATS):
        raise Refused.because(
            "evidence.our_own_format",
            gettext_noop(
                "The file says that it was measured here (%(format)s). Such exhibits are filed by"
                " runs alone, which compute the figures again; start a run instead."
            ),
            format=str(found["format"])[:100],
        )
    return found


def _too_deep() -> Refused:
    return Refused.because(
        "evidence.too_deep",
        gettext_noop("The JSON lies more than %(most)s levels deep; hand in a flatter file."),
        most=DEEPEST,
    )


def _walk(value: object) -> Iterator[tuple[object, int]]:
    """Yield every key and value with its depth, without a stack that a deep file could exhaust."""
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        yield one, depth
        if isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that is there twice: one reader would take the first, another the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise Unreadable(next(name for name in names if names.count(name) > 1)[:100])
    return found


def _no_number(text: str) -> NoReturn:
    raise Unreadable(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable(text[:40])
    return number


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise Unreadable(f"{text[:MOST_DIGITS]}…")
    return int(text)
