"""A refusal is a value: every reason at once, each in words a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.rules.matrices import label


def as_written(message: str) -> str:
    """Return a text as it was written, where nobody translates it."""
    return message


def fill(
    message: str,
    params: Mapping[str, object],
    translate: Callable[[str], str] = as_written,
    language: str = "en",
) -> str:
    """Fill the ``%(name)s`` places of a sentence that was translated already.

    A list among the params holds names of ours, each to be translated; one inside it is a path
    ("Model card: Factors"). A mapping is a label in several languages. Everything else, such as
    what a person wrote, stands as it is.
    """
    if not params:
        # A per cent sign is one.
        return message
    return message % {name: _in_words(it, translate, language) for name, it in params.items()}


def _in_words(value: object, translate: Callable[[str], str], language: str) -> object:
    if isinstance(value, Mapping):
        return label(dict(value), language)
    if not isinstance(value, list | tuple):
        return value
    if any(isinstance(one, list | tuple) for one in value):
        return "; ".join(in_one_line(one, translate) for one in value)
    return ", ".join(_named(one, translate) for one in value)


def in_one_line(path: Sequence[str], translate: Callable[[str], str] = as_written) -> str:
    """Return a path of names as a reader takes it in: “Model card: Factors”."""
    first, *rest = [_named(part, translate) for part in path]
    return f"{first}: {', '.join(rest)}" if rest else first


def _named(name: object, translate: Callable[[str], str]) -> str:
    # An empty text has the catalogue's own head as its translation.
    return translate(str(name)) if name else ""


@dataclass(frozen=True)
class Objection:
    """One reason why something is refused.

    ``code`` is stable, for scripts and tests. ``message`` is a sentence marked for translation that
    says what is wrong and what to do; ``params`` fill its ``%(name)s`` places, see ``fill``.
    ``about`` are the codes of what the sentence calls by name, for scripts.
    """

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    about: Sequence[str] = ()

    def __str__(self) -> str:
        return fill(self.message, self.params)

    def kept(self) -> dict[str, Any]:
        """Return it as a row keeps it, in JSON; ``Objection(**kept)`` is the same one again."""
        params = {name: _plain(value) for name, value in self.params.items()}
        told = {"code": self.code, "message": self.message, "params": params}
        return {**told, "about": list(self.about)} if self.about else told


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else str(value)


class Refused(Exception):
    """The thing asked for is refused as it stands; it says why, and leaves nothing behind.

    It speaks of the content or the state. Whether a *person* may do something at all is another
    question, with another exception.
    """

    def __init__(self, *objections: Objection) -> None:
        if not objections:
            raise ValueError("A refusal needs at least one objection.")
        self.objections = objections
        super().__init__(*objections)

    @classmethod
    def because(cls, code: str, message: str, **params: object) -> Refused:
        """Refuse for a single reason."""
        return cls(Objection(code, message, params))

    def __str__(self) -> str:
        return " ".join(str(objection) for objection in self.objections)
