"""E-mail accounts: set up, tried out, changed, stopped and deleted, by those who may."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from communications.models import MailAccount, MailFolder, Message, MessagePlace, Problem
from communications.services.accounts import save_account
from crm.errors import RuleError
from tests.communications.dovecot import PASSWORD
from tests.communications.mails import fetch_all, mail
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ewa(client, ewa):
    client.force_login(ewa)
    return client


def form_of(dovecot, **values):
    """What the form posts for an account on the server."""
    return {
        "name": "Biuro", "from_address": "biuro@lejek.test", "from_name": "Biuro Lejek", "sign_in": "password",
        "login": "biuro@lejek.test", "password": PASSWORD, "imap_host": dovecot.host, "imap_port": dovecot.tls_port,
        "imap_security": "tls", "smtp_security": "tls", "folders": ["INBOX"],
        "start_date": timezone.localdate().isoformat(), **values,
    }  # fmt: skip


def test_a_manager_sets_up_a_shared_account_that_is_fetched_at_once(as_ewa, dovecot, worker):
    dovecot.add_user("biuro@lejek.test")
    dovecot.deliver("biuro@lejek.test", mail("Pierwsza"))

    with worker():
        response = as_ewa.post(reverse("communications:account_create"), form_of(dovecot))

    account = MailAccount.objects.get()
    assert response.url == reverse("communications:account_edit", args=[account.pk])
    assert (account.owner, account.start_date, account.secrets.password) == (None, timezone.localdate(), PASSWORD)
    assert Message.objects.get().subject == "Pierwsza"
    page = as_ewa.get(reverse("communications:account_list")).content.decode()
    assert "Działa" in page
    assert PASSWORD not in page + as_ewa.get(response.url).content.decode()


def test_everybody_sets_up_their_own(client, ola, dovecot):
    client.force_login(ola)

    client.post(reverse("communications:own_account_create"), form_of(dovecot, name=""))

    account = MailAccount.objects.get()
    assert (account.owner, account.name) == (ola, "biuro@lejek.test")
    assert "biuro@lejek.test" in client.get(reverse("communications:own_account_list")).content.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"imap_host": ""}, "Wpisz nazwę serwera."),
        ({"from_address": "nie adres"}, "poprawny adres"),
        ({"password": ""}, "Wpisz hasło."),
        ({"imap_port": "70000"}, "65535"),
        ({"folders": []}, "Wybierz co najmniej jeden folder."),
        ({"history_from": "2200-01-01"}, "To dzień późniejszy niż data początkowa."),
        ({"start_date": ""}, "wymagane"),
    ],
)
def test_what_is_missing_is_said_at_its_field(as_ewa, dovecot, values, sentence):
    response = as_ewa.post(reverse("communications:account_create"), form_of(dovecot, **values))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not MailAccount.objects.exists()


def test_a_stored_password_never_goes_to_another_server(as_ewa, dovecot, mailbox):
    account = mailbox()
    form = {**form_of(dovecot, password="", login=account.login), "version": account.version}

    refused = as_ewa.post(reverse("communications:account_edit", args=[account.pk]), {**form, "imap_host": "evil.test"})
    tried = as_ewa.post(reverse("communications:account_test", args=[account.pk]), {**form, "login": "inny"})

    assert refused.status_code == 422
    assert "wpisz hasło ponownie" in refused.content.decode()
    account.refresh_from_db()
    assert account.imap_host == dovecot.host
    assert "nie przyjmuje tego loginu i hasła" in tried.content.decode()
    assert as_ewa.post(reverse("communications:account_edit", args=[account.pk]), form).status_code == 302
    account.secrets.refresh_from_db()
    assert account.secrets.password == PASSWORD


def test_trying_the_server_shows_its_folders(as_ewa, dovecot):
    dovecot.add_user("biuro@lejek.test")
    dovecot.add_folder("biuro@lejek.test", "Sent")
    dovecot.add_folder("biuro@lejek.test", "Za&AXwA8wFCAQc-")

    page = as_ewa.post(reverse("communications:account_test_new"), form_of(dovecot)).content.decode()

    assert "Odbieranie działa" in page
    assert 'value="Zażółć"' in page
    assert '<input type="hidden" name="sent_folders" value="Sent">' in page
    assert not MailAccount.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "nie to"}, "nie przyjmuje tego loginu i hasła"),
        ({"imap_host": "nie.ma.takiego.invalid"}, "Nie ma serwera o nazwie"),
        ({"imap_port": "1"}, "nie przyjmuje połączeń na porcie"),
        ({"imap_host": "127.0.0.1"}, "Certyfikatowi serwera 127.0.0.1 nie można zaufać"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(as_ewa, dovecot, values, sentence):
    dovecot.add_user("biuro@lejek.test")

    page = as_ewa.post(reverse("communications:account_test_new"), form_of(dovecot, **values)).content.decode()

    assert "Odbieranie nie działa" in page
    assert sentence in page


def test_tls_asked_of_a_port_without_it_is_said(as_ewa, dovecot):
    form = form_of(dovecot, imap_port=dovecot.starttls_port)

    assert "nie obsługuje tego rodzaju szyfrowania" in as_ewa.post(
        reverse("communications:account_test_new"), form
    ).content.decode()  # fmt: skip


def test_an_untrusted_authority_is_refused(as_ewa, dovecot, settings):
    settings.MAIL_CA_FILE = ""

    page = as_ewa.post(reverse("communications:account_test_new"), form_of(dovecot)).content.decode()

    assert "nie można zaufać" in page


def test_folders_that_are_not_ticked_any_more_are_left_alone(dovecot, mailbox, ewa):
    account = mailbox(folders=("Oferty",))
    dovecot.add_folder(account.login, "Oferty")
    dovecot.deliver(account.login, mail("Z Ofert"), folder="Oferty")
    fetch_all(account)

    save_account(account=account, owner=None, values={}, by=ewa, folders=["INBOX"])
    dovecot.deliver(account.login, mail("Druga"), folder="Oferty")

    assert fetch_all(account) == ["Z Ofert"]
    save_account(account=account, owner=None, values={}, by=ewa, folders=["INBOX", "Oferty"])
    assert fetch_all(account) == ["Z Ofert", "Druga"]
    assert MailFolder.objects.filter(account=account).count() == 2


def test_an_earlier_start_brings_what_lies_before_and_nothing_twice(dovecot, mailbox, ewa):
    today = timezone.localdate()
    account = mailbox(start_date=today)
    dovecot.deliver(account.login, mail("Stara"), arrived=timezone.now() - timedelta(days=5))
    dovecot.deliver(account.login, mail("Dzisiejsza"))
    assert fetch_all(account) == ["Dzisiejsza"]

    values = {"start_date": today, "history_from": today - timedelta(days=10)}
    account = save_account(account=account, owner=None, values=values, by=ewa, folders=["INBOX"])
    assert fetch_all(account) == ["Dzisiejsza", "Stara"]
    assert Message.objects.get(subject="Stara").is_old

    values = {"start_date": today - timedelta(days=10), "history_from": None}
    save_account(account=account, owner=None, values=values, by=ewa, folders=["INBOX"])
    assert not Message.objects.filter(is_old=True).exists()
    assert len(fetch_all(account)) == 2


def test_another_mailbox_under_the_same_account_starts_over(dovecot, mailbox, ewa):
    account, other = mailbox(), mailbox()
    dovecot.deliver(account.login, mail("Z pierwszej"))
    dovecot.deliver(other.login, mail("Z drugiej"))
    fetch_all(account)

    values = {"login": other.login}
    with pytest.raises(RuleError):
        save_account(account=account, owner=None, values=values, by=ewa, folders=["INBOX"])
    save_account(account=account, owner=None, values=values, by=ewa, password=PASSWORD, folders=["INBOX"])

    assert fetch_all(account) == ["Z pierwszej", "Z drugiej"]


def test_a_stopped_account_is_taken_up_again(as_ewa, dovecot, mailbox, worker):
    account = mailbox()
    as_ewa.post(reverse("communications:account_deactivate", args=[account.pk]))
    dovecot.deliver(account.login, mail())
    assert fetch_all(account) == []
    assert "Zatrzymane" in as_ewa.get(reverse("communications:account_list")).content.decode()

    with worker():
        as_ewa.post(reverse("communications:account_activate", args=[account.pk]))

    assert Message.objects.filter(account=account).count() == 1


def test_deleting_takes_messages_and_files_along_and_changes_nothing_on_the_server(
    as_ewa, dovecot, mailbox, django_capture_on_commit_callbacks
):
    account = mailbox()
    dovecot.deliver(account.login, mail())
    fetch_all(account)
    raw = Message.objects.get().raw

    with django_capture_on_commit_callbacks(execute=True):
        as_ewa.post(reverse("communications:account_delete", args=[account.pk]))

    assert not MailAccount.objects.exists()
    assert not MessagePlace.objects.exists()
    assert not raw.storage.exists(raw.name)
    with dovecot.client(account.login) as client:
        assert client.select("INBOX", readonly=True)[1] == [b"1"]


def test_an_account_whose_messages_belong_to_leads_stays(as_ewa):
    message = MessageFactory(lead=LeadFactory())
    url = reverse("communications:account_delete", args=[message.account.pk])

    assert "Leady trzymają wiadomości tego konta" in as_ewa.get(url).content.decode()
    assert as_ewa.post(url).status_code == 422

    assert MailAccount.objects.filter(pk=message.account.pk, is_active=True).exists()


def test_the_health_line_tells_what_is_wrong_in_the_reader_s_language(as_ewa, ewa):
    account = MailAccountFactory()
    account.health.problem, account.health.details = Problem.FOLDER, "Oferty <b>"
    account.health.failing_since = timezone.now()
    account.health.save()
    MessageFactory(account=account, parse_error="incomplete")
    url = reverse("communications:account_health", args=[account.pk])

    page = as_ewa.get(url).content.decode()
    assert "Nie można otworzyć wybranego folderu: Oferty &lt;b&gt;." in page
    ewa.language = "en"
    ewa.save()
    assert "A chosen folder can&#x27;t be opened" in as_ewa.get(url).content.decode()


def test_the_progress_of_a_first_look_is_shown(as_ewa):
    account = MailAccountFactory()
    account.health.first_done, account.health.first_total = 1240, 10000
    account.health.save()

    page = as_ewa.get(reverse("communications:account_list")).content.decode()

    assert "1240 z 10 000" in page.replace("\xa0", " ").replace("1 240", "1240")


def test_the_list_asks_the_same_of_the_database_however_many_there_are(as_ewa, django_assert_num_queries):
    url = reverse("communications:account_list")
    counts = []
    for number in (1, 4):
        MailAccountFactory.create_batch(number)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            as_ewa.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_messages_that_were_not_read_are_listed_and_read_again(as_ewa, dovecot, mailbox, worker):
    account = mailbox()
    dovecot.deliver(account.login, mail("Cała"))
    fetch_all(account)
    Message.objects.update(subject="", parse_state="failed", parse_error="RecursionError: too deep")
    message = Message.objects.get()
    url = reverse("communications:unparsed_list", args=[account.pk])
    page = as_ewa.get(url)
    assert "RecursionError" in page.content.decode()
    assert list(page.context["messages"]) == []  # the page's own, which it shows in its corner
    original = as_ewa.get(reverse("communications:unparsed_original", args=[account.pk, message.pk]))
    assert b"".join(original.streaming_content) == mail("Cała")

    with worker():
        as_ewa.post(reverse("communications:unparsed_read", args=[account.pk]), {"message": message.pk})

    message.refresh_from_db()
    assert (message.subject, message.parse_state) == ("Cała", "parsed")
    assert "Wszystko udało się odczytać" in as_ewa.get(url).content.decode()


def test_two_who_change_an_account_are_both_asked(as_ewa, dovecot, mailbox):
    account = mailbox()
    form = {**form_of(dovecot, login=account.login, password="tajne nowe"), "version": account.version}
    MailAccount.objects.update(name="Zmieniona przez kogoś")

    response = as_ewa.post(reverse("communications:account_edit", args=[account.pk]), form)

    assert response.status_code == 409
    page = response.content.decode()
    assert "Zmieniona przez kogoś" in page
    assert "tajne nowe" not in page
