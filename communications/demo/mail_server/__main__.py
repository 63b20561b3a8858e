"""The program; see the package's docstring."""

import hmac
import os
import sys
from pathlib import Path
from socket import AF_INET
from typing import Any

from twisted.cred.checkers import ICredentialsChecker
from twisted.cred.credentials import IUsernamePassword
from twisted.cred.error import UnauthorizedLogin
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor
from twisted.internet.protocol import ServerFactory
from twisted.internet.ssl import PrivateCertificate
from twisted.mail import imap4, smtp
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from communications.demo.mail_server.imap import Account, Protocol
from communications.demo.mail_server.smtp import Delivery
from communications.demo.mail_server.store import Store

CERTIFICATE, KEY = "certificate.pem", "key.pem"


@implementer(IRealm, ICredentialsChecker)
class Users:
    """The accounts of the store: all have the password of the installation."""

    credentialInterfaces = (IUsernamePassword,)

    def __init__(self, store: Store) -> None:
        self.store = store

    def requestAvatarId(self, credentials: Any) -> bytes:
        """The address of who signs in; UnauthorizedLogin when it is not them."""
        address, password = bytes(credentials.username), bytes(credentials.password)
        if address.decode("utf-8", "replace").lower() not in self.store.boxes:
            raise UnauthorizedLogin
        if not hmac.compare_digest(password, self.store.password.encode()):
            raise UnauthorizedLogin
        return address.lower()

    def requestAvatar(self, avatar_id: bytes, mind: object, *interfaces: Any) -> tuple[Any, Any, Any]:
        """What somebody signed in reads from, or sends by."""
        address = avatar_id.decode()
        if imap4.IAccount in interfaces:
            return imap4.IAccount, Account(self.store, address), lambda: None
        return smtp.IMessageDelivery, Delivery(self.store, address), lambda: None


class ImapFactory(ServerFactory):
    """Makes conversations with mail programs."""

    def __init__(self, portal: Portal, *, pace: float) -> None:
        self.portal = portal
        self.pace = pace

    def buildProtocol(self, addr: Any) -> Protocol:
        """A new conversation."""
        protocol = Protocol()
        protocol.portal = self.portal
        protocol.factory = self
        protocol.pace = self.pace
        return protocol


class SmtpFactory(smtp.SMTPFactory):
    """Makes conversations with who sends."""

    def buildProtocol(self, addr: Any) -> smtp.ESMTP:
        """A new conversation, which begins with a sign-in."""
        protocol = smtp.ESMTP({b"PLAIN": imap4.PLAINCredentials, b"LOGIN": imap4.LOGINCredentials})
        protocol.portal = self.portal
        protocol.factory = self
        protocol.host = b"localhost"
        return protocol


def main(folder: Path, imap_socket: int, smtp_socket: int) -> None:
    """Serve until a signal comes."""
    store = Store(folder)
    users = Users(store)
    portal = Portal(users, [users])
    pem = (folder / KEY).read_bytes() + (folder / CERTIFICATE).read_bytes()
    context = PrivateCertificate.loadPEM(pem).options()
    loop: Any = reactor
    for number, factory in ((imap_socket, ImapFactory(portal, pace=store.pace)), (smtp_socket, SmtpFactory(portal))):
        os.set_blocking(number, False)
        loop.adoptStreamPort(number, AF_INET, TLSMemoryBIOFactory(context, False, factory))
    loop.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
