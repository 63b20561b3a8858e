"""The servers that an installation needs, started together and stopped by whoever started them."""

import os
from dataclasses import dataclass, field

from crm.embedded.home import Home
from crm.embedded.postgres import Postgres
from crm.embedded.redis_server import Redis

Server = Postgres | Redis


@dataclass
class Servers:
    """The addresses of the embedded servers, and those among them that this process started."""

    home: Home
    addresses: dict[str, str] = field(default_factory=dict)
    started: list[Server] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """The environment for a program that uses the servers."""
        return {**os.environ, "LEJEK_HOME": str(self.home.path), **self.addresses}

    def stop(self) -> None:
        """Stop what this process started, the newest first, and take back its addresses."""
        with self.home.lock():
            while self.started:
                server = self.started.pop()
                server.stop()
                self.addresses.pop(server.variable, None)
            write_addresses(self.home, self.addresses)


def needed_servers(home: Home) -> list[Server]:
    """The servers that the environment does not name."""
    servers: list[Server] = [Postgres(home), Redis(home)]
    return [server for server in servers if not os.environ.get(server.variable)]


def start_servers(home: Home, *, attached: bool) -> Servers:
    """Start what is needed and not running yet; attached servers end with this process, even when it is killed.

    Raises EmbeddedError; then nothing that this call started is left running.
    """
    servers = Servers(home)
    try:
        with home.lock():
            for server in needed_servers(home):
                if not server.is_running():
                    servers.started.append(server)
                    server.start(attached=attached)
                servers.addresses[server.variable] = server.url
            write_addresses(home, servers.addresses)
    except BaseException:
        servers.stop()
        raise
    return servers


def write_addresses(home: Home, addresses: dict[str, str]) -> None:
    """Write the addresses down for `config.env`, readable by their owner alone; with none, remove the file."""
    if not addresses:
        home.servers_env.unlink(missing_ok=True)
        return
    new = home.path / f"servers.env.{os.getpid()}"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in addresses.items())
    new.replace(home.servers_env)
