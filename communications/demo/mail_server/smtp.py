"""What the demo sends: it lands in the sender's folder of sent ones, and after a while the customer answers."""

from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import deferLater
from twisted.mail import smtp
from zope.interface import implementer

from communications.demo.mail_server.store import INBOX, SENT, Store
from communications.demo.mail_server.words import LIVE_REPLIES

LARGEST = 50 * 1024 * 1024


@implementer(smtp.IMessageDelivery)
class Delivery:
    """What a signed-in user sends."""

    def __init__(self, store: Store, address: str) -> None:
        self.store = store
        self.address = address
        self.is_kept = False

    def receivedHeader(self, helo: object, origin: object, recipients: object) -> bytes:
        """None: what was sent is kept byte by byte."""
        return b""

    def validateFrom(self, helo: object, origin: smtp.Address) -> smtp.Address:
        """One writes from one's own address alone."""
        if str(origin).lower() != self.address:
            raise smtp.SMTPBadSender(str(origin))
        self.is_kept = False
        return origin

    def validateTo(self, user: smtp.User) -> Callable[[], "Outgoing"]:
        """Everybody can be written to."""
        recipient = str(user.dest)
        return lambda: Outgoing(self, recipient)

    def take(self, content: bytes, recipient: str) -> None:
        """Keep what was sent, once for all its recipients, and let each do what they do."""
        if not self.is_kept:
            self.is_kept = True
            self.store.boxes[self.address][SENT].add(content)
        if recipient in self.store.boxes:
            self.store.boxes[recipient][INBOX].add(content)
        else:
            deferLater(reactor, self.store.answered_after, self._answer, content, recipient)

    def _answer(self, content: bytes, recipient: str) -> None:
        self.store.boxes[self.address][INBOX].add(answer_to(content, recipient, self.address))


@implementer(smtp.IMessage)
class Outgoing:
    """A message on its way in, for one recipient."""

    def __init__(self, delivery: Delivery, recipient: str) -> None:
        self.delivery = delivery
        self.recipient = recipient.lower()
        self.lines: list[bytes] = []
        self.size = 0

    def lineReceived(self, line: bytes) -> None:
        """The next line of it."""
        self.size += len(line) + 2
        if self.size > LARGEST:
            raise smtp.SMTPServerError(552, "Message too large")
        self.lines.append(line)

    def eomReceived(self) -> "Deferred[None]":
        """The end: it is taken."""
        self.delivery.take(b"\r\n".join([*self.lines, b""]), self.recipient)
        return succeed(None)

    def connectionLost(self) -> None:
        """Broken off: it was never sent."""
        self.lines = []


def answer_to(content: bytes, sender: str, to: str) -> bytes:
    """What the customer `sender` answers."""
    asked = BytesParser(policy=SMTP).parsebytes(content, headersonly=True)
    subject = str(asked["Subject"] or "")
    answer = EmailMessage(policy=SMTP)
    names = {one.addr_spec.lower(): one.display_name for one in asked["To"].addresses} if asked["To"] else {}
    answer["From"] = f'"{names.get(sender, "")}" <{sender}>'
    answer["To"] = to
    answer["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    answer["Date"] = formatdate(localtime=True)
    answer["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    if message_id := str(asked["Message-ID"] or "").strip():
        answer["In-Reply-To"] = answer["References"] = message_id
    answer.set_content(LIVE_REPLIES[len(content) % len(LIVE_REPLIES)])
    return answer.as_bytes()
