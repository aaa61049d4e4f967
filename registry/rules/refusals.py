"""A refusal is a value: every reason at once, each in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Objection:
    """One reason why something is refused.

    ``code`` is stable, for scripts and tests. ``message`` is a sentence marked for translation that
    says what is wrong and what to do; ``params`` fill its ``%(name)s`` places.
    """

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


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
