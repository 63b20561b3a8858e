"""Testuj serwer: whether an account would work, tried for real, and in plain words what is wrong."""

from dataclasses import dataclass

from communications.imap.connection import ImapServer, signed_in
from communications.imap.problems import MailProblem, sentence
from communications.smtp import NotSent, SmtpServer, try_out

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
        return Check(server.host, sentence(problem.problem, problem.details, host=server.host, port=server.port))
    folders = (Folder(folder.name, "\\sent" in _flags(folder.flags)) for folder in found[:MOST_FOLDERS])
    return Check(server.host, folders=tuple(sorted(folders, key=lambda folder: (folder.name != "INBOX", folder.name))))


def _flags(flags: tuple[str, ...]) -> set[str]:
    return {flag.lower() for flag in flags}


def check_smtp(server: SmtpServer) -> Check:
    """Sign in for sending, as what is sent does; nothing is sent."""
    try:
        try_out(server, timeout=TIMEOUT)
    except NotSent as failure:
        return Check(server.host, sentence(failure.problem, failure.details, host=server.host, port=server.port))
    return Check(server.host)
