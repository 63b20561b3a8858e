"""Handing one stored message to an SMTP server (RFC 5321) through Django's backend, and what its failure means.

All recipients or none: when the server refuses one of them, nothing is sent. Whether a message went out is only unknown
between the end of its text and the server's answer to it.
"""

import hmac
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property

from communications.hosts import Smtp, SmtpTLS
from communications.imap.problems import mail_problem
from communications.models import OutgoingMail, Problem
from communications.tls import mail_context

TIMEOUT = 60  # seconds for each answer of the server
Refusal = OutgoingMail.Refusal
# What may be over by the next attempt.
PASSING = (Problem.HOST_UNKNOWN, Problem.REFUSED, Problem.TIMEOUT, Problem.CUT)
LONGEST_DETAILS = 500
TOO_LARGE = 552  # RFC 1870: said to MAIL FROM already


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where to send, and how to sign in: with `password`, or with an OAuth2 `token` (XOAUTH2)."""

    host: str
    port: int
    uses_tls: bool
    login: str
    password: str = ""
    token: str = ""


class NotSent(Exception):
    """The message was not sent, since `problem` (Problem or OutgoingMail.Refusal); `details` are the server's words.
    `is_temporary`: the same attempt may work later.
    """

    def __init__(self, problem: str, details: str = "", *, is_temporary: bool = False) -> None:
        super().__init__(problem, details)
        self.problem = problem
        self.details = " ".join(details.replace("\0", "").split())[:LONGEST_DETAILS]
        self.is_temporary = is_temporary


class PerhapsSent(Exception):
    """The whole message was given to the server, which did not say whether it took it."""


class _Utf8(str):
    """An answer to a sign-in, as RFC 4954 has it; smtplib would know ASCII alone."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return super().encode()


class _Tracking(Smtp):
    """Knows whether the text of a message has been given away, and stops at the first recipient that is refused."""

    given_away = False
    _text_is_next = False

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        code, answer = super().rcpt(recip, options)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recip: (code, answer)})
        return code, answer

    def getreply(self) -> tuple[int, bytes]:
        code, answer = super().getreply()
        self._text_is_next = code == 354
        return code, answer

    def send(self, s: Any) -> None:
        is_text = self._text_is_next
        self._text_is_next = False
        super().send(s)
        self.given_away = self.given_away or is_text

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.given_away = False
        answer = super().data(msg)
        self.given_away = False  # the server has answered
        return answer

    def auth(self, mechanism: str, authobject: Any, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
        def answer(challenge: bytes | None = None) -> str | None:
            text = authobject() if challenge is None else authobject(challenge)
            return text if text is None else _Utf8(text)

        return super().auth(mechanism, cast(Any, answer), initial_response_ok=initial_response_ok)

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:  # type: ignore[override]
        if challenge is None:
            return None
        return f"{self.user} {hmac.digest(self.password.encode(), challenge, 'md5').hex()}"


class _TrackingTLS(_Tracking, SmtpTLS):
    pass


class _Backend(EmailBackend):
    """Django's backend, signing in with a token where there is one."""

    def __init__(self, server: SmtpServer, *, timeout: float) -> None:
        self.token = server.token
        super().__init__(
            host=server.host,
            port=server.port,
            username="" if server.token else server.login,
            password=server.password,
            use_tls=not server.uses_tls,
            use_ssl=server.uses_tls,
            timeout=timeout,
        )
        self.login = server.login

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return mail_context()

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _TrackingTLS if self.use_ssl else _Tracking

    def open(self) -> bool | None:
        is_new = super().open()
        if is_new and self.token and self.connection is not None:
            text = f"user={self.login}\x01auth=Bearer {self.token}\x01\x01"
            self.connection.ehlo_or_helo_if_needed()
            # An error comes as a challenge, which an empty line answers; then the refusal has its code.
            self.connection.auth("XOAUTH2", lambda challenge=None: text if challenge is None else "")
        return is_new


class _Raw:
    """A message that is sent byte by byte as it was stored."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def as_bytes(self, linesep: str = "\r\n") -> bytes:
        return self.raw


class _StoredMessage(EmailMessage):
    def __init__(self, raw: bytes, *, sender: str, recipients: Sequence[str]) -> None:
        super().__init__(from_email=sender, to=list(recipients))
        self.raw = raw

    def message(self, *args: Any, **kwargs: Any) -> Any:
        return _Raw(self.raw)


def hand_over(server: SmtpServer, raw: bytes, *, sender: str, recipients: Sequence[str]) -> None:
    """Give `raw` (a whole message with CRLF) to the server for `recipients`.

    Raises NotSent, or PerhapsSent when nobody can know.
    """
    backend = _signed_in(server, timeout=TIMEOUT)
    connection: Any = backend.connection
    try:
        backend.send_messages([_StoredMessage(raw, sender=sender, recipients=recipients)])
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        if connection.given_away:
            raise PerhapsSent from error
        raise _while_sending(error) from error
    finally:
        _close(backend)


def try_out(server: SmtpServer, *, timeout: float) -> None:
    """Sign in and leave again. Raises NotSent with what is wrong."""
    _close(_signed_in(server, timeout=timeout))


def _signed_in(server: SmtpServer, *, timeout: float) -> _Backend:
    """A connection that waits for messages. Raises NotSent."""
    if not (server.token or server.password):
        raise NotSent(Problem.PASSWORD)  # the backend would go on without signing in
    backend = _Backend(server, timeout=timeout)
    try:
        backend.open()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        _close(backend)
        raise _while_connecting(error, has_token=bool(server.token)) from error
    return backend


def _close(backend: _Backend) -> None:
    """End the conversation; what goes wrong now changes nothing."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        backend.connection = None


def _while_connecting(error: Exception, *, has_token: bool) -> NotSent:
    match error:
        case smtplib.SMTPAuthenticationError():
            return _answered(Problem.TOKEN if has_token else Problem.PASSWORD, error)
        case smtplib.SMTPNotSupportedError():
            return NotSent(Problem.NO_TLS if "STARTTLS" in str(error) else Problem.PASSWORD, str(error))
        case smtplib.SMTPResponseException():
            return _answered(Problem.SERVER, error)
    return _broken(error)


def _while_sending(error: Exception) -> NotSent:
    match error:
        case smtplib.SMTPRecipientsRefused():
            address, (code, answer) = next(iter(error.recipients.items()))
            return NotSent(Refusal.RECIPIENT, f"{address}: {code} {_words(answer)}", is_temporary=_is_temporary(code))
        case smtplib.SMTPSenderRefused():
            return _answered(Refusal.CONTENT if error.smtp_code == TOO_LARGE else Refusal.SENDER, error)
        case smtplib.SMTPResponseException():
            return _answered(Refusal.CONTENT, error)
        case smtplib.SMTPNotSupportedError():
            return NotSent(Refusal.CONTENT, str(error))
    return _broken(error)


def _broken(error: Exception) -> NotSent:
    """What the connection itself suffered."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        if isinstance(error.__context__, TimeoutError):  # smtplib hides it behind an error of its own
            return NotSent(Problem.TIMEOUT, is_temporary=True)
        return NotSent(Problem.CUT, is_temporary=True)
    found = mail_problem(error)
    if found is None:
        return NotSent(Problem.SERVER, str(error))
    return NotSent(found.problem, found.details, is_temporary=found.problem in PASSING)


def _answered(problem: str, error: smtplib.SMTPResponseException) -> NotSent:
    details = f"{error.smtp_code} {_words(error.smtp_error)}"
    return NotSent(problem, details, is_temporary=_is_temporary(error.smtp_code))


def _is_temporary(code: int) -> bool:
    """RFC 5321, 4.2.1: 4yz says „try again later”; -1 stands for no answer at all."""
    return 400 <= code < 500 or code == -1


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
