"""Read the text of a policy, YAML as people write it, into plain data; and write it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

MOST_BYTES = 200_000
DEEPEST = 20
# NUL cannot be kept, and half a surrogate pair has no form in UTF-8.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """A text that could be read in more than one way, or in none."""


def parse(text: str, source: str = "policy") -> dict[str, Any]:
    """Return what the text says, with the keys as text. Raises Refused for what is no policy.

    ``source`` names the text in the refusal. References from one place to another are refused: a
    short text could unfold into gigabytes, and ``like`` says the same in words.
    """
    try:
        if len(text.encode("utf-8")) > MOST_BYTES:
            raise Unreadable(f"more than {MOST_BYTES // 1000} KB")
        keys = _look_at(text)
        loaded = yaml.safe_load(text)
        # Through JSON, so that keys are text and the stored definition equals the one judged here.
        definition = json.loads(json.dumps(loaded, allow_nan=False))
        if any(UNWRITABLE.search(one) for one in _texts(definition)):
            raise Unreadable("NUL, or half a pair of characters")
        if _count_of_keys(definition) < keys:
            raise Unreadable("a name twice, written in two ways")
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise _unreadable(source, error) from error
    if not isinstance(definition, dict):
        raise _unreadable(source, "no object with “tiers” in it")
    return definition


def _unreadable(source: str, error: object) -> Refused:
    # An answer repeats it, so what has no form in UTF-8 must not be in it.
    told = UNWRITABLE.sub("?", str(error))[:500]
    return Refused.because(
        "policy.unreadable",
        gettext_noop("%(file)s is not readable as YAML: %(error)s."),
        file=source,
        error=told,
    )


def _look_at(text: str) -> int:
    """Walk over the text without building anything from it; return how many keys there are.

    Raises Unreadable for references, for tags, for depth that would exhaust the stack, and for a
    key that is there twice: one reader would take the first, another the last.
    """
    number = 0
    keys: list[set[str] | None] = []
    waiting: list[bool] = []
    documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise Unreadable("more than one document")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(f"a reference in line {event.start_mark.line + 1}; use “like” instead")
        if getattr(event, "tag", None):
            raise Unreadable(f"a tag in line {event.start_mark.line + 1}; take it out")
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            waiting.pop()
        if isinstance(event, yaml.NodeEvent) and keys:
            _key(event, keys[-1], is_key=waiting[-1])
            number += waiting[-1]
            waiting[-1] = keys[-1] is not None and not waiting[-1]
        if isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            keys.append(set() if is_mapping else None)
            waiting.append(is_mapping)
            if len(keys) > DEEPEST:
                raise Unreadable(f"more than {DEEPEST} levels deep")
    return number


def _key(event: yaml.NodeEvent, seen: set[str] | None, *, is_key: bool) -> None:
    if seen is None or not is_key:
        return
    line = event.start_mark.line + 1
    if not isinstance(event, yaml.ScalarEvent):
        raise Unreadable(f"a key in line {line} that is no text")
    if event.value == "<<":
        raise Unreadable(f"a merge in line {line}; use “like” instead")
    if event.value in seen:
        raise Unreadable(f"“{event.value[:100]}” twice, again in line {line}")
    seen.add(event.value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def _count_of_keys(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_count_of_keys(part) for part in value.values())
    return sum(map(_count_of_keys, value)) if isinstance(value, list) else 0


def written(definition: Mapping[str, Any]) -> str:
    """Return a text that says the same, for an edition that was loaded as data."""
    text: str = yaml.safe_dump(dict(definition), sort_keys=False, allow_unicode=True, width=100)
    return text
