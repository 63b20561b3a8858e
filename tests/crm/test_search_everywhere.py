"""Search everywhere: what is found, in which order, and what is not."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm import finding
from crm.models import SystemSettings, User, Visibility
from crm.search import matching_parts
from tests.cast import FunnelCast
from tests.factories.crm import PartnerFactory, ProductFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def ask(client: Client, typed: str = "", recent: tuple[str, ...] = ()) -> str:
    response = client.get(reverse("crm:search_show"), {"q": typed, "recent": recent}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def found(client: Client, typed: str = "", recent: tuple[str, ...] = ()) -> list[str]:
    """The titles of the results, in their order."""
    titles = re.findall(r'lj-palette-title">(.*?)</span>', ask(client, typed, recent))
    return [re.sub(r"</?mark>", "", title) for title in titles]


def test_lead_by_everything_it_has(as_ola: Client, funnel: FunnelCast) -> None:
    partner = PartnerFactory(name="Żubr sp. z o.o.", nip="1234563218")
    lead = LeadFactory(
        name="Wózek widłowy",
        status=funnel.new,
        partner=partner,
        email="Jan@Lodz.example",
        phone="600 100 200",
        phone_e164="+48600100200",
        last_name="Ćwierć",
    )
    LeadFactory(name="Inny", status=funnel.new, email="x@y.example", phone_e164="+48600100201")

    for typed in (
        str(lead.pk), lead.number, f"#{lead.pk}", "wozek", "WIDŁ", "widlowy wozek", "jan@lodz", "cwierc", "zubr",
        "600 100 200", "600-100-200", "+48600100200", "0048 600 100 200", "600100200",
        "1234563218", "123-456-32-18", "PL 1234563218",
    ):  # fmt: skip
        assert "Wózek widłowy" in found(as_ola, typed), typed
        assert "Inny" not in found(as_ola, typed), typed


def test_begun_words_first_then_open_ones_then_the_newest(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(name="Szkoła", status=funnel.new)
    LeadFactory(name="Kołatka zamknięta", status=funnel.won)
    LeadFactory(name="Stara kołatka", status=funnel.new)
    LeadFactory(name="Kołatka", status=funnel.new)
    LeadFactory(name="Przedszkole", status=funnel.new)

    assert found(as_ola, "kola") == ["Kołatka", "Stara kołatka", "Kołatka zamknięta", "Szkoła"]


def test_what_the_newest_do_not_have_is_found_by_the_index(
    as_ola: Client, funnel: FunnelCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "NEWEST", 2)
    LeadFactory(name="Rzadki", status=funnel.new)
    LeadFactory(name="Zamknięty rzadki", status=funnel.won)
    LeadFactory(name="Przerzadki", status=funnel.new)
    LeadFactory.create_batch(5, name="Częsty", status=funnel.new)

    assert found(as_ola, "rzad") == ["Rzadki", "Zamknięty rzadki", "Przerzadki"]
    assert found(as_ola, "czesty") == ["Częsty"] * 5


def test_more_than_fits_leads_to_the_list(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory.create_batch(finding.SHOWN + 1, name="Cement", status=funnel.new)

    html = ask(as_ola, "cement")

    assert found(as_ola, "cement") == ["Cement"] * finding.SHOWN + ["Pokaż wszystkie"]
    assert "/leads/?q=cement&amp;state=all" in html


def test_invisible_leads_do_not_exist(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    SystemSettings.objects.update_or_create(pk=1, defaults={"sales_visibility": Visibility.OWN})
    hidden = LeadFactory(name="Tajny cement", status=funnel.new, sales_person=marek, phone_e164="+48600100200")
    own = LeadFactory(name="Własny cement", status=funnel.new, sales_person=ola)

    for typed in ("cement", str(hidden.pk), hidden.number, "600 100 200"):
        assert "Tajny" not in ask(as_ola, typed), typed
    assert found(as_ola, "cement") == ["Własny cement"]
    assert found(as_ola, recent=(f"lead:{hidden.pk}", f"lead:{own.pk}"))[0] == "Własny cement"
    assert "Tajny" not in ask(as_ola, recent=(f"lead:{hidden.pk}",))


def test_partners_also_by_their_contacts(as_ola: Client) -> None:
    partner = PartnerFactory(name="Żubr", phone="22 600 10 10", phone_e164="+48226001010")
    partner.contacts.create(
        first_name="Łucja", last_name="Śliwa", email="lucja@zubr.example", phone_e164="+48501502503"
    )
    PartnerFactory(name="Obcy")

    for typed in ("zubr", "sliwa", "Łucja Śliwa", "zubr sliwa", "lucja@", "501 502 503", "22 600 10 10"):
        assert found(as_ola, typed) == ["Żubr"], typed
    assert "Łucja <mark>Śliwa</mark>" in ask(as_ola, "sliwa")
    assert found(as_ola, "sliwa obcy") == []


def test_the_list_of_partners_finds_contacts_too(as_ola: Client) -> None:
    partner = PartnerFactory(name="Żubr")
    partner.contacts.create(last_name="Śliwa", phone="501-502-503", phone_e164="+48501502503")
    PartnerFactory(name="Obcy")

    for typed in ("sliwa", "501 502 503", "zubr śliwa"):
        html = as_ola.get(reverse("crm:partner_list"), {"q": typed}).content.decode()
        assert "Żubr" in html, typed
        assert "Obcy" not in html, typed


def test_archived_partners_and_products_stand_last_and_say_so(as_ola: Client) -> None:
    PartnerFactory(name="Cementownia dawna", is_archived=True)
    PartnerFactory(name="Cementownia")
    ProductFactory(name="Cement", code="C-25")

    assert found(as_ola, "cement") == ["Cementownia", "Cementownia dawna", "Cement"]
    assert found(as_ola, "c-25") == ["Cement"]
    assert ask(as_ola, "cement").count("w archiwum") == 1


@pytest.mark.parametrize("typed", ["nowy lead", "new lead", "lead now"])
def test_actions_by_their_polish_and_english_names(as_ola: Client, typed: str) -> None:
    assert found(as_ola, typed) == ["Nowy lead"]


@pytest.mark.parametrize(("who", "expected"), [("ola", []), ("ewa", ["Ustawienia"])])
def test_pages_that_one_may_not_open_are_not_offered(
    client: Client, request: pytest.FixtureRequest, who: str, expected: list[str]
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert found(client, "ustawienia") == expected
    assert found(client, "settings") == expected


def test_nothing_typed_recalls_what_was_opened(as_ola: Client, funnel: FunnelCast) -> None:
    lead, partner = LeadFactory(name="Otwierany", status=funnel.new), PartnerFactory(name="Żubr")
    product = ProductFactory(name="Cement")

    recent = (f"product:{product.pk}", f"lead:{lead.pk}", "lead:999999", "rubbish", "page:1", f"partner:{partner.pk}")
    titles = found(as_ola, recent=recent)

    assert titles[:3] == ["Cement", "Otwierany", "Żubr"]
    assert "Nowy lead" in titles[3:]


def test_nothing_found_says_so(as_ola: Client) -> None:
    html = ask(as_ola, "<b>zzz</b>")

    assert "Nic nie znaleziono dla „&lt;b&gt;zzz&lt;/b&gt;”" in html
    assert "<b>" not in html


@pytest.mark.parametrize("typed", ["\x00", "%", "_", "\\", "x" * 5000, "' OR 1=1 --", "0" * 40, "a " * 60, "???", "."])
def test_rubbish_is_answered(as_ola: Client, funnel: FunnelCast, typed: str) -> None:
    LeadFactory(name="Lead", status=funnel.new)

    assert len(found(as_ola, typed)) <= finding.SHOWN * 4


def test_without_scripts_it_is_a_page(as_ola: Client, funnel: FunnelCast) -> None:
    LeadFactory(name="Cement", status=funnel.new)

    html = as_ola.get(reverse("crm:search_show"), {"q": "cem"}).content.decode()

    assert "<h1>" in html
    assert "<mark>Cem</mark>ent" in html


def test_number_of_queries_does_not_grow(
    as_ola: Client, funnel: FunnelCast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        LeadFactory(name="Cement", status=funnel.new, partner=PartnerFactory(name="Cement"))
    ask(as_ola, "x")

    with django_assert_max_num_queries(30):
        ask(as_ola, "cement")


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Łódź Fabryczna", "lodz", ["Łódź"]),
        ("+48 600-100-200", "600100200", ["600-100-200"]),
        ("600 100 200", "0048 600100200", ["600 100 200"]),
        ("123-456-32-18", "1234563218", ["123-456-32-18"]),
        ("Zażółć gęślą", "gesla zazolc", ["Zażółć", "gęślą"]),
        ("Cement", "piasek", []),
        ("Straße ﬁ", "strase", ["Straße"]),
    ],
)
def test_what_is_marked(text: str, typed: str, marked: list[str]) -> None:
    pieces = matching_parts(text, typed)

    assert "".join(piece for piece, _is_match in pieces) == text
    assert [piece for piece, is_match in pieces if is_match] == marked
