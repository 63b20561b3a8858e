"""What goes wrong between us and a mail server: told apart by code, put into words for whoever reads it."""

import imaplib
import socket
import ssl

from django.utils.translation import gettext as _
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    MailboxStarttlsError,
    UnexpectedCommandStatusError,
)

from communications.hosts import InternalHost
from communications.models import MailAccount, Problem, SignIn

LONGEST_DETAILS = 500
# The server answers, but can't sign anybody in just now (RFC 5530).
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]")


class MailProblem(Exception):
    """A server could not be used. `details` are its own words, as far as it said any."""

    def __init__(self, problem: Problem, details: str = "") -> None:
        super().__init__(problem, details)
        self.problem = problem
        self.details = " ".join(details.replace("\0", "").split())[:LONGEST_DETAILS]


def mail_problem(error: Exception, *, sign_in: str = SignIn.PASSWORD) -> MailProblem | None:
    """`error` of a connection as a MailProblem; None when it is no matter of the connection."""
    match error:
        case MailProblem():
            return error
        case ssl.SSLCertVerificationError():
            return MailProblem(Problem.CERTIFICATE, error.verify_message)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return MailProblem(Problem.CUT, str(error.reason or ""))
        case ssl.SSLError():
            return MailProblem(Problem.NO_TLS, str(error.reason or error))
        case socket.gaierror() | UnicodeError():
            return MailProblem(Problem.HOST_UNKNOWN)
        case InternalHost():
            return MailProblem(Problem.INTERNAL_HOST)
        case ConnectionRefusedError():
            return MailProblem(Problem.REFUSED)
        case TimeoutError():
            return MailProblem(Problem.TIMEOUT)
        case MailboxStarttlsError():
            return MailProblem(Problem.NO_TLS)
        case MailboxLoginError():
            return _refused_login(_said(error), sign_in)
        case MailboxFolderSelectError():
            return MailProblem(Problem.FOLDER, _said(error))
        case imaplib.IMAP4.abort() | ConnectionError() | EOFError():
            return MailProblem(Problem.CUT, str(error))
        case imaplib.IMAP4.error():
            return MailProblem(Problem.NO_TLS if "TLS" in str(error) else Problem.SERVER, str(error))
        case ImapToolsError():
            return MailProblem(Problem.SERVER, _said(error))
        case OSError():
            return MailProblem(Problem.REFUSED, error.strerror or str(error))
    return None


def _refused_login(said: str, sign_in: str) -> MailProblem:
    if any(code in said.upper() for code in PASSING):
        return MailProblem(Problem.SERVER, said)
    return MailProblem(Problem.PASSWORD if sign_in == SignIn.PASSWORD else Problem.TOKEN, said)


def _said(error: Exception) -> str:
    """The words of the server in an error of imap-tools."""
    result = error.command_result if isinstance(error, UnexpectedCommandStatusError) else ()
    parts = [part for part in (result[1] if len(result) > 1 else ()) if isinstance(part, bytes)]
    return b" ".join(parts).decode(errors="replace")


def sentence(problem: str, details: str, *, host: str, port: int) -> str:
    """What is wrong and what to do about it, in plain words and in the reader's language."""
    values = {"host": host, "port": port, "details": details}
    sentences = {
        Problem.HOST_UNKNOWN: _("There is no server called %(host)s. Check its name."),
        Problem.INTERNAL_HOST: _(
            "The server %(host)s is in an internal network, where nothing is asked. An administrator can allow it "
            "by the setting MAIL_TRUSTED_HOSTS."
        ),
        Problem.REFUSED: _("The server %(host)s does not take connections on port %(port)s. Check the port."),
        Problem.TIMEOUT: _(
            "The server %(host)s does not answer on port %(port)s. Check the port and the kind of encryption; if they "
            "are right, the server or the network is down."
        ),
        Problem.NO_TLS: _(
            "The server %(host)s does not offer this kind of encryption on port %(port)s. Usually it is TLS on 993 "
            "(IMAP) and 465 (SMTP), STARTTLS on 143 and 587."
        ),
        Problem.CERTIFICATE: _(
            "The certificate of %(host)s can't be trusted (%(details)s). Check the name of the server; nothing was "
            "sent to it."
        ),
        Problem.PASSWORD: _(
            "The server does not accept this login and password. Some providers want a password made for applications."
        ),
        Problem.TOKEN: _("The consent to read this mailbox is missing, has expired or was taken back. Sign in again."),
        Problem.SECRET: _("The stored password can't be read with the present key of the system. Enter it again."),
        Problem.FOLDER: _("A chosen folder can't be opened: %(details)s. Choose the folders anew."),
        Problem.CUT: _("The connection with %(host)s broke off. It will be tried again."),
        Problem.SERVER: _("The server refused: %(details)s"),
        Problem.INTERNAL: _("Something went wrong on our side: %(details)s"),
    }
    return sentences.get(Problem(problem), "") % values


def account_sentence(account: MailAccount) -> str:
    """The last problem of an account in plain words; "" when there is none."""
    health = account.health
    if not health.problem:
        return ""
    return sentence(health.problem, health.details, host=account.imap_host, port=account.imap_port)
