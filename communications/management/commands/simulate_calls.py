"""Play calls against a running server, as a telephony provider would: screen pop, missed calls, recordings."""

import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from communications.demo.calls import sound
from communications.models import TelephonyAccount
from communications.telephony.simulator import ANSWERED, FLOWS, Beat, Simulated, beats
from crm.models import User
from leads.models import Lead

RECORDING_KEPT = 20.0  # seconds for a worker to fetch it


class Command(BaseCommand):
    """The server must run; its telephony account is read from the database, for the signature."""

    help = "Plays real courses of calls against a running server, signed as the telephony would sign them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the server runs")
        parser.add_argument("--account", default="", help="the name of the telephony account (else the first one)")
        parser.add_argument("--to", default="", help="e-mail of whose phone rings (else the first one with a phone)")
        parser.add_argument("--number", default="", help="who calls (else the number of one of their leads)")
        parser.add_argument("--flow", choices=[*FLOWS, "all"], default=ANSWERED)
        parser.add_argument("--ring", type=float, default=4.0, help="seconds of ringing")
        parser.add_argument("--talk", type=float, default=6.0, help="seconds of talking")
        parser.add_argument("--recorded", action="store_true", help="with a recording, until a worker fetched it")
        parser.add_argument("--shuffle", action="store_true", help="send the notifications twice and out of order")

    def handle(self, *args: Any, **options: Any) -> None:
        """Each notification is printed with the answer to it and the time that it took."""
        account, person = _account(options["account"]), _person(options["to"])
        number = options["number"] or _number_of(person)
        for flow in FLOWS if options["flow"] == "all" else [options["flow"]]:
            self.stdout.write(f"{flow}: {number} ↔ {person} ({person.phone_extension})")
            with _recording_server() as recording:
                is_recorded = options["recorded"] and account.kind == TelephonyAccount.Kind.GENERIC
                source = recording if is_recorded else ""
                played = list(beats(flow, ring=options["ring"], talk=options["talk"], recording=source))
                if options["shuffle"]:
                    played = Random().sample(played * 2, len(played) * 2)
                call = Simulated(account.kind, account.credentials, flow, number, person.phone_extension)
                self._play(call, played, options["url"].rstrip("/"), pauses=not options["shuffle"])
                if source and flow in (ANSWERED, "outgoing"):
                    recording_fetched.wait(RECORDING_KEPT)

    def _play(self, call: Simulated, played: list[Beat], url: str, *, pauses: bool) -> None:
        with httpx.Client(base_url=url, timeout=10) as client:
            for beat in played:
                time.sleep(beat.after if pauses else 0)
                body, headers = call.request(beat)
                begun = time.perf_counter()
                try:
                    answer = client.post(f"/webhooks/telephony/{call.kind}/", content=body, headers=headers)
                except httpx.HTTPError as error:
                    raise CommandError(f"No server at {url}: {error}") from error
                took = (time.perf_counter() - begun) * 1000
                self.stdout.write(f"  {beat.step}: {answer.status_code} {answer.text.strip()} ({took:.0f} ms)")


recording_fetched = threading.Event()


class _Recording(BaseHTTPRequestHandler):
    """A provider's storage with one recording."""

    def do_GET(self) -> None:
        content = sound()
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        recording_fetched.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the command tells what it does."""


@contextmanager
def _recording_server() -> Iterator[str]:
    recording_fetched.clear()
    with HTTPServer(("127.0.0.1", 0), _Recording) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/recording.wav"
        server.shutdown()


def _account(name: str) -> TelephonyAccount:
    accounts = TelephonyAccount.objects.active()
    account = accounts.filter(name=name).first() if name else accounts.first()
    if account is None:
        raise CommandError("There is no such active telephony account. Add one in Telefonia.")
    return account


def _person(email: str) -> User:
    people = User.objects.filter(is_active=True).exclude(phone_extension="").order_by("pk")
    person = people.filter(email=email).first() if email else people.filter(leads__isnull=False).first()
    if person is None:
        raise CommandError("There is nobody with a phone extension (Profil, or Użytkownicy).")
    return person


def _number_of(person: User) -> str:
    lead = Lead.objects.filter(sales_person=person, is_closed=False).exclude(phone_e164="").order_by("-pk").first()
    return lead.phone_e164 if lead else "+48699000111"
