"""Testuj serwer, the half that sends: real servers, and what is said when one of them does not do."""

import socket
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from communications.imap.connection import ImapServer
from communications.models import MailAccount, Security
from communications.services import checking
from communications.services.checking import check_imap, check_smtp
from communications.smtp import SmtpServer
from tests.communications.smtp_server import PASSWORD, TOKEN, MailServer, running_smtp

LOGIN = "biuro@lejek.test"
INTERNAL = ("localhost", "127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "::1", "0.0.0.0")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_polish():
    with translation.override("pl"):
        yield


def server_of(smtp: MailServer, **values) -> SmtpServer:
    given = {"host": smtp.host, "port": smtp.port, "uses_tls": True, "login": LOGIN, "password": PASSWORD, **values}
    return SmtpServer(**given)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_the_form_says_that_sending_works(client, ewa, smtp, settings):
    client.force_login(ewa)
    form = {
        "from_address": LOGIN, "sign_in": "password", "password": "imap", "smtp_password": PASSWORD,
        "imap_host": "localhost", "imap_port": "1", "imap_security": "tls", "smtp_host": smtp.host,
        "smtp_port": smtp.port, "smtp_security": "tls", "folders": ["INBOX"],
        "start_date": timezone.localdate().isoformat(),
    }  # fmt: skip

    page = client.post(reverse("communications:account_test_new"), form).content.decode()

    assert "Wysyłanie działa" in page
    assert "niczego nie wysłano" in page
    assert (smtp.logins, smtp.received) == ([LOGIN], [])
    assert not MailAccount.objects.exists()


def test_a_token_signs_in_too(smtp):
    assert check_smtp(server_of(smtp, password="", token=TOKEN)).problem == ""
    assert "Zaloguj się ponownie" in check_smtp(server_of(smtp, password="", token="stary")).problem


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "nie to, żółw"}, "nie przyjmuje tego loginu i hasła"),
        ({"password": ""}, "nie przyjmuje tego loginu i hasła"),
        ({"host": "nie.ma.takiego.invalid"}, "Nie ma serwera o nazwie nie.ma.takiego.invalid"),
        ({"host": "a..b"}, "Nie ma serwera o nazwie"),
        ({"port": 1}, "nie przyjmuje połączeń na porcie 1"),
        ({"host": "127.0.0.1"}, "Certyfikatowi serwera 127.0.0.1 nie można zaufać"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(smtp, values, sentence):
    assert sentence in check_smtp(server_of(smtp, **values)).problem
    assert smtp.logins == []


@pytest.mark.parametrize("uses_tls", [True, False])
def test_a_server_that_hangs_is_not_waited_for_long(silent, monkeypatch, uses_tls):
    monkeypatch.setattr(checking, "TIMEOUT", 0.2)
    server = SmtpServer("localhost", silent, uses_tls, LOGIN, PASSWORD)

    assert f"nie odpowiada na porcie {silent}" in check_smtp(server).problem


def test_starttls_is_asked_for_and_nothing_goes_without_it(tmp_path, settings):
    with running_smtp(tmp_path, security=Security.STARTTLS) as (smtp, authority):
        settings.MAIL_CA_FILE = authority
        assert check_smtp(server_of(smtp, uses_tls=False)).problem == ""
        assert "nie obsługuje tego rodzaju szyfrowania" in check_smtp(server_of(smtp)).problem
        assert smtp.logins == [LOGIN]
    with running_smtp(tmp_path, security="") as (smtp, _authority):
        assert "nie obsługuje tego rodzaju szyfrowania" in check_smtp(server_of(smtp, uses_tls=False)).problem
        assert smtp.logins == []


def test_an_untrusted_authority_is_refused(smtp, settings):
    settings.MAIL_CA_FILE = ""

    assert "nie można zaufać" in check_smtp(server_of(smtp)).problem
    assert smtp.logins == []


# --- Our own network ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "10.0.0.7", "192.168.1.1", "169.254.169.254", "::1", "0.0.0.0"]
)
def test_nothing_is_asked_in_an_internal_network(settings, monkeypatch, host):
    settings.MAIL_TRUSTED_HOSTS = []
    monkeypatch.setattr(socket, "create_connection", lambda *_arguments: pytest.fail("a connection was made"))

    for check in (
        check_smtp(SmtpServer(host, 465, True, LOGIN, PASSWORD)),
        check_smtp(SmtpServer(host, 587, False, LOGIN, PASSWORD)),
        check_imap(ImapServer(host, 993, "tls", LOGIN, PASSWORD)),
        check_imap(ImapServer(host, 143, "starttls", LOGIN, PASSWORD)),
    ):
        assert f"Serwer {host} jest w sieci wewnętrznej" in check.problem


def test_a_trusted_host_is_one_with_its_port(smtp, settings):
    settings.MAIL_TRUSTED_HOSTS = [f"localhost:{smtp.port}"]

    assert check_smtp(server_of(smtp)).problem == ""
    assert check_smtp(server_of(smtp, host="LOCALHOST")).problem == ""
    assert "sieci wewnętrznej" in check_smtp(server_of(smtp, port=22)).problem


def test_a_name_that_changes_its_mind_leads_nowhere(smtp, settings, monkeypatch):
    """It is looked up once: what was checked is what is connected to."""
    settings.MAIL_TRUSTED_HOSTS = []
    answers = iter(["93.184.215.14", "127.0.0.1"])
    connected = []
    found = lambda *_a, **_k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), smtp.port))]  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", found)

    def refuse(address, *_arguments):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)

    assert "nie przyjmuje połączeń" in check_smtp(server_of(smtp, host="zmienna.test")).problem
    assert connected == [("93.184.215.14", smtp.port)]
