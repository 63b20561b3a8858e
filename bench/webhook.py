"""A notification of telephony, as a provider sends it: an answered call, event by event."""

from random import Random

from bench.generate import SECRET
from bench.server import Answer, Client
from communications.telephony.provider import Credentials
from communications.telephony.simulator import ANSWERED, Simulated, beats

URL = "/webhooks/telephony/generic/"


def ask_webhook(client: Client, random: Random) -> Answer:
    """Send one of the notifications of a call whose others came before; its answer is measured."""
    number = f"+4822{random.randint(1_000_000, 9_999_999)}"
    call = Simulated("generic", Credentials(SECRET), ANSWERED, number, "101")
    course = list(beats(ANSWERED, ring=0, talk=60))
    last = random.randrange(len(course))
    for beat in course[:last]:
        client.post_body(URL, *call.request(beat))
    return client.post_body(URL, *call.request(course[last]))
