"""Who becomes the sales person of a lead through somebody else is told so; nobody else is."""

from django.core import mail
from django.test import Client
from django.urls import reverse

from crm.models import Notification, NotificationKind, User
from leads.services import Draft, LeadValues, assign_leads, create_lead, create_leads, update_lead
from leads.services.leaving import Which, hand_over
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.worker import Worker


def _told() -> list[tuple[str, int, str]]:
    return list(Notification.objects.order_by("pk").values_list("user__first_name", "count", "url"))


def test_on_the_card(client: Client, ola: User, ewa: User, funnel: FunnelCast, worker: Worker) -> None:
    lead = LeadFactory(name="Biuro", status=funnel.new, sales_person=None)
    with worker():
        update_lead(lead=lead, values={"sales_person": ola}, by=ewa)
    row = Notification.objects.get()
    assert (row.user, row.by, row.kind, row.what) == (ola, ewa, NotificationKind.ASSIGNMENT, f"{lead.number} Biuro")
    assert row.url == reverse("leads:lead_detail", args=[lead.pk])
    with worker():
        update_lead(lead=lead, values={"name": "Hala"}, by=ewa)
        update_lead(lead=lead, values={"sales_person": None}, by=ewa)
    assert Notification.objects.count() == 1


def test_not_of_what_one_takes_oneself(ola: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, sales_person=None)
    update_lead(lead=lead, values={"sales_person": ola}, by=ola)
    create_lead(values={"name": "Biuro"}, by=ola)
    assert _told() == []


def test_a_new_lead_for_somebody_else(ola: User, ewa: User, funnel: FunnelCast) -> None:
    lead = create_lead(values={"name": "Biuro", "sales_person": ola}, by=ewa)
    assert _told() == [("Ola", 1, reverse("leads:lead_detail", args=[lead.pk]))]


def test_many_at_once_are_one(ola: User, marek: User, ewa: User, funnel: FunnelCast) -> None:
    leads = [LeadFactory(status=funnel.new, sales_person=marek) for _ in range(37)]
    assign_leads(leads=leads[:20], to=ola, by=ewa)
    assign_leads(leads=leads[20:], to=ola, by=ewa)
    assert _told() == [("Ola", 37, f"{reverse('leads:lead_list')}?mine=1")]


def test_the_leads_of_who_leaves(ola: User, marek: User, adam: User, funnel: FunnelCast) -> None:
    for _ in range(3):
        LeadFactory(status=funnel.new, sales_person=marek)
    hand_over(leaver=marek, to=ola, leads=Which.OPEN, activities=False, deactivate=True, by=adam)
    assert _told() == [("Ola", 3, f"{reverse('leads:lead_list')}?mine=1")]


def test_an_import_tells_nobody(ola: User, ewa: User, funnel: FunnelCast, worker: Worker) -> None:
    values: LeadValues = {"name": "Biuro", "sales_person": ola}
    with worker():
        create_leads(drafts=[Draft(values=values), Draft(values=values)], by=ewa, imported=True)
    assert _told() == []
    assert mail.outbox == []
