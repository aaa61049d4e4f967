"""Which model feeds which: no model feeds itself, be it over others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop

Edge = tuple[int, int]


def paths_from(edges: Iterable[Edge], start: int) -> dict[int, tuple[int, ...]]:
    """Return the shortest path to each model downstream of ``start``, nearest first.

    Each path begins with ``start`` and ends with the model. A model that is reached over several
    ways comes once.
    """
    feeds: defaultdict[int, list[int]] = defaultdict(list)
    for upstream, downstream in edges:
        feeds[upstream].append(downstream)
    paths: dict[int, tuple[int, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for downstream in sorted(feeds[here]):
            if downstream not in paths:
                paths[downstream] = (*paths[here], downstream)
                waiting.append(downstream)
    del paths[start]
    return paths


def objections_to_relating(
    edges: Sequence[Edge], *, upstream: int, downstream: int, what: str, names: Mapping[int, str]
) -> list[Objection]:
    """Say what stands against letting ``upstream`` feed ``downstream``.

    ``edges`` are the relations in force; ``names`` are the models the person may see, and any
    other on the path of a cycle is told as one of another unit.
    """
    objections = []
    if not what.strip():
        objections.append(
            Objection(
                "relation.what",
                gettext_noop("Say which output feeds which input, such as score to column pd."),
            )
        )
    if upstream == downstream:
        objections.append(
            Objection(
                "relation.itself", gettext_noop("A model does not feed itself; choose another.")
            )
        )
    elif (upstream, downstream) in edges:
        objections.append(
            Objection(
                "relation.exists",
                gettext_noop("%(upstream)s feeds %(downstream)s already; end that relation first."),
                {"upstream": names[upstream], "downstream": names[downstream]},
            )
        )
    elif back := paths_from(edges, downstream).get(upstream):
        path = " → ".join(names.get(model, "…") for model in (*back, downstream))
        objections.append(
            Objection(
                "relation.cycle",
                gettext_noop(
                    "This would close a circle: %(path)s. End one of these relations first."
                ),
                {"path": path},
            )
        )
    return objections
