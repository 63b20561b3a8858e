"""What the tests of the tab Email share."""

from email.message import EmailMessage

from django.core.files.base import ContentFile

from communications.models import Message
from communications.services.reading import read_messages
from tests.factories.communications import MessageFactory

HTMX = {"HX-Request": "true"}
LIST = "/leads/emails/"


def incoming(account, mail, **values):
    """A message as the import stores it, and read."""
    raw = ContentFile(mail.as_bytes(), name="x.eml")
    message = MessageFactory(account=account, raw=raw, parse_state=Message.ParseState.WAITING, **values)
    read_messages(messages=[message])
    return Message.objects.get(pk=message.pk)


def enquiry(**headers):
    mail = EmailMessage()
    stated = {"From": "Jan Kowalski <Jan@Klient.test>", "Subject": "Re: Zapytanie o krzesła", **headers}
    for name, value in stated.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Dzień dobry,\n\nproszę o 300 <krzeseł>.")
    return mail
