"""A signed-in IMAP connection of an account."""

import imaplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls
from imap_tools.errors import MailboxStarttlsError
from imap_tools.utils import check_command_status

from communications.hosts import Imap, ImapTLS
from communications.imap.problems import MailProblem, mail_problem
from communications.models import MailAccount, Problem, Security
from communications.tls import mail_context

TIMEOUT = 30  # seconds for each answer of the server


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where to fetch, and how to sign in: with `password`, or with an OAuth2 `token` (XOAUTH2) when there is one."""

    host: str
    port: int
    security: str
    login: str
    password: str = ""
    token: str = ""
    sign_in: str = "password"


class _Box(MailBox):
    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return ImapTLS(self._host, self._port, ssl_context=self._ssl_context, timeout=self._timeout)


class _BoxStartTls(MailBoxStartTls):
    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = Imap(self._host, self._port, timeout=self._timeout)
        check_command_status(client.starttls(self._ssl_context), MailboxStarttlsError)
        return client


@contextmanager
def signed_in(server: ImapServer, *, timeout: float | None = None) -> Iterator[BaseMailBox]:
    """A connection that has signed in and opened no folder. Whatever its server does wrong is a MailProblem."""
    box: BaseMailBox | None = None
    try:
        kind = _Box if server.security == Security.TLS else _BoxStartTls
        box = kind(server.host, server.port, timeout=timeout or TIMEOUT, ssl_context=mail_context())
        if server.token:
            box.xoauth2(server.login, server.token, initial_folder=None)
        elif server.login.isascii() and server.password.isascii():
            box.login(server.login, server.password, initial_folder=None)
        else:
            box.login_utf8(server.login, server.password, initial_folder=None)
        yield box
    except Exception as error:
        if (problem := _signing_in(error, box, server)) is None:
            raise
        raise problem from error
    finally:
        if box is not None:
            with suppress(Exception):
                box.logout() if box.client.state != "LOGOUT" else box.client.shutdown()


def _signing_in(error: Exception, box: BaseMailBox | None, server: ImapServer) -> MailProblem | None:
    """imaplib tells a refused AUTHENTICATE by its bare error: before the sign-in it means nothing else."""
    problem = mail_problem(error, sign_in=server.sign_in)
    is_refusal = problem is not None and problem.problem == Problem.SERVER
    if is_refusal and box is not None and box.client.state == "NONAUTH" and (server.token or server.password):
        return MailProblem(Problem.TOKEN if server.token else Problem.PASSWORD, problem.details if problem else "")
    return problem


def imap_server(account: MailAccount) -> ImapServer:
    """How to reach the mailbox of `account`, with its secrets. Raises MailProblem when they can't be had."""
    from communications.oauth import access_token

    uses_token = account.sign_in != "password"
    return ImapServer(
        host=account.imap_host,
        port=account.imap_port,
        security=account.imap_security,
        login=account.login,
        password="" if uses_token else readable(account.secrets.password),
        token=access_token(account) if uses_token else "",
        sign_in=account.sign_in,
    )


def readable(secret: str) -> str:
    """A stored secret. Raises MailProblem when the present keys do not open it."""
    from communications.encryption import Unreadable

    if isinstance(secret, Unreadable):
        raise MailProblem(Problem.SECRET)
    return secret
