"""Where PostgreSQL and Redis are, from DATABASE_URL and REDIS_URL."""

from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import env

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
# A request waits so long for a free connection, then it is answered by 503. Each connection is tried before it is given
# out, so that a PostgreSQL that was started again costs no request; while it is away, it is asked every few seconds.
POOL = {"max_size": env.int("DATABASE_POOL_SIZE", default=10), "reconnect_timeout": 4}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 1, "timeout": env.float("DATABASE_POOL_TIMEOUT", default=3), **POOL},
}

# Reports and exports read there when it can be used (crm.replica); nothing else does, and nothing is written there.
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url("DATABASE_REPLICA_URL", engine="django.db.backends.postgresql")
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["replica"].get("OPTIONS", {}),
        "connect_timeout": 2,
        "pool": {"min_size": 0, "timeout": 3, **POOL},
    }
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=60)

REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A connection of before Redis was started again is made anew; a dead server costs a second, not the request.
        "OPTIONS": {"retry": Retry(NoBackoff(), 1), "socket_timeout": 2, "socket_connect_timeout": 1},
    }
}
SESSION_ENGINE = "crm.sessions"
