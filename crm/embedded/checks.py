"""What is looked at before anything is made: a refusal leaves nothing half-done."""

import errno
import ipaddress
import os
import socket
from urllib.parse import urlsplit

import psycopg
import redis

from crm.embedded.errors import EmbeddedError

OLDEST_POSTGRES = 15


def is_loopback(host: str) -> bool:
    """True when only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def port_number(text: str) -> int:
    """The port that PORT says; EmbeddedError when it is none."""
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise EmbeddedError(f"PORT={text} is not a port: give a number from 1 to 65535.")


def check_address(host: str, port: int) -> None:
    """EmbeddedError unless the web server can listen there."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise EmbeddedError(f"Port {port} is taken by another program: set PORT to a free one.") from error
        raise EmbeddedError(f"Lejek cannot listen on HOST={host} PORT={port}: {error.strerror}.") from error


def check_given_servers() -> None:
    """EmbeddedError unless the servers that DATABASE_URL and REDIS_URL name answer and are new enough."""
    if url := os.environ.get("DATABASE_URL"):
        check_database(url)
    if url := os.environ.get("REDIS_URL"):
        check_redis(url)


def check_database(url: str) -> None:
    """EmbeddedError unless the PostgreSQL at the address answers and is new enough."""
    place = _place(url)
    try:
        with psycopg.connect("postgresql:" + url.partition(":")[2], connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = str(error).splitlines()[0]
        raise EmbeddedError(f"PostgreSQL of DATABASE_URL ({place}) cannot be used: {reason}") from error
    if version < OLDEST_POSTGRES:
        raise EmbeddedError(
            f"PostgreSQL of DATABASE_URL ({place}) is version {version}: Lejek needs {OLDEST_POSTGRES} or newer."
        )


def check_redis(url: str) -> None:
    """EmbeddedError unless the Redis at the address answers."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise EmbeddedError(f"Redis of REDIS_URL ({_place(url)}) cannot be used: {error}") from error


def _place(url: str) -> str:
    """The address without user and password, for a message."""
    return urlsplit(url)._replace(query="").geturl().rpartition("@")[2].partition("://")[2] or url.rpartition("@")[2]
