"""Fill an empty system with a sensible Polish funnel and the choices around it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from crm.models import (
    ActivityType,
    Campaign,
    Colour,
    InvoiceType,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    OrderType,
    Position,
    ReferenceItem,
    Source,
    SystemSettings,
)

STATUSES: list[dict[str, Any]] = [
    {"name": "Nowy", "colour": Colour.BLUE, "stuck_after_days": 3},
    {"name": "Kwalifikacja", "colour": Colour.AZURE},
    {"name": "Propozycja", "colour": Colour.PURPLE},
    {"name": "Negocjacje", "colour": Colour.ORANGE},
    {"name": "Wygrana", "colour": Colour.GREEN, "is_closed": True, "is_won": True},
    {"name": "Porażka", "colour": Colour.RED, "is_closed": True, "is_lost": True},
]
# One type, which every new lead gets by itself; without ticks it allows all statuses.
TYPES = ["Sprzedaż"]
PRIORITIES = {
    "Niski": Colour.GRAY,
    "Normalny": Colour.BLUE,
    "Wysoki": Colour.ORANGE,
    "Pilny": Colour.RED,
}
TAGS = {
    "targi": Colour.PURPLE,
    "follow-up": Colour.AZURE,
    "stały klient": Colour.GREEN,
    "duży klient": Colour.INDIGO,
    "przetarg": Colour.ORANGE,
}
LOST_REASONS = [
    "Za drogo",
    "Wybrano konkurencję",
    "Brak budżetu",
    "Brak kontaktu",
    "Nieodpowiedni termin",
    "Nie nasza oferta",
    "Rezygnacja z zakupu",
    "Duplikat lub spam",
    "Nieznany (import)",
]
MEDIA = ["Telefon", "E-mail", "Formularz na stronie", "Media społecznościowe", "Spotkanie", "Reklama", "Import"]
SOURCES = [
    "Strona internetowa",
    "Wyszukiwarka",
    "Polecenie",
    "Targi i konferencje",
    "Facebook",
    "LinkedIn",
    "Stały klient",
    "Kontakt własny",
]
POSITIONS = [
    "Właściciel",
    "Prezes zarządu",
    "Dyrektor",
    "Kierownik",
    "Specjalista ds. zakupów",
    "Księgowość",
    "Asystent",
]
ACTIVITY_TYPES: list[dict[str, Any]] = [
    {"name": "Telefon", "kind": ActivityType.Kind.CALL, "icon": "phone", "colour": Colour.GREEN},
    {"name": "E-mail", "kind": ActivityType.Kind.EMAIL, "icon": "mail", "colour": Colour.BLUE},
    {"name": "Spotkanie", "kind": ActivityType.Kind.MEETING, "icon": "users", "colour": Colour.PURPLE},
    {"name": "Zadanie", "kind": ActivityType.Kind.TASK, "icon": "checkbox", "colour": Colour.GRAY},
]
ORDER_TYPES = [{"name": "Zamówienie sprzedaży", "pattern": "ZS/{rok}/{miesiąc}/{nr:04}"}]
INVOICE_TYPES: list[dict[str, Any]] = [
    {"name": "Faktura VAT", "pattern": "FV/{rok}/{miesiąc}/{nr:04}"},
    {"name": "Faktura korygująca", "pattern": "KOR/{rok}/{miesiąc}/{nr:04}", "is_correction": True},
]
KINDS: tuple[type[ReferenceItem], ...] = (
    LeadStatus,
    LeadType,
    LeadPriority,
    LeadTag,
    LostReason,
    Campaign,
    Medium,
    Source,
    Position,
    ActivityType,
    OrderType,
    InvoiceType,
)


class Command(BaseCommand):
    """Run at every start; a system in which somebody has set anything up is left alone."""

    help = "Loads the seed funnel into an empty system."

    def handle(self, *args: Any, **options: Any) -> None:
        if load_seed():
            self.stdout.write("Seed funnel loaded.")


def load_seed() -> bool:
    """Load the seed when there is no reference data at all; tell whether it was loaded."""
    with transaction.atomic():
        parameters = SystemSettings.objects.select_for_update().get(pk=1)  # one start at a time
        if any(kind._default_manager.exists() for kind in KINDS):
            return False
        _store(LeadStatus, STATUSES)
        _store(LeadType, [{"name": name} for name in TYPES])
        _store(LeadPriority, [{"name": name, "colour": colour} for name, colour in PRIORITIES.items()])
        _store(LeadTag, [{"name": name, "colour": colour} for name, colour in TAGS.items()])
        _store(LostReason, [{"name": name} for name in LOST_REASONS])
        _store(Medium, [{"name": name} for name in MEDIA])
        _store(Source, [{"name": name} for name in SOURCES])
        _store(Position, [{"name": name} for name in POSITIONS])
        _store(ActivityType, ACTIVITY_TYPES)
        _store(OrderType, ORDER_TYPES)
        _store(InvoiceType, INVOICE_TYPES)
        parameters.order_type = OrderType.objects.get(name=ORDER_TYPES[0]["name"])
        parameters.invoice_type = InvoiceType.objects.get(name=INVOICE_TYPES[0]["name"])
        parameters.save()
    return True


def _store(model: type[ReferenceItem], items: list[dict[str, Any]]) -> None:
    model._default_manager.bulk_create([model(sort_order=place, **values) for place, values in enumerate(items, 1)])
