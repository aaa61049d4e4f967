"""Answer refusals: 409 with every objection, 403 about the person, 404 for what is not theirs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler
from rest_framework.views import set_rollback

from registry.rules.refusals import Objection, Refused


def told(objection: Objection) -> dict[str, str]:
    """Return one objection with its stable code and its sentence in the reader's language."""
    sentence = gettext(objection.message)
    # Without parameters a per cent sign is one, as in Objection.__str__.
    filled = sentence % objection.params if objection.params else sentence
    return {"code": objection.code, "message": filled}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn a refusal into 409 and JSON without a bottom into 400; the rest is the framework's."""
    if isinstance(error, Refused):
        set_rollback()
        return Response({"objections": [told(one) for one in error.objections]}, status=409)
    if isinstance(error, RecursionError):
        return Response({"detail": gettext("This JSON is nested too deeply.")}, status=400)
    return default_handler(error, context)
