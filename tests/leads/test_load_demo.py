"""Demo data: for an empty system only, the same at every run, within the rules."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Max, Min
from django.test import Client
from django.utils import timezone
from stdnum.pl import nip

from communications.demo.letters import ANSWERS, WAITING
from communications.emails import waiting_for
from communications.models import Call, EmailTemplate, MailAccount, Message, TelephonyAccount
from crm.demo import DEMO_LOGINS, DEMO_PASSWORD
from crm.models import Campaign, LeadType, Notification, Partner, Product, Seller, Team, User
from documents.models import Invoice, Order, Payment
from leads.history import history_of
from leads.models import Activity, Comment, Lead, LeadEvent, LeadFile, LeadStatusChange, RetentionRule
from tests.factories.crm import UserFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(db: None) -> None:
    call_command("load_demo", verbosity=0)


def test_a_team_works_on_three_hundred_leads_of_the_last_year(demo: None) -> None:
    assert Lead.objects.count() == 300
    assert User.objects.filter(is_active=True).count() == 9
    assert Partner.objects.count() == 60
    assert Product.objects.count() == 15
    assert all(nip.is_valid(partner.nip) for partner in Partner.objects.all())
    assert Lead.objects.filter(is_closed=False).count() > 60
    for status in ("Nowy", "Kwalifikacja", "Propozycja", "Negocjacje", "Wygrana", "Porażka"):
        assert Lead.objects.filter(status__name=status).count() >= 5, status
    days = Lead.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    assert timedelta(days=300) < timezone.now() - days["first"] < timedelta(days=370)
    assert timezone.now() - days["last"] < timedelta(days=4)
    assert set(Order.objects.values_list("state", flat=True)) == set(Order.State.values)
    overdue = Invoice.objects.filter(state="due", due_date__lt=timezone.localdate())
    assert overdue.filter(paid_total=0).exists()
    assert overdue.filter(paid_total__gt=0).exists()
    assert Invoice.objects.filter(state="paid").count() > 5
    assert Invoice.objects.exclude(correction_of=None).get().number
    assert Seller.objects.get().logo


def test_the_past_is_told_as_if_it_had_been_lived(demo: None) -> None:
    """Moments of log, history and lead agree, none lies ahead, and no rule was broken on the way."""
    assert not Lead.objects.stranded().exists()
    for lead in Lead.objects.prefetch_related("status_changes", "events"):
        steps = sorted(lead.status_changes.all(), key=lambda step: step.pk)
        events = sorted(lead.events.all(), key=lambda event: event.pgh_id)
        assert [step.changed_at for step in steps] == [event.pgh_created_at for event in events]
        assert steps[0].changed_at == lead.received_at == lead.created_at
        assert steps[-1].changed_at == lead.status_entered_at == lead.updated_at
        assert all(later.stayed == later.changed_at - step.changed_at for step, later in pairwise(steps))
        assert (lead.closed_at == lead.status_entered_at) if lead.is_closed else (lead.closed_at is None)
    assert LeadStatusChange.objects.latest("changed_at").changed_at < timezone.now()
    assert not LeadEvent.objects.filter(pgh_created_at__gt=timezone.now()).exists()
    longest = max(Lead.objects.all(), key=lambda lead: lead.status_changes.count())
    assert history_of(longest).entries[0].at == longest.status_entered_at


def test_people_plan_write_and_keep_files(demo: None) -> None:
    seller = User.objects.get(email="sprzedawca@lejek.test")
    own = Activity.objects.assigned_to(seller)
    assert min(own.overdue().count(), own.planned().count(), own.done().count()) >= 2
    assert own.filter(due_on=timezone.localdate(), done_at=None).exists()
    assert own.filter(partner__isnull=False).count() == 6
    assert Comment.objects.count() > 50
    assert not Comment.objects.filter(created_at__gt=timezone.now()).exists()
    assert set(LeadFile.objects.values_list("kind", flat=True)) == {"image", "pdf", "text"}
    assert Notification.objects.filter(user=seller, kind="mention", mail="none").count() == 3


def test_emails_wait_and_customers_answer(demo: None) -> None:
    seller = User.objects.get(email="sprzedawca@lejek.test")
    assert waiting_for(seller).count() == len(WAITING)
    assert not Message.objects.exclude(parse_state="parsed").exists()
    assert Message.objects.unopened_replies().filter(lead__sales_person=seller).count() == len(ANSWERS)
    assert set(Message.objects.filter(lead__isnull=False).values_list("direction", flat=True)) == {"in", "out"}


@pytest.mark.parametrize("login", DEMO_LOGINS)
def test_the_printed_logins_open_the_system(demo: None, client: Client, login: str) -> None:
    assert client.login(email=login, password=DEMO_PASSWORD)


def test_it_is_the_same_at_every_run(demo: None) -> None:
    first = list(Lead.objects.order_by("pk").values_list("name", "expected_revenue", "phone", "status__name"))
    Payment.objects.all().delete()
    Invoice.objects.exclude(correction_of=None).delete()
    Invoice.objects.all().delete()
    Order.objects.all().delete()
    EmailTemplate.objects.all().delete()
    Message.objects.all().delete()
    MailAccount.objects.all().delete()
    Call.objects.all().delete()
    TelephonyAccount.objects.all().delete()
    Activity.objects.all().delete()
    Payment.objects.all().delete()
    Invoice.objects.exclude(correction_of=None).delete()
    Invoice.objects.exclude(correction_of=None).delete()
    Invoice.objects.all().delete()
    Order.objects.all().delete()
    Seller.objects.all().delete()
    Lead.objects.all().delete()
    Partner.objects.all().delete()
    Product.objects.all().delete()
    User.objects.all().delete()

    for model in (Campaign, Team, RetentionRule):
        model._default_manager.all().delete()
    LeadType.objects.exclude(name="Sprzedaż").delete()
    call_command("load_demo", verbosity=0)

    again = list(Lead.objects.order_by("pk").values_list("name", "expected_revenue", "phone", "status__name"))
    assert [row[:3] for row in again] == [row[:3] for row in first]


@pytest.mark.parametrize("has", [UserFactory, LeadFactory])
def test_a_system_with_data_is_refused(db: None, has: type) -> None:
    has()

    with pytest.raises(CommandError, match="only for an empty one"):
        call_command("load_demo", verbosity=0)
    assert not User.objects.filter(email__in=DEMO_LOGINS).exists()
    assert Lead.objects.count() <= 1


def test_won_leads_became_orders_and_invoices(demo: None) -> None:
    assert {"draft", "confirmed", "done", "cancelled"} == set(Order.objects.values_list("state", flat=True))
    assert {"draft", "due", "paid"} <= set(Invoice.objects.values_list("state", flat=True))
    numbered = Invoice.objects.exclude(number=None)
    assert numbered.count() >= 10
    assert not numbered.filter(issue_date__gt=timezone.localdate()).exists()
