"""The request of a page behind the sign-in: its user is a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from registry.models import User

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class PersonRequest(HttpRequest):
    """What a view gets behind ``login_required``; only the annotations are of use."""

    user: User
    htmx: HtmxDetails
