"""What a browser asks the server for before it turns to a passkey; answers are JSON."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.services import passkeys
from registry.services.passkeys import Site
from registry.web.requests import PersonRequest

LONGEST_ABOUT = 300


def site_of(request: HttpRequest) -> Site:
    """Return the host a passkey belongs to, and the origin its answers have to name."""
    host = request.get_host()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return Site(rp_id=name.lower(), origin=f"{request.scheme}://{host}".lower())


def answer(request: HttpRequest, options: Any) -> JsonResponse:
    """Return the options, or the sentence that says why there are none here."""
    site = site_of(request)
    if not site.can_hold_passkeys:
        detail = _(
            "Passkeys work only under a name. Open this server by its name, such as “localhost”,"
            " instead of %(address)s."
        ) % {"address": site.rp_id}
        return JsonResponse({"detail": detail}, status=409)
    return JsonResponse(options(site), headers={"Cache-Control": "no-store"})


@login_required
@require_POST
def passkey_options(request: PersonRequest) -> JsonResponse:
    """Challenge the person's passkeys for one act."""
    about = request.POST.get("about", "").replace("\0", "")[:LONGEST_ABOUT]
    return answer(
        request,
        lambda site: passkeys.request_options(
            person=request.user,
            about=about,
            session=request.session.session_key or "",
            site=site,
        ),
    )


@login_required
@require_POST
def new_passkey_options(request: PersonRequest) -> JsonResponse:
    """Say what a new passkey has to be made for."""
    return answer(
        request,
        lambda site: passkeys.creation_options(
            person=request.user, session=request.session.session_key or "", site=site
        ),
    )
