"""A real SMTP server (aiosmtpd) with encryption and sign-in, which answers as a test wants."""

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from communications.models import Security
from tests.communications.certificates import Authority
from tests.infra.installation import free_port

PASSWORD = "tajne hasło smtp"
TOKEN = "ya29.dobry-token"


@dataclass
class Script:
    """What the server says; "" means yes. `drops` cuts the connection in that step; with `holds`, what was taken is
    answered when it is set.
    """

    mail: str = ""
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = ""
    sign_in: str = ""
    drops: str = ""
    holds: threading.Event | None = None
    reached: threading.Event = field(default_factory=threading.Event)


class MailServer:
    """The running server: what it took, and how it behaves."""

    def __init__(self, *, port: int = 0) -> None:
        self.script = Script()
        self.received: list[Envelope] = []
        self.logins: list[str] = []
        self.connections = 0
        self.port = port
        self.host = "localhost"

    # --- Hooks of aiosmtpd

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname  # type: ignore[assignment]
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.script.drops == "mail":
            server.transport.abort()  # type: ignore[union-attr]
        if self.script.mail:
            return self.script.mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.script.recipients.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.script.data:
            self.received.append(envelope)
        self.script.reached.set()
        if self.script.holds is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.script.holds.wait, 30)
        if self.script.data:
            return self.script.data
        if self.script.drops == "data":
            server.transport.abort()  # type: ignore[union-attr]
        return "250 OK: queued"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return self._judge(data.login.decode(), data.password.decode() == PASSWORD)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        parts = dict(part.split("=", 1) for part in base64.b64decode(args[1]).decode().split("\x01") if part)
        result = self._judge(parts["user"], parts["auth"] == f"Bearer {TOKEN}")
        if not result.success:
            await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
            await server._reader.readline()  # type: ignore[union-attr]
            await server.push("535 5.7.8 Username and Password not accepted")
            return AuthResult(success=False, handled=True)
        return result

    def _judge(self, login: str, is_right: bool) -> AuthResult:
        if self.script.sign_in:
            return AuthResult(success=False, handled=False, message=self.script.sign_in)
        if is_right:
            self.logins.append(login)
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message="535 5.7.8 Authentication credentials invalid")


@contextmanager
def running_smtp(
    folder: Path, *, security: str = Security.TLS, name: str = "localhost"
) -> Iterator[tuple[MailServer, str]]:
    """A server with a certificate of `name`, and the file of the authority that signed it; with `security` "" there is
    no encryption at all.
    """
    authority = Authority(folder)
    authority.write_certificate(folder / "smtp", name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "smtp.pem", folder / "smtp.key")
    server = MailServer()
    by_starttls = security == Security.STARTTLS
    by_tls = security == Security.TLS
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=free_port(),
        server_hostname="localhost",
        ssl_context=context if by_tls else None,
        tls_context=context if by_starttls else None,  # type: ignore[arg-type]
        require_starttls=by_starttls,
        auth_required=True,
        auth_require_tls=by_starttls,
        authenticator=server.authenticate,
    )
    controller.start()
    try:
        server.port = controller.port
        yield server, str(authority.certificate_file)
    finally:
        controller.stop(no_assert=True)
