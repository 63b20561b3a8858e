"""Is this process able to work? For load balancers and container health checks."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@login_not_required
@never_cache
@require_safe
def health_show(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer, else 503; the JSON says which of them does. No login, no details."""
    answers = {"database": _database_answers(), "redis": _redis_answers()}
    ok = all(answers.values())
    return JsonResponse({"status": "ok" if ok else "unavailable", **answers}, status=200 if ok else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
