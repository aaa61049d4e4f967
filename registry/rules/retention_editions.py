"""What one edition of the retention rules changes against the one before it, by names."""

from __future__ import annotations

from dataclasses import dataclass

from registry.rules.periods import Period
from registry.rules.retention_schedule import FRAMEWORKS, KINDS, Rules


@dataclass(frozen=True)
class ChangedPeriod:
    """A kind of record, by its name, that is kept for another time than before."""

    kind: str
    before: Period
    after: Period

    @property
    def is_shorter(self) -> bool:
        """Whether it may go earlier than before."""
        return not self.after.is_at_least(self.before)


@dataclass(frozen=True)
class Changes:
    """What differs: frameworks by their names, and every period that is another one."""

    dropped: tuple[str, ...]
    added: tuple[str, ...]
    periods: tuple[ChangedPeriod, ...]

    def __bool__(self) -> bool:
        return bool(self.dropped or self.added or self.periods)


def changes(before: Rules, after: Rules) -> Changes:
    """Return what the second rules change, in the order of the schedule."""
    return Changes(
        dropped=_only(before, after),
        added=_only(after, before),
        periods=tuple(
            ChangedPeriod(kind.name, was, now)
            for code, kind in KINDS.items()
            if kind.usual is not None
            and (was := before.periods.get(code, kind.usual))
            != (now := after.periods.get(code, kind.usual))
        ),
    )


def frameworks(rules: Rules) -> tuple[str, ...]:
    """Return the frameworks that apply under these rules, by their names."""
    return tuple(name for code, name in FRAMEWORKS.items() if code in rules.frameworks)


def _only(here: Rules, there: Rules) -> tuple[str, ...]:
    return tuple(name for name in frameworks(here) if name not in frameworks(there))
