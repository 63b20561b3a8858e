"""Where PostgreSQL and Redis are, from DATABASE_URL and REDIS_URL."""

from config.env import env

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=10), "timeout": 5},
}

# Reports and exports read there when it can be used (crm.replica); nothing else does, and nothing is written there.
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url("DATABASE_REPLICA_URL", engine="django.db.backends.postgresql")
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["replica"].get("OPTIONS", {}),
        "connect_timeout": 2,
        "pool": {"min_size": 0, "max_size": env.int("DATABASE_POOL_SIZE", default=10), "timeout": 3},
    }
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=60)

REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "crm.sessions"
