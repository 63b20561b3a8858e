"""A telephony provider as a real server on this machine: it takes requests to call, and gives recordings."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from communications.demo.calls import sound


@dataclass
class ProviderServer:
    """What it answers (`answers`: status and body by path), and the requests that came."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, path: str, content: Any = b"", *, status: int = 200) -> None:
        """Let `path` be answered so; what is no bytes goes as JSON."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answers[path] = (status, body)


@contextmanager
def running_provider() -> Iterator[ProviderServer]:
    """The server, until the end of the block. It has a recording at /sound.wav."""
    provider = ProviderServer(answers={"/sound.wav": (200, sound())})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            provider.requests.append((self.command, self.path, headers, self.rfile.read(length)))
            status, body = provider.answers.get(self.path.partition("?")[0], (404, b""))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """The tests look at `requests`."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_port}"
        yield provider
        server.shutdown()
