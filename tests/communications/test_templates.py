"""Szablony e-mail: their fields, for which leads they fit, and the pages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from communications.mail_fields import FIELDS, fill_html, fill_line, find_faults
from communications.models import EmailTemplate
from communications.services.templates import save_template, template_mark
from crm.errors import InUse, StaleObject
from crm.models import LeadType, User
from crm.services.reference import archive_item, delete_item
from crm.services.replacing import replace_item
from leads.models import Lead
from tests.cast import FunnelCast
from tests.factories.communications import EmailTemplateFactory
from tests.factories.crm import LeadTypeFactory, PartnerFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db
LIST = "communications:template_list"


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(
        name="Regały <paletowe>",
        status=funnel.new,
        sales_person=ola,
        first_name="Anna",
        last_name="Łoś",
        expected_revenue=Decimal("1234.50"),
        expected_close=date(2026, 12, 31),
    )


def _save(template: EmailTemplate | None = None, *, by: User, types: Any = (), statuses: Any = (), **values: Any):
    values = {"name": "Oferta", "subject": "Oferta", "body": "<div>Dzień dobry</div>", "sort_order": 0, **values}
    seen = values.pop("seen", None)
    given: Any = values
    return save_template(
        template=template or EmailTemplate(), values=given, types=types, statuses=statuses, by=by, seen=seen
    )


# --- Fields -----------------------------------------------------------------------------------------------------------


def test_fields_take_the_values_of_the_lead(lead: Lead, ola: User) -> None:
    line = fill_line("{{lead.number}}: {{ lead.name }}\n", lead=lead, user=ola)
    html = fill_html(
        "<b>{{ lead.name }}</b> {{&nbsp;lead.expected_revenue }}, {{ lead.expected_close }}", lead=lead, user=ola
    )

    assert line.text == f"{lead.number}: Regały <paletowe>"
    assert html.text == "<b>Regały &lt;paletowe&gt;</b> 1 234,50 zł, 31.12.2026".replace(" 234", "\xa0234").replace(
        " zł", "\xa0zł"
    )


def test_every_field_can_be_read_of_an_empty_lead_and_says_so(funnel: FunnelCast, marek: User) -> None:
    lead = LeadFactory(name="Sam", status=funnel.new)

    filled = fill_line(" ".join(field.text for field in FIELDS), lead=lead, user=marek)

    assert "{{" not in filled.text
    empty = {field.name for field in filled.empty}
    assert "lead.partner" in empty
    assert not empty & {"lead.number", "lead.name", "lead.status", "user.full_name", "user.email"}


@pytest.mark.parametrize(
    ("text", "unknown", "loose"),
    [
        ("Dzień dobry {{ lead.name }}", (), False),
        ("{{ lead.nazwa }} {{ user.password }}", ("lead.nazwa", "user.password"), False),
        ("{{ lead.name|safe }} {{ lead.delete }}", ("lead.name|safe", "lead.delete"), False),
        ("{{ <b>lead</b>.name }}", (), False),
        ("{% load x %} {# nic #} { lead.name }", (), False),
        ("{{ lead.name }", (), True),
        ("lead.name }}", (), True),
        ("{{ }}", ("",), False),
    ],
)
def test_faults_are_found(text: str, unknown: tuple[str, ...], loose: bool) -> None:
    faults = find_faults(text)

    assert (faults.unknown, faults.has_loose_braces) == (unknown, loose)


def test_values_are_no_fields_themselves(lead: Lead, ola: User, funnel: FunnelCast) -> None:
    sly = LeadFactory(name="{{ user.email }}", status=funnel.new)

    assert fill_line("{{ lead.name }}", lead=sly, user=ola).text == "{{ user.email }}"


# --- Saving -----------------------------------------------------------------------------------------------------------


def test_an_unknown_field_is_refused_where_it_stands(ewa: User) -> None:
    with pytest.raises(ValidationError) as refused:
        _save(by=ewa, subject="{{ lead.nazwa }}", body="<p>{{ lead.name </p>")

    assert refused.value.message_dict == {
        "subject": ["Nie ma pola {{ lead.nazwa }}. Wybierz pole z listy pól."],
        "body": ["Nawiasy, które otwierają pole, muszą je zamknąć: {{ lead.name }}."],
    }
    assert not EmailTemplate.objects.exists()


def test_the_body_is_sanitised(ewa: User) -> None:
    saved = _save(by=ewa, body='<p onclick="x()">A<script>alert(1)</script><a href="javascript:x">b</a></p>')

    assert saved.body == '<p>A<a rel="noopener noreferrer nofollow">b</a></p>'


def test_a_second_editor_overwrites_nothing(ewa: User, funnel: FunnelCast) -> None:
    template = _save(by=ewa)
    seen = template_mark(template)
    _save(template, by=ewa, statuses=[funnel.new])

    with pytest.raises(StaleObject):
        _save(template, by=ewa, subject="Inny", seen=seen)

    stored = EmailTemplate.objects.get()
    assert stored.subject == "Oferta"
    assert list(stored.statuses.all()) == [funnel.new]


# --- What fits --------------------------------------------------------------------------------------------------------


def test_templates_fit_by_type_and_status(lead: Lead, funnel: FunnelCast) -> None:
    sale, service = LeadTypeFactory(name="Sprzedaż"), LeadTypeFactory(name="Serwis")
    typed = LeadFactory(status=funnel.new, type=sale)
    EmailTemplateFactory(name="zawsze")
    EmailTemplateFactory(name="sprzedaż", types=[sale])
    EmailTemplateFactory(name="oba", types=[sale, service], statuses=[funnel.new, funnel.won])
    EmailTemplateFactory(name="serwis", types=[service])
    EmailTemplateFactory(name="wygrana", statuses=[funnel.won])
    EmailTemplateFactory(name="archiwum", is_archived=True)

    assert {row.name for row in EmailTemplate.objects.fitting(typed)} == {"zawsze", "sprzedaż", "oba"}
    # A lead with no type allows all statuses; it fits what names no type, and what names any.
    assert {row.name for row in EmailTemplate.objects.fitting(lead)} == {"zawsze"}


def test_a_type_that_a_template_is_for_stays_or_is_replaced(ewa: User) -> None:
    sale, service = LeadTypeFactory(name="Sprzedaż"), LeadTypeFactory(name="Serwis")
    one = EmailTemplateFactory(types=[sale])
    both = EmailTemplateFactory(types=[sale, service])

    with pytest.raises(InUse):
        delete_item(item=sale, by=ewa)
    done = replace_item(item=sale, replacement=service, by=ewa)

    assert (done.outcome, done.answer.moved) == ("deleted", 2)
    assert list(one.types.all()) == list(both.types.all()) == [service]
    assert not LeadType.objects.filter(name="Sprzedaż").exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


def _posted(**values: Any) -> dict[str, Any]:
    return {
        "name": "Powitanie",
        "subject": "{{ lead.name }}",
        "body": "<div>Dzień dobry</div>",
        "sort_order": "",
        **values,
    }


def test_a_manager_adds_changes_and_archives_a_template(client: Client, ewa: User, funnel: FunnelCast) -> None:
    client.force_login(ewa)

    added = client.post(reverse("communications:template_create"), _posted(statuses=[funnel.new.pk]))

    template = EmailTemplate.objects.get()
    assert added.headers["Location"] == reverse(LIST)
    assert (template.name, template.subject, list(template.statuses.all())) == (
        "Powitanie",
        "{{ lead.name }}",
        [funnel.new],
    )
    page = client.get(reverse("communications:template_edit", args=[template.pk]))
    changed = client.post(
        reverse("communications:template_edit", args=[template.pk]),
        _posted(name="Witaj", seen=page.context["form"].initial["seen"], sort_order=template.sort_order),
    )
    assert changed.status_code == 302
    template.refresh_from_db()
    assert (template.name, list(template.statuses.all())) == ("Witaj", [])
    client.post(reverse("communications:template_archive", args=[template.pk]))
    assert "Witaj" not in client.get(reverse(LIST)).content.decode().split("toast")[0].split("lj-table-wrap")[-1]
    assert "Witaj" in client.get(reverse(LIST), {"archived": "1"}).content.decode()
    client.post(reverse("communications:template_delete", args=[template.pk]))
    assert not EmailTemplate.objects.exists()


def test_the_form_says_at_the_field_what_is_wrong(client: Client, ewa: User) -> None:
    client.force_login(ewa)

    answer = client.post(reverse("communications:template_create"), _posted(subject="{{ lead.x }}"))

    assert answer.status_code == 422
    assert answer.context["form"].errors["subject"] == ["Nie ma pola {{ lead.x }}. Wybierz pole z listy pól."]
    assert not EmailTemplate.objects.exists()


def test_a_name_that_is_taken_is_said(client: Client, ewa: User) -> None:
    archive_item(item=EmailTemplateFactory(name="powitanie"), by=ewa)
    client.force_login(ewa)

    answer = client.post(reverse("communications:template_create"), _posted())

    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert EmailTemplate.objects.count() == 1


def test_the_form_shows_what_somebody_else_stored(client: Client, ewa: User) -> None:
    template = EmailTemplateFactory(name="Powitanie")
    client.force_login(ewa)
    url = reverse("communications:template_edit", args=[template.pk])
    seen = client.get(url).context["form"].initial["seen"]
    _save(template, by=ewa, name="Powitanie", subject="Nowy temat")

    answer = client.post(url, _posted(seen=seen))

    assert answer.status_code == 409
    assert ("Temat", "Nowy temat") in answer.context["stored"]
    template.refresh_from_db()
    assert template.subject == "Nowy temat"
    again = client.post(url, _posted(seen=answer.context["form"]["seen"].value()))
    assert again.status_code == 302


def test_the_preview_shows_a_real_lead(client: Client, ewa: User, lead: Lead) -> None:
    client.force_login(ewa)

    answer = client.post(
        reverse("communications:template_preview"),
        {
            "lead": lead.pk,
            "subject": "{{ lead.name }}",
            "body": "<b>{{ lead.full_name }}</b> {{ lead.partner }} {{ lead.x }}<script>alert(1)</script>",
        },
    ).content.decode()

    assert "Regały &lt;paletowe&gt;" in answer
    assert "<b>Anna Łoś</b>" in answer
    assert "<script>" not in answer
    assert "Ten lead nie ma wartości pola: Partner" in answer
    assert "Nie ma takiego pola: {{ lead.x }}" in answer


def test_the_preview_of_a_lead_that_one_does_not_see_is_none(client: Client, ewa: User) -> None:
    client.force_login(ewa)

    answer = client.post(reverse("communications:template_preview"), {"lead": 987654, "subject": "a", "body": "b"})

    assert "Wybierz lead" in answer.content.decode()


def test_leads_for_the_preview_are_searched(client: Client, ewa: User, lead: Lead, funnel: FunnelCast) -> None:
    LeadFactory(name="Wózek", status=funnel.new, partner=PartnerFactory())
    client.force_login(ewa)

    found = client.get(reverse("communications:template_leads"), {"q": "regaly"}).json()

    assert [row["id"] for row in found] == [lead.pk]


def test_the_list_takes_as_many_queries_for_many(client: Client, ewa: User, django_assert_max_num_queries: Any) -> None:
    types = LeadTypeFactory.create_batch(3)
    for _number in range(12):
        EmailTemplateFactory(types=types)
    client.force_login(ewa)

    with django_assert_max_num_queries(7):
        client.get(reverse(LIST))
