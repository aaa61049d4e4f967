"""The stages of a release: who has to sign, how many of how many, one after or beside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ALL, ANY = "all", "any"


@dataclass(frozen=True)
class Ask:
    """So many people of one role.

    ``of`` is the size of the panel they are chosen from; None where there is no panel.
    """

    role: str
    needed: int
    of: int | None = None

    @property
    def may_lose(self) -> int:
        """How many may reject before the approval is out of reach: 0 without a panel."""
        return (self.of or self.needed) - self.needed


@dataclass(frozen=True)
class Stage:
    """One step of approval.

    ``rule`` says whether all of the asks have to be met or any one of them. ``beside`` lets it run
    at the same time as the stage before it. ``again`` lets somebody sign who approved at another
    stage already; one person signs a stage once in any case.
    """

    name: str
    asks: tuple[Ask, ...]
    rule: str = ALL
    beside: bool = False
    again: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that sign here, each once."""
        return tuple(dict.fromkeys(ask.role for ask in self.asks))

    @property
    def needed(self) -> int:
        """How many signatures complete it: all of them, or those of the smallest ask."""
        numbers = [ask.needed for ask in self.asks]
        return min(numbers) if self.rule == ANY else sum(numbers)


@dataclass(frozen=True)
class Vote:
    """One person's approval or rejection at a stage, in the role they held there.

    ``for_id`` is whose seat it was, where somebody had delegated theirs.
    """

    signer_id: int
    stage: int
    role: str
    approves: bool = True
    for_id: int | None = None


def is_complete(stage: Stage, votes: Sequence[Vote]) -> bool:
    """Say whether the approvals given at this stage are enough."""
    met = [_approvals(ask, votes) >= ask.needed for ask in stage.asks]
    return any(met) if stage.rule == ANY else all(met)


def is_lost(stage: Stage, votes: Sequence[Vote]) -> bool:
    """Say whether so many rejected that the stage can no longer be completed."""
    lost = [_rejections(ask, votes) > ask.may_lose for ask in stage.asks]
    return all(lost) if stage.rule == ANY else any(lost)


def is_wanted(stage: Stage, votes: Sequence[Vote], role: str) -> bool:
    """Say whether another signature of this role would bring the stage further."""
    return any(ask.role == role and _approvals(ask, votes) < ask.needed for ask in stage.asks)


def _approvals(ask: Ask, votes: Sequence[Vote]) -> int:
    return sum(1 for vote in votes if vote.approves and vote.role == ask.role)


def _rejections(ask: Ask, votes: Sequence[Vote]) -> int:
    return sum(1 for vote in votes if not vote.approves and vote.role == ask.role)


def at(votes: Sequence[Vote], place: int) -> list[Vote]:
    """Return the votes given at one stage."""
    return [vote for vote in votes if vote.stage == place]


def groups(stages: Sequence[Stage]) -> Iterator[list[int]]:
    """Yield the places of the stages that run at the same time, group after group."""
    group: list[int] = []
    for place, stage in enumerate(stages):
        if group and not stage.beside:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def open_stages(stages: Sequence[Stage], votes: Sequence[Vote]) -> tuple[int, ...]:
    """Return the places of the stages that can be signed now; empty when all are complete."""
    for group in groups(stages):
        waiting = [place for place in group if not is_complete(stages[place], at(votes, place))]
        if waiting:
            return tuple(waiting)
    return ()


def lost_stage(stages: Sequence[Stage], votes: Sequence[Vote]) -> int | None:
    """Return the place of a stage that can no longer be completed; None while all still can."""
    for place, stage in enumerate(stages):
        if is_lost(stage, at(votes, place)):
            return place
    return None


def standing_after(stages: Sequence[Stage], votes: Sequence[Vote], sent_to: int) -> list[Vote]:
    """Return the votes that still count once the release was sent back to a stage.

    That stage, those beside it and all later ones are signed anew.
    """
    first = next(group for group in groups(stages) if sent_to in group)[0]
    return [vote for vote in votes if vote.stage < first]
