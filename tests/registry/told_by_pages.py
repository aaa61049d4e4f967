"""What the pages print now and as of an instant, as a reader takes it in."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry.models import ModelVersion, Release, User
from registry.services.case_files import instant

# What a page of today and one as of an instant print alike, each a piece of its text.
SAME = {
    "model": (
        r"Owner (\S+ \S+) Deputy (.+?) Maintainers (.+?) (?:Unit|Tier) ",
        r"Tier (\d)",
        # A page of today says of a closed gate why, and not always that it is.
        r"(\S+ to production) (?![“,])(Gate open)?",
        r"EU AI Act (?:Class )?(\w+ \w+)",
    ),
    "version": (
        r"Inherent (\w+ \d+) Residual (\w+ \d+)",
        r"((?:Performance|Fairness), measurement \d+)",
        r"(\w+) Scores are too high below 0\.2 (\w+)",
        r"(Gate open [A-Z]\w+)",
    ),
    "release": (
        r"What happened when (.*?) (?:Risk Inherent|Who held)",
        r"(\d of \d signed)",
        r"Case file (\w{4} \w{4} \w{4} \w{4}) ",
        r"Gate open .*?Valid until (\d+ .*?\d\d:\d\d)",
        r"(\S+ \S+) , ([\w ]+, [\w -]+) “(.*?)”",
    ),
    "portfolio": (
        r"Models (\d+ in .+?) Severe residual risk (\d+) Live without approval (\d+) ",
        r"findings (\d+) Overdue reviews (\d+) Approvals that end in 30 days (\d+)",
        r"(Very likely .*? Very large)",
    ),
}


def pieces(shown: dict[str, str]) -> dict[str, list[Any]]:
    """Return what both kinds of pages print alike, by page; in an order of its own."""
    return {
        name: [sorted(set(re.findall(piece, text))) for piece in SAME[name]]
        for name, text in shown.items()
    }


def addresses(version: ModelVersion, at: datetime) -> dict[str, str]:
    """Return the address of each page that also tells how things stood; of the release of then."""
    release = Release.objects.filter(version=version, moves__at__lte=at).order_by("pk").last()
    slug = version.model.slug
    of_release = {"release": reverse("release", args=[release.pk])} if release else {}
    return {
        "model": reverse("model", args=[slug]),
        "version": reverse("version", args=[slug, version.number]),
        **of_release,
        "portfolio": reverse("today"),
    }


def printed(version: ModelVersion, reader: User, at: datetime | None = None) -> dict[str, str]:
    """Return the words of each page: of today's, or of those as of an instant."""
    client, asked = Client(), {"as_of": instant(at)} if at else {}
    client.force_login(reader)
    pages = addresses(version, at or timezone.now())
    shown = {name: client.get(page, asked) for name, page in pages.items()}
    assert {one.status_code for one in shown.values()} == {200}
    return {name: _words(answer.text) for name, answer in shown.items()}


def _words(page: str) -> str:
    """Return what stands between the tags of the main part, on one line."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0].split(">", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())
