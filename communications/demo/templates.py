"""E-mail templates of the demo funnel."""

from communications.models import EmailTemplate
from communications.services.templates import TemplateValues, save_template
from crm.models import LeadStatus, LeadType

# Name, subject, text, names of the types and statuses for which it is offered.
TEMPLATES = (
    (
        "Podziękowanie za zapytanie",
        "Dziękujemy za zapytanie: {{ lead.name }}",
        "<div>Dzień dobry,</div><div><br></div><div>dziękujemy za zapytanie („{{ lead.name }}”). Zajmuje się nim"
        " {{ lead.sales_person }}. Aby przygotować ofertę, potrzebujemy jeszcze:</div><ul><li>wymiarów pomieszczenia"
        " i wysokości w świetle,</li><li>ciężaru i wymiarów palet,</li><li>oczekiwanego terminu dostawy.</li></ul>",
        (),
        ("Nowy", "Kwalifikacja"),
    ),
    (
        "Oferta",
        "Oferta: {{ lead.product }} ({{ lead.number }})",
        "<div>Dzień dobry,</div><div><br></div><div>w załączeniu przesyłam ofertę: <strong>{{ lead.product }}</strong>."
        " Cena obowiązuje przez 30 dni. Chętnie odpowiem na pytania, także telefonicznie.</div>",
        ("Sprzedaż", "Wynajem"),
        ("Propozycja", "Negocjacje"),
    ),
    (
        "Przypomnienie o ofercie",
        "Czy mogę jeszcze pomóc? {{ lead.name }}",
        "<div>Dzień dobry,</div><div><br></div><div>czy mieli Państwo okazję przejrzeć naszą ofertę? Jeśli coś wymaga"
        " zmiany, proszę o wiadomość – przygotuję nową wersję.</div>",
        (),
        ("Propozycja", "Negocjacje"),
    ),
    (
        "Potwierdzenie terminu serwisu",
        "Termin serwisu, zgłoszenie {{ lead.number }}",
        "<div>Dzień dobry,</div><div><br></div><div>potwierdzam wizytę serwisu pod adresem: {{ lead.street }},"
        " {{ lead.postal_code }} {{ lead.city }}. Serwisant zadzwoni godzinę przed przyjazdem.</div>",
        ("Serwis",),
        (),
    ),
    (
        "Podziękowanie za zamówienie",
        "Dziękujemy za zamówienie",
        "<div>Dzień dobry,</div><div><br></div><div>dziękujemy za zaufanie. O terminie dostawy napiszę osobno,"
        " najpóźniej w ciągu dwóch dni roboczych.</div>",
        (),
        ("Wygrana",),
    ),
)


def add_templates() -> None:
    """Store them in this order."""
    types = {row.name: row for row in LeadType.objects.all()}
    statuses = {row.name: row for row in LeadStatus.objects.all()}
    for name, subject, body, of_types, in_statuses in TEMPLATES:
        values: TemplateValues = {"name": name, "subject": subject, "body": body, "sort_order": 0}
        save_template(
            template=EmailTemplate(),
            values=values,
            types=[types[chosen] for chosen in of_types],
            statuses=[statuses[chosen] for chosen in in_statuses],
            by=None,
        )
