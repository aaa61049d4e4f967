"""Let people in by password; demo accounts only from the machine the server runs on."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from registry.models import User

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def demo_may_come_from(request: HttpRequest) -> bool:
    """Say whether a demo account may be used here.

    Its password is printed in the README, so the request has to come from this machine itself: to
    a server that listens on loopback, from a loopback address, and through no proxy.
    """
    if settings.DEMO_REACHABLE:
        return True
    if not settings.DEMO_SIGN_INS or any(header in request.META for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class SignInBackend(ModelBackend):
    """Django's own check of the password. Django's permission flags give no right in the domain."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        """Return the person, or None; a demo account from elsewhere is nobody."""
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is not None and user.demo and (request is None or not demo_may_come_from(request)):
            return None
        return user
