"""Pages for what may not be done, is not there, or broke."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from registry.rules.refusals import Refused
from registry.templatetags.words import told


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say which right is missing, and who can give it."""
    reason = str(exception) or _("You may not do this.")
    return render(request, "403.html", {"reason": reason}, status=403)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Say every reason why a page without a form cannot be shown."""
    reasons = [told(objection) for objection in refusal.objections]
    return render(request, "409.html", {"reasons": reasons}, status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when the form's secret does not match.

    Cookies off, or a page that is too old.
    """
    reason = _(
        "This page was open too long, or cookies are off. Reload it and send the form again."
    )
    return render(request, "403.html", {"reason": reason}, status=403)
