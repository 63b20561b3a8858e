"""Saved reports: kept, opened, shared, updated, deleted; each shows only what its viewer may see."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.utils import timezone

from crm import roles
from crm.models import SystemSettings, User, Visibility
from leads.demo.build import MANAGER, SELLER
from reports.demo import add_reports
from reports.models import SavedReport
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTagFactory, UserFactory
from tests.factories.leads import LeadFactory
from tests.leads.cards import HTMX, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/reports/leads/"
FUNNEL = f"{PAGE}funnel/"


def on(user: User, page: str, url: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """What HTMX posts for `user` from a page."""
    headers = {**HTMX, "HX-Current-URL": f"http://testserver{page}"}
    return signed_in(user).post(url, data or {}, headers=headers)  # type: ignore[return-value]


def save(user: User, page: str, name: str = "Mój raport", **values: Any) -> HttpResponse:
    return on(user, page, "/reports/saved/new/", {"name": name, "address": page, **values})


def test_a_report_keeps_all_that_it_shows(ola: User, funnel: FunnelCast) -> None:
    LeadFactory(status=funnel.new, sales_person=ola, city="Łódź")
    asked = "state=open&received_in=this_year&group=city:Łódź&rows=status.type&across=received_month&measures=won.count"
    page = f"{PAGE}?{asked}&order=-count&show=row&heat=1&chart=bar&of=count&sort=name&nonsense=1"

    dialog = signed_in(ola).get("/reports/saved/new/", headers={**HTMX, "HX-Current-URL": f"http://testserver{page}"})
    assert dialog.status_code == 200
    response = save(ola, page)

    saved = SavedReport.objects.get()
    assert (saved.owner, saved.is_shared) == (ola, False)
    kept = {name: values[0] for name, values in parse_qs(saved.query).items()}
    assert kept == {
        "state": "open", "received_in": "this_year", "group": "city:Łódź", "rows": "status.type",
        "across": "received_month", "measures": "won.count", "order": "-count", "show": "row", "heat": "1",
        "chart": "bar", "of": "count",
    }  # fmt: skip
    url = response.headers["HX-Redirect"]
    assert parse_qs(urlsplit(url).query)["report"] == [str(saved.pk)]
    shown = signed_in(ola).get(url).content.decode()
    assert "(zmieniony)" not in shown
    assert "Mój raport" in shown
    assert "(zmieniony)" in signed_in(ola).get(f"{url}&mine=1").content.decode()

    assert on(ola, f"{url}&mine=1", f"/reports/saved/{saved.pk}/update/").status_code == 200
    saved.refresh_from_db()
    assert parse_qs(saved.query)["mine"] == ["1"]
    assert signed_in(ola).get(f"/reports/saved/{saved.pk}/").status_code == 302


def test_a_funnel_is_kept_too(ola: User, marek: User, funnel: FunnelCast) -> None:
    gone = LeadStatusFactory(name="Dawny")
    LeadFactory(status=funnel.new, sales_person=marek)
    asked = f"status={funnel.new.pk}&status={gone.pk}&by=sales_person&entered_in=last_12_months"
    response = save(ola, f"{FUNNEL}?{asked}&nonsense=1", "Lejek zespołu", is_shared="on")

    saved = SavedReport.objects.get()
    assert (saved.kind, saved.query) == (SavedReport.Kind.FUNNEL, asked)
    assert response.headers["HX-Redirect"] == f"{FUNNEL}?{asked}&report={saved.pk}"
    shown = signed_in(marek).get(f"{FUNNEL}?{asked}&report={saved.pk}").content.decode()
    assert "Lejek zespołu" in shown
    assert "(zmieniony)" not in shown
    assert "(zmieniony)" in signed_in(marek).get(f"{FUNNEL}?by=type&report={saved.pk}").content.decode()
    assert "Zaktualizuj „Lejek zespołu”" not in shown, "it is not his"
    file = signed_in(marek).get(f"{FUNNEL}export.csv?{asked}&report={saved.pk}")
    assert "lejek-zespolu" in file["Content-Disposition"]

    url = f"{FUNNEL}?by=steps&entered_from=2026-01-01&report={saved.pk}"
    assert on(ola, url, f"/reports/saved/{saved.pk}/update/").status_code == 200
    saved.refresh_from_db()
    assert saved.query == "by=steps&entered_from=2026-01-01"
    for wrong in ("by=colour", "entered_from=2026-02-02&entered_to=2026-01-01", "status=999999"):
        assert on(ola, f"{FUNNEL}?{wrong}", f"/reports/saved/{saved.pk}/update/").status_code == 422
        assert save(ola, f"{FUNNEL}?{wrong}", "Inny").status_code == 422
    saved.refresh_from_db()
    assert saved.query == "by=steps&entered_from=2026-01-01"

    SavedReport.objects.update(query=asked)
    left = asked.replace(f"&status={gone.pk}", "")
    gone.delete()
    opened = signed_in(marek).get(f"/reports/saved/{saved.pk}/", follow=True)
    assert opened.redirect_chain[0][0] == f"{FUNNEL}?{left}&report={saved.pk}"
    assert "jest pokazany bez filtra Status leadu" in opened.content.decode()


def test_an_open_report_is_that_of_its_own_page(ola: User) -> None:
    save(ola, f"{FUNNEL}?by=type", "Lejek typów")
    pk = SavedReport.objects.get().pk
    assert "Zaktualizuj „Lejek typów”" in signed_in(ola).get(f"{FUNNEL}?by=type&report={pk}").content.decode()
    assert "Zaktualizuj „" not in signed_in(ola).get(f"{PAGE}?rows=status&report={pk}").content.decode()
    assert "Zaktualizuj „" not in signed_in(ola).get(f"{FUNNEL}?report=marketing").content.decode()


def test_own_reports_are_for_nobody_else(ola: User, marek: User, ewa: User) -> None:
    save(ola, f"{PAGE}?rows=status", "Tajny raport")
    saved = SavedReport.objects.get()

    for user in (marek, ewa):
        assert signed_in(user).get(f"/reports/saved/{saved.pk}/").status_code == 404
        for action in ("edit", "update", "delete"):
            assert on(user, PAGE, f"/reports/saved/{saved.pk}/{action}/", {"name": "x"}).status_code == 404
        assert "Tajny raport" not in signed_in(user).get(f"{PAGE}?report={saved.pk}").content.decode()
        assert "Tajny raport" not in signed_in(user).get("/reports/saved/").content.decode()
    saved.refresh_from_db()
    assert saved.name == "Tajny raport"


def test_a_shared_report_shows_each_the_leads_they_may_see(ola: User, marek: User, funnel: FunnelCast) -> None:
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    LeadFactory(status=funnel.new, sales_person=ola, city="Olina")
    LeadFactory(status=funnel.new, sales_person=marek, city="Markowa")
    save(ola, f"{PAGE}?rows=city", "Wspólny", is_shared="on")
    saved = SavedReport.objects.get()

    shown = signed_in(marek).get(f"/reports/saved/{saved.pk}/", follow=True).content.decode()

    assert "Markowa" in shown
    assert "Olina" not in shown
    assert "Wspólny" in shown
    marek.groups.clear()
    assert signed_in(marek).get(f"/reports/saved/{saved.pk}/").status_code == 403, "who may see no leads, no reports"


def test_shared_reports_are_changed_by_owner_and_managers(ola: User, marek: User, ewa: User) -> None:
    save(ola, f"{PAGE}?rows=status", "Wspólny", is_shared="on")
    saved = SavedReport.objects.get()

    for action in ("edit", "update", "delete"):
        assert on(marek, PAGE, f"/reports/saved/{saved.pk}/{action}/", {"name": "x"}).status_code == 403
    assert (
        on(ewa, PAGE, f"/reports/saved/{saved.pk}/edit/", {"name": "Zmieniony", "is_shared": "on"}).status_code == 200
    )
    saved.refresh_from_db()
    assert (saved.name, saved.owner, saved.is_shared) == ("Zmieniony", ola, True)
    assert "Usunąć raport" not in signed_in(marek).get("/reports/saved/").content.decode()
    on(ola, PAGE, f"/reports/saved/{saved.pk}/edit/", {"name": "Znów mój"})
    assert signed_in(marek).get(f"/reports/saved/{saved.pk}/").status_code == 404
    assert on(ola, PAGE, f"/reports/saved/{saved.pk}/delete/").status_code == 200
    assert not SavedReport.objects.exists()


def test_what_was_deleted_is_left_out_and_told(ola: User, funnel: FunnelCast) -> None:
    gone, tag = LeadStatusFactory(name="Dawny"), LeadTagFactory(name="dawny")
    LeadFactory(status=funnel.new)
    save(ola, f"{PAGE}?rows=city&status={gone.pk}&status={funnel.new.pk}&group=tag:{tag.pk}&order=-count")
    gone.delete()
    tag.delete()

    response = signed_in(ola).get(f"/reports/saved/{SavedReport.objects.get().pk}/", follow=True)

    page = response.content.decode()
    assert response.status_code == 200
    assert "jest pokazany bez filtrów Status leadu, Grupa" in page
    assert 'id="report-table"' in page
    query = parse_qs(urlsplit(response.redirect_chain[0][0]).query)
    assert (query["status"], query["rows"], "group" in query) == ([str(funnel.new.pk)], ["city"], False)


@pytest.mark.parametrize(
    "page", ["?rows=nic", "?status=999999", "?received_from=wczoraj", "?rows=status.status.type.city.id"]
)
def test_a_report_that_can_not_be_is_not_kept(ola: User, page: str) -> None:
    assert save(ola, PAGE + page).status_code == 422
    assert not SavedReport.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_wrong_name_is_told(ola: User, name: str) -> None:
    assert save(ola, f"{PAGE}?rows=status", name).status_code == 422
    assert not SavedReport.objects.exists()


def test_a_name_twice_is_told(ola: User, ewa: User) -> None:
    save(ola, PAGE)

    response = save(ola, PAGE, "MÓJ RAPORT")

    assert response.status_code == 422
    assert "Masz już raport o tej nazwie." in response.content.decode()
    assert save(ewa, PAGE).status_code == 200
    assert SavedReport.objects.count() == 2


def test_reports_of_the_demo_open_as_they_were_kept(funnel: FunnelCast) -> None:
    manager = UserFactory(email=MANAGER, role=roles.MANAGER)
    seller = UserFactory(email=SELLER, role=roles.SALES)
    LeadFactory(status=funnel.new, sales_person=seller, received_at=timezone.now())

    add_reports()

    assert set(SavedReport.objects.values_list("owner", "is_shared")) == {(manager.pk, True), (seller.pk, False)}
    for saved in SavedReport.objects.all():
        page = signed_in(seller).get(f"/reports/saved/{saved.pk}/", follow=True).content.decode()
        assert ('id="funnel-table"' if saved.kind == SavedReport.Kind.FUNNEL else 'id="report-table"') in page
        assert "(zmieniony)" not in page
        assert saved.name in page
