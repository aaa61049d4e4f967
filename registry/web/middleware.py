"""Tell the journal by which door a request came in, and keep demo accounts to this machine."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from registry.rules.refusals import Refused
from registry.services import journal
from registry.services.sign_ins import demo_may_come_from
from registry.web.refusals import refused


class OriginMiddleware:
    """Wraps each request, so every entry it writes names the page or the API and the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its door named for the journal."""
        if request.user.is_authenticated and request.user.demo and not demo_may_come_from(request):
            logout(request)
        door = "api" if request.path.startswith("/api/") else "page"
        # A token says so itself once it is found good; a header alone proves nothing.
        with journal.came_in_by(f"{door} {request.META.get('REMOTE_ADDR', '')}".strip(), "session"):
            return self.get_response(request)


class RefusalMiddleware:
    """Answers a refusal that no form took, such as a file broken in the store, with its reasons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal; anything else is somebody else's to handle."""
        return refused(request, exception) if isinstance(exception, Refused) else None
