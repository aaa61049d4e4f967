"""Answer refusals: 409 with every objection, 403 about the person, 404 for what is not theirs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler
from rest_framework.views import set_rollback

from registry.rules.refusals import Objection, Refused, fill


def told(objection: Objection) -> dict[str, Any]:
    """Return one objection with its stable code and its sentence in the reader's language."""
    said = {"code": objection.code, "message": sentence(objection)}
    return {**said, "about": list(objection.about)} if objection.about else said


def sentence(objection: Objection) -> str:
    """Return what an objection says, in the reader's language."""
    message = gettext(objection.message)
    return fill(message, objection.params, gettext, get_language() or "en")


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal into 409 and JSON without a bottom into 400; the rest is the framework's."""
    if isinstance(error, Refused):
        set_rollback()
        return Response({"objections": [told(one) for one in error.objections]}, status=409)
    if isinstance(error, RecursionError):
        return Response({"detail": gettext("This JSON is nested too deeply.")}, status=400)
    return default_handler(error, context)
