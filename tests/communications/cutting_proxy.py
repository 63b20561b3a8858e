"""A TCP proxy that cuts connections in the middle, or lets them hang."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class CuttingProxy:
    """Passes bytes on to `port`. Of what the server says, `budget` bytes come through (None: all); then the connection
    is cut, or hangs when `hangs` says so.
    """

    def __init__(self, port: int) -> None:
        self.to = port
        self.budget: int | None = None
        self.hangs = False
        self.cuts = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self._pass, args=(client, server, None), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, self.budget), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, budget: int | None) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                if budget is not None and len(data) > budget:
                    target.sendall(data[:budget])
                    self.cuts += 1
                    if self.hangs:
                        return
                    break
                budget = budget if budget is None else budget - len(data)
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(port: int) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(port)
    try:
        yield proxy
    finally:
        proxy.listener.close()
