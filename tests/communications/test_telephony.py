"""Telefonia and „Zadzwoń”: what is set up, tried, asked of the provider, and told when it fails."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from communications.models import Call, TelephonyAccount
from communications.services.telephony import tell_of_refusals
from communications.telephony import generic
from crm.models import Notification, User
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.provider_server import ProviderServer, running_provider
from tests.communications.telephony import flow, send
from tests.factories.calls import SECRET, CallFactory, TelephonyFactory
from tests.factories.leads import LeadFactory

URL = "/settings/telephony/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def provider(settings: Settings) -> Iterator[ProviderServer]:
    settings.TELEPHONY_TRUSTED_HOSTS = ["127.0.0.1"]
    cache.clear()
    with running_provider() as running:
        settings.ZADARMA_API_URL = running.url
        yield running


@pytest.fixture
def as_ewa(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


@pytest.fixture
def lead(ola: User, funnel: FunnelCast) -> Lead:
    ola.phone_extension = "101"
    ola.save()
    return LeadFactory(status=funnel.new, sales_person=ola, phone="600 100 200", phone_e164="+48600100200")


# --- Setting up ----------------------------------------------------------------------------------------------------


def test_an_account_is_set_up_and_its_secret_is_not_shown_again(as_ewa: Client) -> None:
    proposed = as_ewa.get(f"{URL}new/generic/").context["form"]["new_secret"].value()
    assert len(proposed) >= 32

    answer = as_ewa.post(f"{URL}new/generic/", {"name": "Centrala", "new_secret": proposed, "is_active": "on"})

    account = TelephonyAccount.objects.get()
    assert answer.status_code == 302
    assert (account.secret, account.kind, account.is_active) == (proposed, "generic", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM communications_telephonyaccount")
        assert proposed not in cursor.fetchone()[0]
    for page in (URL, f"{URL}{account.pk}/"):
        text = as_ewa.get(page).content.decode()
        assert proposed not in text
        assert "/webhooks/telephony/generic/" in text
    as_ewa.post(f"{URL}{account.pk}/", {"name": "Nowa", "new_secret": "", "version": account.version})
    account.refresh_from_db()
    assert (account.name, account.secret, account.is_active) == ("Nowa", proposed, False)


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("generic", {"name": "", "new_secret": "x"}, "name"),
        ("generic", {"name": "A", "new_secret": ""}, "new_secret"),
        ("generic", {"name": "A", "new_secret": "x", "callback_url": "http://centrala.example/"}, "callback_url"),
        ("generic", {"name": "A", "new_secret": "x", "callback_url": "https://"}, "callback_url"),
        ("zadarma", {"name": "A", "new_secret": "x", "time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(as_ewa: Client, kind: str, values: dict[str, str], field: str) -> None:
    answer = as_ewa.post(f"{URL}new/{kind}/", values)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not TelephonyAccount.objects.exists()


def test_a_second_editor_is_asked(as_ewa: Client) -> None:
    account = TelephonyFactory(name="Centrala")
    TelephonyAccount.objects.filter(pk=account.pk).update(name="Inna")

    answer = as_ewa.post(f"{URL}{account.pk}/", {"name": "Moja", "is_active": "on", "version": account.version})

    assert answer.status_code == 409
    assert SECRET not in answer.content.decode()
    account.refresh_from_db()
    assert account.name == "Inna"


def test_an_account_with_calls_stays(as_ewa: Client) -> None:
    used, unused = CallFactory().account, TelephonyFactory()
    for account in (used, unused):
        as_ewa.post(f"{URL}{account.pk}/delete/")

    assert list(TelephonyAccount.objects.all()) == [used]


def test_the_page_tells_what_goes_wrong(as_ewa: Client) -> None:
    TelephonyFactory()
    cache.clear()
    send({"call_id": "a"}, secret="obcy")
    send({"call_id": "a"})

    text = as_ewa.get(URL).content.decode()

    assert "Podpis jest błędny: w centrali wpisano inny sekret." in text
    assert "Zachowano 1 niezrozumiałe powiadomienie." in text
    assert "Pole event może mieć wartość: started" in text


def test_managers_are_told_after_an_hour_of_refusals(ewa: User, ola: User) -> None:
    account = TelephonyFactory(name="Centrala")
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for minutes, expected in ((0, 0), (30, 0), (61, 1), (90, 1)):
            clock.move_to(now + timedelta(minutes=minutes))
            cache.clear()
            send({"call_id": "a"}, secret="obcy", at=now + timedelta(minutes=minutes))
            tell_of_refusals()
            assert Notification.objects.filter(kind="telephony").count() == expected, minutes
        told = Notification.objects.get(kind="telephony")
        assert (told.user, told.what, told.details) == (
            ewa,
            "Centrala",
            "Podpis jest błędny: w centrali wpisano inny sekret.",
        )
        # A good one ends it; one stray request long after is no failure.
        send(flow()[0], at=timezone.now())
        account.health.refresh_from_db()
        assert (account.health.failing_since, account.health.told_at) == (None, None)
        cache.clear()
        send({"call_id": "a"}, secret="obcy", at=timezone.now())
        clock.move_to(now + timedelta(days=1))
        tell_of_refusals()
    assert Notification.objects.filter(kind="telephony").count() == 1


# --- Testuj --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (200, {}, "Telefonia odpowiada i przyjmuje podpis."),
        (403, {}, "ma ustawiony inny sekret"),
        (500, {"error": "przeciążenie"}, "Telefonia odmówiła: przeciążenie"),
        (500, b"<html>", "Telefonia odmówiła: HTTP 500"),
    ],
)
def test_generic_is_tried(as_ewa: Client, provider: ProviderServer, status: int, answer: Any, told: str) -> None:
    account = TelephonyFactory(callback_url=f"{provider.url}/calls")
    provider.answer("/calls", answer, status=status)

    page = as_ewa.post(f"{URL}{account.pk}/check/", follow=True).content.decode()

    assert told in page
    _method, _path, headers, body = provider.requests[0]
    assert json.loads(body) == {"action": "check"}
    timestamp = headers["x-lejek-timestamp"]
    assert headers["x-lejek-signature"] == generic.sign(body, secret=SECRET, timestamp=timestamp)


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (200, {"status": "success", "timezone": "UTC+1"}, "Strefa czasowa konta: UTC+1."),
        (401, {"status": "error", "message": "Not authorized"}, "nie przyjmuje klucza API albo sekretu"),
        (429, {"status": "error"}, "chwilowo nie przyjmuje więcej zapytań"),
        (200, {"status": "error", "message": "Brak środków"}, "Telefonia odmówiła: Brak środków"),
    ],
)
def test_zadarma_is_tried(as_ewa: Client, provider: ProviderServer, status: int, answer: Any, told: str) -> None:
    account = TelephonyFactory(kind="zadarma", api_key="klucz")
    provider.answer("/v1/info/timezone/", answer, status=status)

    assert told in as_ewa.post(f"{URL}{account.pk}/check/", follow=True).content.decode()


def test_a_server_that_is_away_is_told_in_words(as_ewa: Client, settings: Settings) -> None:
    settings.TELEPHONY_TRUSTED_HOSTS = ["127.0.0.1"]
    account = TelephonyFactory(callback_url="http://127.0.0.1:9/")
    assert "Brak połączenia" in as_ewa.post(f"{URL}{account.pk}/check/", follow=True).content.decode()
    TelephonyAccount.objects.update(callback_url="https://nie-ma-takiego.invalid/")
    assert "Nie ma serwera o nazwie" in as_ewa.post(f"{URL}{account.pk}/check/", follow=True).content.decode()


# --- Zadzwoń -------------------------------------------------------------------------------------------------------


def test_the_provider_is_asked_to_call_and_the_call_finds_its_lead(
    client: Client, provider: ProviderServer, ola: User, lead: Lead
) -> None:
    TelephonyFactory(callback_url=f"{provider.url}/calls")
    provider.answer("/calls", {})
    client.force_login(ola)
    assert f"/leads/{lead.pk}/call/" in client.get(f"/leads/{lead.pk}/").content.decode()

    answer = client.post(f"/leads/{lead.pk}/call/", headers=HTMX)

    assert answer.status_code == 204
    assert json.loads(provider.requests[0][3]) == {"action": "call", "extension": "101", "number": "+48600100200"}
    now = datetime.now(UTC).isoformat()
    out = {"call_id": "o", "event": "started", "direction": "out", "time": now, "extension": "101"}
    send({**out, "recipient": "600100200"})
    send({**out, "call_id": "other", "recipient": "600100299"})
    assert Call.objects.get(external_id="o").lead == lead
    assert Call.objects.get(external_id="other").lead is None


def test_zadarma_is_asked_to_call(client: Client, provider: ProviderServer, ola: User, lead: Lead) -> None:
    TelephonyFactory(kind="zadarma", api_key="klucz")
    provider.answer("/v1/request/callback/", {"status": "success"})
    client.force_login(ola)

    assert client.post(f"/leads/{lead.pk}/call/", headers=HTMX).status_code == 204

    assert provider.requests[0][1] == "/v1/request/callback/?format=json&from=101&sip=101&to=%2B48600100200"


def test_a_refusal_is_told(client: Client, provider: ProviderServer, ola: User, lead: Lead) -> None:
    TelephonyFactory(callback_url=f"{provider.url}/calls")
    provider.answer("/calls", {"error": "telefon jest wyłączony"}, status=409)
    client.force_login(ola)

    answer = client.post(f"/leads/{lead.pk}/call/", headers=HTMX)

    assert answer.status_code == 422
    told = json.loads(answer["HX-Trigger"])["lejek:toast"]["toasts"][0]
    assert told == {"text": "Telefonia odmówiła: telefon jest wyłączony", "level": "danger"}


@pytest.mark.parametrize("lacking", ["telephony", "extension", "number"])
def test_without_a_callback_the_device_calls(client: Client, ola: User, lead: Lead, lacking: str) -> None:
    if lacking != "telephony":
        TelephonyFactory(kind="zadarma", api_key="klucz")
    if lacking == "extension":
        User.objects.filter(pk=ola.pk).update(phone_extension="")
    if lacking == "number":
        Lead.objects.filter(pk=lead.pk).update(phone="", phone_e164="")
    client.force_login(ola)

    text = client.get(f"/leads/{lead.pk}/").content.decode()

    assert ('href="tel:+48600100200"' in text) is (lacking != "number")
    assert f"/leads/{lead.pk}/call/" not in text
    assert client.post(f"/leads/{lead.pk}/call/", headers=HTMX).status_code == 422
