"""What the page does not offer, sent all the same: rights, owners and marks that a person may not set, and leads, runs
and numbers that a person may not see.
"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from crm.models import Partner, SystemSettings, User
from leads.models import Lead
from tests.factories.crm import PartnerFactory
from tests.factories.leads import LeadFactory
from tests.leads.importing import upload
from tests.scenarios.forms import open_form, refused_fields
from tests.test_permissions import Cast, cast

__all__ = ["cast"]
pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def test_the_own_profile_gives_no_rights(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    before = User.objects.filter(pk=cast.ola.pk).values().get()
    values, _texts = open_form(client, "/accounts/profile/")
    forged = {
        "role": "administrator", "groups": "1", "is_superuser": "on", "is_staff": "on", "is_active": "", "team": "",
        "email": "inna@lejek.test", "password": "x", "pk": str(cast.adam.pk), "id": str(cast.adam.pk),
        "user_permissions": "1", "photo": "../../etc/passwd", "lead_columns": "id",
    }  # fmt: skip

    answer = client.post("/accounts/profile/", values | forged | {"phone_extension": "12"})

    assert answer.status_code == 302
    after = User.objects.filter(pk=cast.ola.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"phone_extension"}
    assert not User.objects.get(pk=cast.ola.pk).has_perm("crm.manage_settings")
    assert User.objects.get(pk=cast.adam.pk).phone_extension == ""


def test_a_manager_makes_no_administrator(client: Client, cast: Cast) -> None:
    client.force_login(cast.ewa)
    roles = [group.name for group in cast.adam.groups.all()]

    for pk in (cast.ola.pk, cast.ewa.pk):
        values, _texts = open_form(client, f"/settings/users/{pk}/") if pk == cast.ola.pk else ({}, set())
        forged = {"role": roles[0], "is_superuser": "on", "team": "", "first_name": "Ola", "last_name": "Żak"}
        client.post(f"/settings/users/{pk}/", values | forged)
        assert not User.objects.get(pk=pk).has_perm("crm.change_team")
        assert User.objects.get(pk=pk).team == cast.ola.team

    assert client.get(f"/settings/users/{cast.adam.pk}/").status_code in (403, 404)
    assert client.post(f"/settings/users/{cast.adam.pk}/", {"role": "sales"}).status_code in (403, 404)
    assert client.post(f"/settings/users/{cast.marek.pk}/leave/", {"which": "none"}).status_code in (403, 404)
    assert User.objects.get(pk=cast.marek.pk).is_active


def test_a_lead_takes_only_what_its_form_has(client: Client, cast: Cast) -> None:
    client.force_login(cast.ola)
    lead = LeadFactory(name="Hala", status=cast.funnel.new, sales_person=cast.ola)
    before = Lead.objects.filter(pk=lead.pk).values().get()
    values, _texts = open_form(client, f"/leads/{lead.pk}/")
    forged = {
        "id": "1", "pk": "1", "closed_at": "2020-01-01T10:00", "is_closed": "on", "is_lost": "on",
        "created_at": "2020-01-01T10:00", "status_entered_at": "2020-01-01T10:00", "phone_e164": "+48111222333",
        "lost_reason": str(cast.funnel.too_expensive.pk), "search_text": "x",
    }  # fmt: skip

    answer = client.post(f"/leads/{lead.pk}/update/", values | forged | {"city": "Łódź"}, headers=HTMX)

    assert answer.status_code == 200
    after = Lead.objects.filter(pk=lead.pk).values().get()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"city", "version", "updated_at", "search_text"} & before.keys()


def test_nobody_takes_or_gives_away_a_lead_of_others(client: Client, cast: Cast) -> None:
    """A lead that is seen (all leads are) may be edited, but stays with whom it is."""
    see(cast, "all")
    client.force_login(cast.ola)
    lead = LeadFactory(name="Hala", status=cast.funnel.new, sales_person=cast.marek)
    values, _texts = open_form(client, f"/leads/{lead.pk}/")

    for pk in (cast.ola.pk, cast.ewa.pk, ""):
        answer = client.post(f"/leads/{lead.pk}/update/", values | {"sales_person": str(pk)}, headers=HTMX)
        assert (answer.status_code, refused_fields(answer)) == (422, {"sales_person"})
    taken = client.post(f"/leads/{lead.pk}/assign-to-me/", {"version": str(lead.version)}, headers=HTMX)

    assert taken.status_code == 403
    assert Lead.objects.get(pk=lead.pk).sales_person == cast.marek


def test_a_lead_of_others_shows_nowhere(client: Client, cast: Cast) -> None:
    """Each sees their own: in lists, counts, sums, searches, files and fragments the other ones do not exist."""
    partner = PartnerFactory(name="Acme")
    secret = LeadFactory(
        name="Tajna hala", status=cast.funnel.new, sales_person=cast.marek, partner=partner,
        expected_revenue="987654.32", phone="600100200", phone_e164="+48600100200", email="tajny@lejek.test",
        external_id="TAJNE-1",
    )  # fmt: skip
    client.force_login(cast.ola)
    urls = [
        "/leads/", "/leads/?q=Tajna", f"/leads/?partner={partner.pk}", f"/leads/?sales_person={cast.marek.pk}",
        "/leads/?state=all&sort=name", "/leads/export.csv?columns=all",
        f"/leads/export.csv?sales_person={cast.marek.pk}",
        f"/partners/{partner.pk}/", f"/partners/{partner.pk}/leads/", "/partners/search/?q=Tajna",
        "/leads/similar/?name=Tajna+hala&phone=600100200&email=tajny@lejek.test", f"/leads/new/?partner={partner.pk}",
        f"/leads/status-field/?type=&lead={secret.pk}", f"/leads/similar/?lead={secret.pk}&name=Tajna",
    ]  # fmt: skip

    for url in urls:
        answer = client.get(url, headers=HTMX)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode().replace("\u00a0", " ").replace("\u202f", " ")
        for part in ("987 654", "987654", "tajny@", "TAJNE", secret.number, f"/leads/{secret.pk}/"):
            assert part not in text.replace(url, ""), (url, part)
        if "Tajna" not in url:
            assert "Tajna hala" not in text, url

    told = client.get("/leads/similar/?phone=600100200", headers=HTMX).content.decode()
    assert "Istnieje podobny lead u innego sprzedawcy" in told
    taken = client.post("/leads/new/", {"name": "Plac", "external_id": "TAJNE-1", "status": cast.funnel.new.pk})
    assert taken.status_code == 422
    assert "Tajna" not in taken.content.decode()


def test_deleting_a_partner_tells_nothing_of_leads_that_are_not_seen(client: Client, cast: Cast) -> None:
    partner = PartnerFactory(name="Acme")
    LeadFactory(name="Tajna hala", status=cast.funnel.new, sales_person=cast.marek, partner=partner)
    see(cast, "own", managers="team")
    client.force_login(cast.ewa)

    answer = client.post(f"/partners/{partner.pk}/delete/")

    assert answer.status_code == 422
    assert "Tajna" not in answer.content.decode()
    assert Partner.objects.filter(pk=partner.pk).exists()


def test_import_runs_and_files_of_others(client: Client, cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    run = upload("nazwa\nTajna hala\n", by=cast.adam, name="tajne.csv")
    paths = ["", "columns/", "rows/", "progress/", "refused.csv", "file/"]
    actions = ["columns/", "values/", "values/reset/", "start/", "cancel/", "resume/", "undo/", "delete/"]

    for person, refusal in ((cast.ola, 403), (cast.ewa, 404)):
        client.force_login(person)
        answers = [client.get(f"/import/{run.pk}/{path}") for path in paths]
        answers += [client.post(f"/import/{run.pk}/{path}") for path in actions]
        assert {answer.status_code for answer in answers} == {refusal}
        assert "tajne" not in client.get("/import/").content.decode()

    run.refresh_from_db()
    assert run.stage == "columns"
    assert not Lead.objects.exists()


def test_the_search_for_people_is_for_colleagues(client: Client, cast: Cast) -> None:
    """It tells names and e-mails of those who can sign in, to those who are signed in, and nothing else of them."""
    User.objects.filter(pk=cast.marek.pk).update(is_active=False)
    assert client.get("/users/search/", headers={"Accept": "application/json"}).status_code == 401
    client.force_login(cast.ola)

    rows = client.get("/users/search/").json()

    assert {row["id"] for row in rows} == {cast.ola.pk, cast.ewa.pk, cast.adam.pk}
    assert {key for row in rows for key in row} == {"id", "text", "hint"}


def see(cast: Cast, sales: str, *, managers: str = "all") -> None:
    """Set who sees which leads."""
    SystemSettings.objects.update(sales_visibility=sales, manager_visibility=managers)
