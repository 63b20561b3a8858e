"""A notification of telephony, as a provider sends it: an answered call, event by event."""

from random import Random
from secrets import token_hex

from bench.server import Answer, Client, form_of
from communications.telephony.provider import Credentials
from communications.telephony.simulator import ANSWERED, Simulated, beats

SECRET = "bench"
URL = "/webhooks/telephony/generic/"


def set_up(client: Client) -> None:
    """Make the account that the notifications are signed for, as a manager does, when there is none yet."""
    if b"webhook-" in client.get("/settings/telephony/").body:
        return
    form = dict(form_of(client.get("/settings/telephony/new/generic/").body, "telephony-form"))
    # The databases share Redis: the same form again would be taken for a double click.
    sent = {**form, "name": f"Bench {token_hex(4)}", "new_secret": SECRET, "is_active": "on"}
    answer = client.post("/settings/telephony/new/generic/", sent)
    if answer.status != 302:
        raise RuntimeError(f"The telephony account was not made: {answer.status}")


def ask_webhook(client: Client, random: Random) -> Answer:
    """Send one of the notifications of a call whose others came before; its answer is measured."""
    number = f"+4822{random.randint(1_000_000, 9_999_999)}"
    call = Simulated("generic", Credentials(SECRET), ANSWERED, number, "101")
    course = list(beats(ANSWERED, ring=0, talk=60))
    last = random.randrange(len(course))
    for beat in course[:last]:
        client.post_body(URL, *call.request(beat))
    return client.post_body(URL, *call.request(course[last]))
