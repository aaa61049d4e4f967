"""The case file: canonical text of everything a decision rests on, its digest, and differences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FORMAT = "mlops-gov/case-file/1"


def canonical(value: object) -> str:
    """Return the one text for a JSON value.

    Keys sorted by code point, no white space, UTF-8 without escapes, numbers as Python writes
    them (the shortest decimal that reads back as the same double). NaN and infinities have no
    JSON form and raise ``ValueError``.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(text: str) -> str:
    """Return the sha256 of the text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def build(
    *,
    subject: Mapping[str, Any],
    context: Mapping[str, Any],
    exhibits: list[dict[str, Any]],
    editions: Mapping[str, Any],
    release: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Put the parts of a case file together.

    ``subject`` holds the facts whose change voids a decision. ``context`` (owner, unit, tier) and
    the pinned ``editions`` are stated as they were, but changing them later voids nothing.
    """
    return {
        "format": FORMAT,
        "subject": dict(subject),
        "context": dict(context),
        "exhibits": sorted(exhibits, key=lambda exhibit: exhibit["id"]),
        "editions": dict(editions),
        "release": dict(release) if release else None,
    }


@dataclass(frozen=True)
class Difference:
    """One fact that differs: its path ("version.threshold"), and what it was and is."""

    fact: str
    before: object
    after: object


ABSENT = None


def differences(before: object, after: object, path: str = "") -> Iterator[Difference]:
    """Yield each fact that differs between two subjects, field by field, in the order of names."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from differences(
                before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}" if path else key
            )
    elif _keyed(before) and _keyed(after):
        yield from differences(_by_name(before), _by_name(after), path)
    elif before != after:
        yield Difference(path, before, after)


def _keyed(value: object) -> bool:
    """Say whether this is a list of things with names, better compared by name than by place."""
    return isinstance(value, list) and all(
        isinstance(part, Mapping) and _name(part) is not None for part in value
    )


def _name(part: Mapping[str, Any]) -> str | None:
    """Return what a thing is called; None where it is called nothing, or not by a text."""
    for key in ("name", "title", "dataset"):
        called = part.get(key)
        if isinstance(called, str) and called:
            return f"{called} {part.get('role', '')}" if key == "dataset" else called
    return None


def _by_name(parts: Any) -> dict[str, object]:
    named: dict[str, object] = {}
    for part in parts:
        name = _name(part) or ""
        # A second thing of the same name keeps a place of its own, or it would hide the first.
        while name in named:
            name = f"{name}'"
        named[name] = part
    return named
