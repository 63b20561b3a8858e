"""A real Dovecot on free ports of the loopback, with a certificate of an authority of its own.

Mailboxes are Maildirs that the tests also write to directly: a message is there as soon as its file is. Started by
root, Dovecot delivers as `nobody`, which must be able to reach the folder.
"""

import grp
import itertools
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from imaplib import IMAP4_SSL
from pathlib import Path

from crm.embedded.processes import die_with_parent, wait_until
from tests.communications.certificates import Authority

PASSWORD = "tajne-hasło-skrzynki"

CONF = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
disable_plaintext_auth = yes
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_cache_size = 0
mail_location = maildir:~/Maildir
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
{passdb}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
"""
BY_PASSWORD = "passdb {{\n  driver = static\n  args = password={password}\n}}"
BY_TOKEN = "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {home}/oauth2.conf.ext\n}}"


class Dovecot:
    """The server, and what its mailboxes hold."""

    def __init__(self, home: Path, *, introspection_url: str = "") -> None:
        """Write the configuration; `introspection_url` makes it take OAuth2 tokens that this address knows."""
        self.home = home
        self.host = "localhost"
        self.tls_port, self.starttls_port = _free_port(), _free_port()
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.authority = Authority(home)
        self.authority.write_certificate(home / "server", "localhost")
        self.introspection_url = introspection_url
        self._delivered = itertools.count(1)
        self.process: subprocess.Popen[bytes] | None = None
        self._write_conf()

    @property
    def ca_file(self) -> str:
        return str(self.authority.certificate_file)

    def _write_conf(self) -> None:
        group = grp.getgrgid(self.account.pw_gid).gr_name
        passdb = BY_TOKEN if self.introspection_url else BY_PASSWORD
        (self.home / "oauth2.conf.ext").write_text(
            f"introspection_url = {self.introspection_url}\nintrospection_mode = post\nusername_attribute = username\n"
            "active_attribute = active\nactive_value = true\n"
        )
        (self.home / "dovecot.conf").write_text(
            CONF.format(
                home=self.home,
                user=self.account.pw_name,
                group=group,
                tls_port=self.tls_port,
                starttls_port=self.starttls_port,
                mechanisms="xoauth2 oauthbearer" if self.introspection_url else "plain login",
                passdb=passdb.format(home=self.home, password=PASSWORD),
            )
        )

    def start(self) -> None:
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self.process = subprocess.Popen(
            [program, "-F", "-c", str(self.home / "dovecot.conf")],
            start_new_session=True,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        assert wait_until(self._answers, seconds=20), "Dovecot does not answer"

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.starttls_port), timeout=2) as probe:
                return probe.recv(4) == b"* OK"
        except OSError:
            return False

    def add_user(self, login: str) -> None:
        """A mailbox that is empty; its password is PASSWORD."""
        self._make(self.folder(login) / "cur", self.folder(login) / "new", self.folder(login) / "tmp")

    def folder(self, login: str, name: str = "") -> Path:
        """The Maildir of a folder; `name` in modified UTF-7, with dots between levels ("" for INBOX)."""
        maildir = self.home / "mail" / login / "Maildir"
        return maildir / f".{name}" if name else maildir

    def add_folder(self, login: str, name: str) -> None:
        self._make(*(self.folder(login, name) / part for part in ("cur", "new", "tmp")))

    def deliver(self, login: str, content: bytes, *, folder: str = "", arrived: datetime | None = None) -> Path:
        """Put a message into a mailbox, as a delivery agent does. `arrived` becomes its INTERNALDATE."""
        file = self.folder(login, folder) / "new" / f"{next(self._delivered):08d}.test.lejek"
        file.write_bytes(content)
        os.chown(file, self.account.pw_uid, self.account.pw_gid)
        moment = (arrived or datetime.now(UTC)).timestamp()
        os.utime(file, (moment, moment))
        return file

    @contextmanager
    def client(self, login: str, password: str = PASSWORD) -> Iterator[IMAP4_SSL]:
        """A signed-in client of the mailbox, to look at it or change it as its owner does."""
        trusting = ssl.create_default_context(cafile=self.ca_file)
        with IMAP4_SSL(self.host, self.tls_port, ssl_context=trusting) as client:
            client.authenticate("PLAIN", lambda _challenge: f"\0{login}\0{password}".encode())
            yield client

    def _make(self, *folders: Path) -> None:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            for part in (folder, *folder.parents):
                if self.home in part.parents and (self.home / "mail") in (part, *part.parents):
                    os.chown(part, self.account.pw_uid, self.account.pw_gid)


@contextmanager
def running_dovecot(*, introspection_url: str = "") -> Iterator[Dovecot]:
    """A started server in a folder that every account may enter."""
    home = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))
    home.chmod(0o755)
    server = Dovecot(home, introspection_url=introspection_url)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
