"""The environment of a process: real variables first, then what the embedded servers wrote down."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def lejek_home() -> Path:
    """The folder of a development installation: databases, uploads, collected files."""
    home = Path(env.str("LEJEK_HOME", default=".lejek"))
    return home if home.is_absolute() else BASE_DIR / home


def read_server_addresses() -> None:
    """Take DATABASE_URL and REDIS_URL of running embedded servers, where the environment does not say them."""
    addresses = lejek_home() / "servers.env"
    if addresses.is_file():
        environ.Env.read_env(addresses, overwrite=False)
