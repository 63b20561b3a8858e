"""The folder of one installation (LEJEK_HOME) and the account that its servers run under."""

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm.embedded.errors import EmbeddedError

PROJECT = Path(__file__).resolve().parent.parent.parent
# PostgreSQL refuses to run as root, so root's servers run under this account, with their data outside any home folder.
ROOT_ACCOUNT = "lejek-db"
ROOT_DATA = Path("/var/lib/lejek")
# The kernel takes 107 bytes for the path of a Unix socket.
LONGEST_SOCKET_FOLDER = 85


@dataclass(frozen=True)
class Account:
    """The system user of the servers, when it is not the one who runs this program."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Home:
    """An installation's folder; `data` is where its servers keep what they store."""

    path: Path
    data: Path
    account: Account | None

    @property
    def servers_env(self) -> Path:
        """The addresses of the running servers, read by `config.env`."""
        return self.path / "servers.env"

    def make_folder(self, folder: Path) -> Path:
        """Make a folder that only the servers' account may enter, if it is not there; return it."""
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            if self.account:
                os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def socket_folder(self) -> Path:
        """A folder for the Unix socket, with a path that is short enough."""
        folder = self.data / "run"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            name = f"lejek-{os.getuid()}-{self.data.stat().st_ino:x}"
            folder = Path(tempfile.gettempdir()) / name
        self.make_folder(folder)
        owner = self.account.uid if self.account else os.getuid()
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise EmbeddedError(f"{folder} belongs to another user: remove it, or set TMPDIR to a folder of your own.")
        return folder

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the installation for as long as its servers are being started or stopped."""
        with open(self.path / "lock", "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def lejek_home() -> Path:
    """The folder of this installation: LEJEK_HOME, from the project's folder when it is relative."""
    return PROJECT / (os.environ.get("LEJEK_HOME") or ".lejek")


def open_home(path: Path) -> Home:
    """Make the installation's folder if it is missing and say where its data are.

    Raises EmbeddedError when the folder cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        data = _data_folder(path)
    except OSError as error:
        raise EmbeddedError(
            f"The data folder {path} cannot be written ({error.strerror}): set LEJEK_HOME to a folder that can."
        ) from error
    owner = data.stat()
    if owner.st_uid == os.getuid():
        return Home(path, data, None)
    if os.getuid() != 0:
        raise EmbeddedError(f"The data in {data} belong to another user: run as that user, or set LEJEK_HOME.")
    return Home(path, data, Account(owner.st_uid, owner.st_gid))


def delete_data(home: Home) -> None:
    """Delete everything that the (stopped) servers have stored."""
    shutil.rmtree(home.data)
    (home.path / "data").unlink(missing_ok=True)
    home.servers_env.unlink(missing_ok=True)


def _data_folder(path: Path) -> Path:
    """The folder of the data: a plain one, or for root a link to one outside that the servers' account owns."""
    data = path / "data"
    if data.is_dir():
        return data.resolve()
    if os.getuid() != 0:
        data.mkdir(mode=0o700)
        return data.resolve()
    account = _root_account()
    make_shared_folder(ROOT_DATA)
    target = ROOT_DATA / f"{path.parent.name or 'root'}-{secrets.token_hex(4)}"
    target.mkdir(mode=0o700)
    os.chown(target, account.uid, account.gid)
    data.unlink(missing_ok=True)
    data.symlink_to(target)
    return target


def make_shared_folder(folder: Path) -> None:
    """Make a folder that everyone may enter; one that exists is left as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def _root_account() -> Account:
    try:
        entry = pwd.getpwnam(ROOT_ACCOUNT)
    except KeyError:
        if not (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")):
            raise EmbeddedError(
                f"PostgreSQL does not run as root and there is no useradd: make a user named {ROOT_ACCOUNT} first."
            ) from None
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", str(ROOT_DATA)]
        done = subprocess.run(
            [*command, "--shell", "/usr/sbin/nologin", ROOT_ACCOUNT], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EmbeddedError(f"The user {ROOT_ACCOUNT} could not be made: {done.stderr.strip()}") from None
        entry = pwd.getpwnam(ROOT_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)
