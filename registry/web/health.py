"""Say whether the server can do its work: its database and its queue answer."""

from __future__ import annotations

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database and Redis answer, 503 with the names of those that do not."""
    silent = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        silent.append("database")
    try:
        cache.get("healthz")
    except RedisError:
        silent.append("redis")
    return JsonResponse(
        {"status": "ok" if not silent else "silent", "silent": silent},
        status=503 if silent else 200,
    )
