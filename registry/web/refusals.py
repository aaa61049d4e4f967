"""Pages for what may not be done, is not there, or broke."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say which right is missing, and who can give it."""
    reason = str(exception) or _("You may not do this.")
    return render(request, "403.html", {"reason": reason}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when the form's secret does not match.

    Cookies off, or a page that is too old.
    """
    told = _("This page was open too long, or cookies are off. Reload it and send the form again.")
    return render(request, "403.html", {"reason": told}, status=403)
