"""Settings: whether every file of the store is there as it was kept, for who answers for it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from registry.models import StoreCheck, StoredFile
from registry.rules.store import WRONGS, Wrong
from registry.services import rights, store
from registry.web.requests import PersonRequest

PER_PAGE = 50
CHECKS_SHOWN = 10


@login_required
def store_page(request: PersonRequest) -> HttpResponse:
    """What the checks of the store found, and when each file was read last."""
    rights.require_anywhere(by=request.user, verb="store.read")
    there = StoredFile.objects.filter(erased_at__isnull=True)
    page = Paginator(store.broken(), PER_PAGE).get_page(request.GET.get("page"))
    checks = StoreCheck.objects.all()[:CHECKS_SHOWN]
    context = {
        "page": page,
        "broken": [(one, WRONGS[Wrong(one.wrong)], store.named_by(one)) for one in page],
        "files": there.count(),
        "unchecked": there.filter(checked_at__isnull=True).count(),
        "oldest": there.exclude(checked_at=None).order_by("checked_at").first(),
        "checks": checks,
        "last": checks[0] if checks else None,
    }
    return render(request, "registry/store.html", context)
