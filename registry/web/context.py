"""What every page's frame shows: who is signed in, as what, and how much waits for them."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from registry.models import Membership, Notice
from registry.rules.roles import ROLE_NAMES, Role


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the person's roles for the rail, and whether the demo is reachable from elsewhere."""
    facts: dict[str, Any] = {"demo_reachable": settings.DEMO_REACHABLE}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return facts
    held = Membership.objects.current().filter(user_id=user.pk).select_related("unit")
    units: dict[str, list[str]] = {}
    for one in held:
        units.setdefault(ROLE_NAMES[Role(one.role)], []).append(one.unit.name)
    facts["my_roles"] = [(role, ", ".join(names)) for role, names in units.items()]
    # Asked by the page that shows it, and once.
    facts["unread_notices"] = functools.cache(Notice.objects.visible_to(user).unread().count)
    return facts
