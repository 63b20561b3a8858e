"""What `make run` cannot do it says in one sentence, with exit code 1, and makes nothing."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.infra.installation import Installation, free_port


def assert_refused(installation: Installation, sentence: str, **variables: str) -> None:
    done = installation.call("run", **variables)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not installation.home.exists()


@contextmanager
def postgres_of_version(version: str) -> Iterator[str]:
    """A server that lets everyone in and says its version (PostgreSQL's protocol 3.0); yields its address."""

    def message(kind: bytes, content: bytes) -> bytes:
        return kind + struct.pack("!i", len(content) + 4) + content

    def greet(listener: socket.socket) -> None:
        connection, _address = listener.accept()
        with connection:
            # A client asks for encryption first, with a message of eight bytes, and is told that there is none.
            while struct.unpack("!i", connection.recv(8)[:4])[0] == 8:
                connection.sendall(b"N")
            connection.recv(4096)
            parameters = {"server_version": version, "client_encoding": "UTF8", "standard_conforming_strings": "on"}
            connection.sendall(message(b"R", struct.pack("!i", 0)))
            for name, value in parameters.items():
                connection.sendall(message(b"S", f"{name}\0{value}\0".encode()))
            connection.sendall(message(b"Z", b"I"))
            connection.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet, args=(listener,), daemon=True)
        thread.start()
        yield f"postgresql://lejek:secret@127.0.0.1:{listener.getsockname()[1]}/lejek"
        thread.join(timeout=10)


def test_port_taken(installation):
    with socket.create_server(("127.0.0.1", installation.port)):
        assert_refused(installation, f"Port {installation.port} is taken by another program: set PORT to a free one.")


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1", "80 "])
def test_port_that_is_none(installation, port):
    assert_refused(installation, f"PORT={port} is not a port: give a number from 1 to 65535.", PORT=port)


def test_address_of_another_machine(installation):
    assert_refused(installation, "Lejek cannot listen on HOST=192.0.2.1", HOST="192.0.2.1")


def test_data_folder_that_cannot_be_written(installation, tmp_path):
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home"

    assert_refused(installation, f"The data folder {home} cannot be written", LEJEK_HOME=str(home))


def test_redis_unreachable(installation):
    port = free_port()
    url = f"redis://:secret@127.0.0.1:{port}/0"

    assert_refused(installation, f"Redis of REDIS_URL (127.0.0.1:{port}/0) cannot be used", REDIS_URL=url)
    assert "secret" not in installation.call("run", REDIS_URL=url).stderr


def test_postgres_unreachable(installation):
    port = free_port()
    url = f"postgresql://lejek:secret@127.0.0.1:{port}/lejek"

    assert_refused(
        installation, f"PostgreSQL of DATABASE_URL (127.0.0.1:{port}/lejek) cannot be used", DATABASE_URL=url
    )
    assert "secret" not in installation.call("run", DATABASE_URL=url).stderr


def test_postgres_too_old(installation):
    with postgres_of_version("14.19") as url:
        assert_refused(installation, "is version 14: Lejek needs 15 or newer.", DATABASE_URL=url)
