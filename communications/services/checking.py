"""Testuj serwer: whether an account would work, tried for real, and in plain words what is wrong."""

import smtplib
from dataclasses import dataclass

from communications.imap.connection import ImapServer, signed_in
from communications.imap.problems import MailProblem, mail_problem, sentence
from communications.models import Problem, Security
from communications.tls import mail_context

TIMEOUT = 10  # seconds: somebody waits for the answer
MOST_FOLDERS = 500


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the server has; `is_sent`: messages that were sent are kept there (RFC 6154)."""

    name: str
    is_sent: bool


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one server. `problem` is a sentence, "" when all is well."""

    host: str
    problem: str = ""
    folders: tuple[Folder, ...] = ()


def check_imap(server: ImapServer) -> Check:
    """Sign in and look at the folders; nothing is opened or changed."""
    try:
        with signed_in(server, timeout=TIMEOUT) as box:
            found = [folder for folder in box.folder.list() if "\\noselect" not in _flags(folder.flags)]
    except MailProblem as problem:
        return Check(server.host, _words(problem, server.host, server.port))
    folders = (Folder(folder.name, "\\sent" in _flags(folder.flags)) for folder in found[:MOST_FOLDERS])
    return Check(server.host, folders=tuple(sorted(folders, key=lambda folder: (folder.name != "INBOX", folder.name))))


def _flags(flags: tuple[str, ...]) -> set[str]:
    return {flag.lower() for flag in flags}


@dataclass(frozen=True, slots=True)
class SmtpLogin:
    """Where to send, and how to sign in: with `password`, or with an OAuth2 `token` (XOAUTH2) when there is one."""

    host: str
    port: int
    security: str
    login: str
    password: str = ""
    token: str = ""


def check_smtp(server: SmtpLogin) -> Check:
    """Sign in for sending; nothing is sent."""
    try:
        _sign_in(server)
    except smtplib.SMTPAuthenticationError as error:
        problem = MailProblem(Problem.TOKEN if server.token else Problem.PASSWORD, str(error.smtp_error))
    except smtplib.SMTPNotSupportedError as error:
        problem = MailProblem(Problem.NO_TLS if "STARTTLS" in str(error) else Problem.SERVER, str(error))
    except smtplib.SMTPServerDisconnected:
        problem = MailProblem(Problem.CUT)
    except smtplib.SMTPException as error:
        problem = MailProblem(Problem.SERVER, str(error))
    except Exception as error:
        found = mail_problem(error)
        if found is None:
            raise
        problem = found
    else:
        return Check(server.host)
    return Check(server.host, _words(problem, server.host, server.port))


def _sign_in(server: SmtpLogin) -> None:
    connection: smtplib.SMTP
    if server.security == Security.TLS:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=mail_context())
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with connection:
        connection.ehlo()
        if server.security != Security.TLS:
            connection.starttls(context=mail_context())
            connection.ehlo()
        if server.token:
            text = f"user={server.login}\x01auth=Bearer {server.token}\x01\x01"
            connection.auth("XOAUTH2", lambda challenge=None: text if challenge is None else "")
        else:
            connection.login(server.login, server.password)


def _words(problem: MailProblem, host: str, port: int) -> str:
    return sentence(problem.problem, problem.details, host=host, port=port)
