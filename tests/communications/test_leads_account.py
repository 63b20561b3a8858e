"""„Konto e-mail dla leadów” of the settings: who may choose which account, and who writes from it first."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from communications.models import MailAccount
from communications.services.accounts import set_active
from communications.services.leads_account import choose_leads_account
from crm.errors import RuleError
from crm.models import SystemSettings, User
from leads.mailing import mail_sender
from leads.models import Lead
from tests.cast import FunnelCast
from tests.communications.sending import sending_account
from tests.communications.smtp_server import MailServer
from tests.factories.communications import MailAccountFactory, MessageFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/"


@pytest.fixture
def first() -> MailAccount:
    return sending_account(MailServer(port=1), name="Biuro", from_address="biuro@lejek.test")


@pytest.fixture
def second() -> MailAccount:
    return sending_account(MailServer(port=1), name="Leady", from_address="leady@lejek.test")


def _save(client: Client, **changes: object) -> object:
    form = client.get(SETTINGS).context["form"]
    values = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    return client.post(SETTINGS, {**values, **changes})


def _chosen() -> list[str]:
    return list(MailAccount.objects.filter(is_for_leads=True).values_list("name", flat=True))


def _sender(client: Client, user: User, query: str) -> int:
    client.force_login(user)
    page = client.get(f"/emails/compose/?{query}", headers={"HX-Request": "true"})
    return int(page.context["form"]["account"].value())


def test_a_manager_chooses_it_in_the_settings(
    client: Client, first: MailAccount, second: MailAccount, ewa: User, ola: User
) -> None:
    sending_account(MailServer(port=1), owner=ola, name="Oli")
    MailAccountFactory(name="Nie wysyła")
    client.force_login(ewa)
    offered = client.get(SETTINGS).context["form"].fields["leads_account"].queryset
    assert [row.name for row in offered] == ["Biuro", "Leady"]

    assert _save(client, leads_account=second.pk).status_code == 302
    assert _chosen() == ["Leady"]
    assert "dla leadów" in client.get("/settings/email-accounts/").content.decode()
    assert _save(client, leads_account=first.pk, stuck_after_days=9).status_code == 302
    assert (_chosen(), SystemSettings.objects.current().stuck_after_days) == (["Biuro"], 9)
    assert _save(client, leads_account="").status_code == 302
    assert _chosen() == []


def test_a_second_manager_overwrites_nothing(
    client: Client, first: MailAccount, second: MailAccount, ewa: User
) -> None:
    client.force_login(ewa)
    seen = client.get(SETTINGS).context["form"]["seen"].value()
    choose_leads_account(account=first, by=ewa)

    stale = _save(client, leads_account=second.pk, seen=seen)

    assert stale.status_code == 422
    assert ("Konto e-mail dla leadów", "Biuro") in stale.context["stored"]
    assert _chosen() == ["Biuro"]
    again = {name: stale.context["form"][name].value() or "" for name in stale.context["form"].fields}
    assert client.post(SETTINGS, again).status_code == 302
    assert _chosen() == ["Leady"]


def test_what_does_not_send_or_is_somebody_s_own_is_refused(
    client: Client, first: MailAccount, ewa: User, ola: User
) -> None:
    own = sending_account(MailServer(port=1), owner=ola)
    silent = MailAccountFactory(smtp_host="")
    client.force_login(ewa)
    for account in (own, silent):
        answer = _save(client, leads_account=account.pk)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["leads_account"]
        with pytest.raises(RuleError):
            choose_leads_account(account=account, by=ewa)
    with pytest.raises(IntegrityError), transaction.atomic():
        MailAccount.objects.filter(pk=own.pk).update(is_for_leads=True)
    assert _chosen() == []


def test_the_dialog_begins_with_it_unless_one_has_an_own_account_or_answers(
    client: Client, first: MailAccount, second: MailAccount, funnel: FunnelCast, ola: User, marek: User, ewa: User
) -> None:
    lead: Lead = LeadFactory(status=funnel.new, email="jan@klient.test", sales_person=ola)
    choose_leads_account(account=second, by=ewa)
    own = sending_account(MailServer(port=1), owner=marek)
    message = MessageFactory(account=first, lead=lead)

    assert _sender(client, ola, f"lead={lead.pk}") == second.pk
    assert _sender(client, ola, f"reply={message.pk}") == first.pk
    assert _sender(client, marek, f"lead={lead.pk}") == own.pk
    mail_sender().send(to="jan@klient.test", subject="Faktura", body="Dzień dobry", by=ola, lead=lead)
    assert lead.messages.get(direction="out").account == second


def test_a_stopped_one_is_passed_over_and_stays_chosen(
    client: Client, first: MailAccount, second: MailAccount, funnel: FunnelCast, ola: User, ewa: User
) -> None:
    lead = LeadFactory(status=funnel.new, email="jan@klient.test")
    choose_leads_account(account=second, by=ewa)
    set_active(account=second, is_active=False, by=ewa)

    assert _sender(client, ola, f"lead={lead.pk}") == first.pk
    client.force_login(ewa)
    assert "Leady &lt;leady@lejek.test&gt; – obecnie nic nie wysyła" in client.get(SETTINGS).content.decode()
    assert _save(client, stuck_after_days=8).status_code == 302
    assert _chosen() == ["Leady"]
    with pytest.raises(RuleError):
        choose_leads_account(account=second, by=ewa)
    second.delete()
    assert client.get(SETTINGS).context["form"]["leads_account"].value() is None
