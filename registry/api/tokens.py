"""How a token says who is asking.

Apart from the door that hands tokens out: the settings name this module, and views import them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from registry.services import journal
from registry.services.sign_ins import demo_may_come_from


class ExpiringTokenAuthentication(TokenAuthentication):
    """A knox token, with demo accounts kept to this machine as on the pages."""

    def authenticate(self, request: Request) -> Any:
        """Return the person and the token, or None where the request brings no token."""
        try:
            found = super().authenticate(request)
        except UnicodeDecodeError as error:
            raise AuthenticationFailed(_("A token has letters and digits only.")) from error
        if found is not None and found[0].demo and not demo_may_come_from(request):
            raise AuthenticationFailed(_("Demo accounts work only from the server's own machine."))
        if found is not None:
            journal.authenticated_by("token")
        return found


class ExpiringTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names the token."""

    target_class = ExpiringTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the definition."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "“Token”, a space, and the token from /api/v1/auth/token/.",
        }
