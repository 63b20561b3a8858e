"""The settings of `make run`, with the benchmark's own view and the counting of queries."""

from config.settings.dev import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.middleware.CountQueriesMiddleware", *MIDDLEWARE]  # noqa: F405
MAIL_TRUSTED_HOSTS = ["localhost"]  # the Dovecot of the benchmark
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - only pages are measured, not their files
