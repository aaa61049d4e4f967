"""The lineage picture: data, version, evidence and releases as boxes, every edge a real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.models import Evidence, ModelVersion, Release
from registry.rules.catalogue import DATA_ROLES, EVIDENCE_KINDS, VERDICT_NAMES
from registry.rules.releases import STATE_NAMES, State

WIDTH, HEIGHT, COLUMN, ROW, TOP = 178, 46, 232, 60, 26
MOST_SHOWN = 6


@dataclass
class Node:
    """One box of the picture, at its place."""

    title: str
    note: str
    href: str
    column: int
    x: int = 0
    y: int = 0
    here: bool = False


def lineage(
    version: ModelVersion, evidence: Sequence[Evidence], releases: Sequence[Release]
) -> dict[str, Any]:
    """Return boxes, edges and size of the picture; the newest exhibits where there are many."""
    slug = version.model.slug
    data = [
        Node(
            str(link.data),
            f"{_(DATA_ROLES[link.data.role])}, {link.data.rows} {_('rows')}",
            reverse("dataset", args=[link.data.dataset.slug]),
            0,
        )
        for link in version.attached_links
    ]
    build = Node(
        f"{version.model.name} {version.label}",
        version.artefact_format or _("vendor model"),
        reverse("version", args=[slug, version.number]),
        1,
        here=True,
    )
    exhibits = [
        Node(
            _(EVIDENCE_KINDS[one.kind]),
            _(VERDICT_NAMES[one.verdict]),
            reverse("exhibit", args=[one.pk]),
            2,
        )
        for one in evidence[:MOST_SHOWN]
    ]
    gates = [
        Node(
            one.environment, _(STATE_NAMES[State(one.state)]), reverse("release", args=[one.pk]), 3
        )
        for one in releases[:MOST_SHOWN]
    ]
    tallest = max(len(data), 1, len(exhibits), len(gates))
    for column in (data, [build], exhibits, gates):
        _place(column, tallest)
    edges = [(one, build) for one in data]
    edges += [(build, one) for one in exhibits]
    edges += [(one, gate) for one in exhibits or [build] for gate in gates]
    return {
        "nodes": [*data, build, *exhibits, *gates],
        "paths": [_path(start, end) for start, end in edges],
        "width": 3 * COLUMN + WIDTH + 2,
        "height": TOP + tallest * ROW,
        "headings": [
            (_("Data"), 0),
            (_("Build"), COLUMN),
            (_("Examined by"), 2 * COLUMN),
            (_("Released to"), 3 * COLUMN),
        ],
    }


def _place(column: list[Node], tallest: int) -> None:
    """Set the boxes of a column one below the other, in the middle of the picture's height."""
    offset = TOP + (tallest - len(column)) * ROW // 2
    for place, node in enumerate(column):
        node.x, node.y = node.column * COLUMN + 1, offset + place * ROW


def _path(start: Node, end: Node) -> str:
    """Return a curve from the right side of one box to the left side of another."""
    x1, y1, x2, y2 = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"
