"""A script pasted into every text field there is: each page, fragment and answer shows it as text."""

from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from crm.models import Partner, PartnerContact, Product, SystemSettings, Team
from crm.reference import KINDS
from leads.models import ImportMapping, ImportRun, Lead
from tests.factories.leads import LeadFactory
from tests.leads.importing import check, upload
from tests.scenarios.forms import open_form
from tests.test_permissions import Cast, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

SCRIPT = """<script>alert(1)</script>"'`><img src=x onerror=alert(1)>{{7*7}}</textarea></title>"""
LIVE = ("<script>alert", "<img src=x", "</textarea></title>", '<script>alert(1)</script>"')
HTMX = {"HX-Request": "true"}


def scripted(model: type[models.Model], **given: Any) -> Any:
    """A row with the script in each of its texts."""
    texts = {
        field.name: SCRIPT[: field.max_length or None]
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.generated
        and not field.choices
        and field.name not in ("phone_e164", "nip", "vat_eu")
    }
    return model._default_manager.create(**{**texts, **given})


@pytest.fixture
def pasted(cast: Cast, settings: Any, tmp_path: Path) -> Lead:
    """A lead with the script in every text of its own and of all that it refers to."""
    settings.MEDIA_ROOT = tmp_path
    SystemSettings.objects.current()
    items = {kind.name: scripted(kind.model) for kind in KINDS}
    partner = scripted(Partner, nip="")
    scripted(PartnerContact, partner=partner, position=items["position"])
    for user in (cast.ola, cast.adam):
        user.first_name, user.last_name, user.phone_extension = SCRIPT[:100], SCRIPT[:100], SCRIPT[:20]
        user.save()
    Team.objects.update(name=SCRIPT[:100])
    lead = scripted(
        Lead, status=items["status"], type=items["type"], partner=partner, product=scripted(Product),
        sales_person=cast.ola, priority=items["priority"], campaign=items["campaign"], medium=items["medium"],
        source=items["source"], position=items["position"],
    )  # fmt: skip
    lead.tags.add(items["tag"])
    Lead.objects.filter(pk=lead.pk).update(name=SCRIPT[:199])  # a step in the history
    ImportMapping.objects.create(name=SCRIPT[:100], kind="leads")
    return lead


def live(html: str) -> list[str]:
    return [mark for mark in LIVE if mark in html]


def test_every_page_shows_it_as_text(client: Client, cast: Cast, pasted: Lead) -> None:
    cast.adam.lead_columns = ["name", "company_name", "website", "tags", "priority", "description", "city", "phone"]
    cast.adam.save()
    client.force_login(cast.adam)
    quoted = SCRIPT.replace('"', '""')
    content = f'"{quoted}",telefon,status\n{SCRIPT[:25]},1,{SCRIPT[:25]}\n'
    run = check(upload(content, by=cast.adam, name="<script>alert(1)<img src=x>.csv"))
    ImportRun.objects.filter(pk=run.pk).update(error=SCRIPT)
    pk, partner, product = pasted.pk, pasted.partner_id, pasted.product_id
    first = {kind.slug: kind.model._default_manager.filter(name__startswith="<script>").get().pk for kind in KINDS}
    urls = [
        "/leads/", f"/leads/{pk}/", f"/leads/{pk}/history/", f"/leads/{pk}/status-changes/", f"/leads/{pk}/lose/",
        f"/leads/{pk}/delete/", f"/leads/new/?partner={partner}&product={product}", "/leads/columns/",
        f"/leads/?partner={partner}&product={product}&tag={first['tags']}&sales_person={cast.ola.pk}",
        "/leads/?q=%3Cscript%3Ealert(1)%3C/script%3E%22%3E%3Cimg%20src=x%3E", "/leads/?status=%3Cscript%3Ealert",
        f"/leads/similar/?name={SCRIPT[:25]}&company_name={SCRIPT[:25]}", "/leads/status-field/",
        "/partners/", f"/partners/{partner}/", f"/partners/{partner}/edit/", f"/partners/{partner}/leads/",
        f"/partners/{partner}/delete/", f"/partners/similar/?name={SCRIPT[:25]}&exclude=%22%3E%3Cimg%20src=x",
        "/partners/?q=%3Cscript%3Ealert(1)&kind=%3Cimg%20src=x&sort=%3Cimg%20src=x&after=%3Cimg%20src=x",
        "/products/", f"/products/{product}/", f"/products/{product}/edit/", f"/products/{product}/delete/",
        "/settings/", "/settings/users/", f"/settings/users/{cast.ola.pk}/", f"/settings/users/{cast.ola.pk}/leave/",
        "/settings/users/teams/", "/settings/matrix/", "/accounts/profile/", "/import/", f"/import/{run.pk}/",
        f"/import/{run.pk}/columns/", f"/import/{run.pk}/rows/", f"/import/{run.pk}/progress/",
        *(f"/settings/{slug}/" for slug in first), *(f"/settings/{slug}/{row}/" for slug, row in first.items()),
        *(f"/settings/{slug}/{row}/delete/" for slug, row in first.items()),
    ]  # fmt: skip
    shown, wrong = 0, []

    for url in urls:
        for headers in ({}, HTMX):
            answer = client.get(url, headers=headers)
            html = answer.content.decode()
            assert answer.status_code in (200, 302, 400, 422), url
            shown += "&lt;script&gt;alert" in html
            wrong += [(url, mark) for mark in live(html)]

    assert not wrong
    assert shown > len(urls)
    assert answer.headers["Content-Security-Policy"].count("'unsafe") == 0


def test_answers_to_what_is_pasted_are_text(client: Client, cast: Cast) -> None:
    """Refused forms, toasts (their texts go by a header), titles and file names."""
    client.force_login(cast.adam)
    lead = LeadFactory(status=cast.funnel.new)
    answers = []
    for url in ("/leads/new/", "/partners/new/", "/products/new/", "/settings/tags/new/", "/settings/users/new/"):
        values, texts = open_form(client, url)
        for headers in ({}, HTMX):
            answers.append(client.post(url, values | dict.fromkeys(texts, SCRIPT), headers=headers))
            answers.append(client.post(url, values | {"name": SCRIPT[:100]}, headers=headers))
    values, _texts = open_form(client, f"/leads/{lead.pk}/")
    answers.append(client.post(f"/leads/{lead.pk}/update/", values | {"name": SCRIPT[:100]}, headers=HTMX))
    answers.append(client.post(f"/leads/{lead.pk}/update/", values | {"name": SCRIPT[10:90]}, headers=HTMX))  # stale
    answers.append(client.post(f"/leads/{lead.pk}/create-partner/", {}, headers=HTMX))

    for answer in answers:
        assert answer.status_code < 500
        if not answer.headers.get("Content-Type", "").startswith("application/json"):
            assert not live(answer.content.decode())
        assert all(value.isascii() and "\n" not in value for value in answer.headers.values())
    assert {200, 409, 422} <= {answer.status_code for answer in answers}


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "JaVaScRiPt://acme.pl/%0aalert(1)", " data:text/html,x", "vbscript:x"]
)  # fmt: skip
def test_no_link_follows_a_script(client: Client, cast: Cast, website: str) -> None:
    """A partner's website is checked; what came by another way (a lead's text, old data) is shown without a link."""
    client.force_login(cast.adam)
    lead = LeadFactory(status=cast.funnel.new, company_name="Acme", website=website)

    client.post(f"/leads/{lead.pk}/create-partner/", {"version": lead.version})
    partner = Partner.objects.filter(name="Acme").first() or Partner.objects.create(name="Acme", website=website)

    for url in (reverse("crm:partner_detail", args=[partner.pk]), f"/leads/{lead.pk}/", "/leads/", "/partners/"):
        html = client.get(url).content.decode().lower()
        assert f'href="{website.strip().lower()[:8]}' not in html
        assert 'href="javascript:' not in html


def test_rich_text_keeps_no_script(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    values, _texts = open_form(client, "/leads/new/")
    html = (
        '<a href="javascript:alert(1)">a</a><b onclick="x()">b</b><style>*{}</style><iframe src="//x"></iframe>'
        + SCRIPT
    )

    client.post("/leads/new/", values | {"name": "Hala", "description": html + SCRIPT})

    stored = Lead.objects.get().description
    assert "<b>b</b>" in stored
    bad = ("javascript", "onclick", "onerror", "<script", "<img", "<iframe", "<style")
    assert not [text for text in bad if text in stored]
