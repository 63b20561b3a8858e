"""Large uploads at the real web server: refused with a page, and neither memory nor disk grows with them."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.env import BASE_DIR
from crm.embedded.commands import web
from tests.infra.installation import free_port, until

MEGABYTE = b"x" * 2**20
SENT = 200  # megabytes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, psutil.Process]]:
    """The port of a web server with one process, and that process."""
    port = free_port()
    output = tmp_path_factory.mktemp("server") / "output"
    with open(output, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *web(host="127.0.0.1", port=port)],
            cwd=BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "GRANIAN_WORKERS": "1"},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: answers(port), f"The web server does not answer: {Path(output).read_text()}")
        yield port, psutil.Process(process.pid).children(recursive=True)[-1]
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    try:
        return send(port, {"Content-Length": "0"}, []) == (403, "Formularz wygasł")
    except OSError:
        return False


def send(port: int, headers: dict[str, str], pieces: list[bytes]) -> tuple[int, str]:
    """The status and the heading of the answer to an upload by somebody who is not even signed in."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/import/new/")
    for name, value in {"Content-Type": "multipart/form-data; boundary=x", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    for piece in pieces:
        connection.send(piece)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer.status, page.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize("way", ["announced", "chunked"])
def test_200_megabytes_are_refused_and_kept_nowhere(server: tuple[int, psutil.Process], way: str) -> None:
    port, process = server
    memory, written = process.memory_info().rss, process.io_counters().write_chars
    if way == "announced":
        answer = send(port, {"Content-Length": str(SENT * 2**20)}, [MEGABYTE] * SENT)
    else:  # no length is told: it has to be counted
        piece = b"100000\r\n" + MEGABYTE + b"\r\n"
        answer = send(port, {"Transfer-Encoding": "chunked"}, [*[piece] * SENT, b"0\r\n\r\n"])

    assert answer == (413, "Za duże")
    assert process.memory_info().rss - memory < 60 * 2**20
    # Of what tells no length, as much as may be sent is taken in before it is known to be too much.
    assert process.io_counters().write_chars - written < (1 if way == "announced" else 66) * 2**20


def test_the_server_answers_after_it(server: tuple[int, psutil.Process]) -> None:
    assert answers(server[0])
