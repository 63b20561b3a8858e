"""The seed funnel of an empty system."""

import pytest
from django.core.management import call_command

from crm.models import (
    ActivityType,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    Position,
    Source,
    User,
)
from leads.services import create_lead, mark_lost
from tests.factories.crm import LeadTagFactory

pytestmark = pytest.mark.django_db


def test_the_seed_is_a_funnel_that_works(ola: User) -> None:
    call_command("load_seed")

    statuses = list(LeadStatus.objects.values_list("name", "is_closed", "is_won", "is_lost"))
    assert [name for name, *_marks in statuses] == [
        "Nowy",
        "Kwalifikacja",
        "Propozycja",
        "Negocjacje",
        "Wygrana",
        "Porażka",
    ]
    assert statuses[4][1:] == (True, True, False)
    assert statuses[5][1:] == (True, False, True)
    assert [priority.name for priority in LeadPriority.objects.all()] == ["Niski", "Normalny", "Wysoki", "Pilny"]
    assert LostReason.objects.filter(name="Nieznany (import)").exists()
    assert all(kind.objects.exists() for kind in (LeadTag, Medium, Source, Position))  # type: ignore[attr-defined]
    assert [(row.name, row.kind) for row in ActivityType.objects.all()] == [
        ("Telefon", "call"),
        ("E-mail", "email"),
        ("Spotkanie", "meeting"),
        ("Zadanie", "task"),
    ]

    lead = create_lead(values={"name": "Pierwszy"}, by=ola)
    assert (lead.status.name, lead.type) == ("Nowy", LeadType.objects.get())
    assert mark_lost(lead=lead, reason=LostReason.objects.all()[0], by=ola).status.name == "Porażka"


def test_it_is_loaded_once() -> None:
    call_command("load_seed")
    LeadStatus.objects.filter(name="Negocjacje").delete()
    LeadTag.objects.all().delete()

    call_command("load_seed")

    assert not LeadStatus.objects.filter(name="Negocjacje").exists()
    assert not LeadTag.objects.exists()


def test_a_system_that_somebody_set_up_is_left_alone() -> None:
    LeadTagFactory(name="mój")

    call_command("load_seed")

    assert not LeadStatus.objects.exists()
    assert [tag.name for tag in LeadTag.objects.all()] == ["mój"]
