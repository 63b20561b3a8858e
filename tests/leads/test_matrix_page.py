"""The matrix on screen, and archiving a status."""

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from crm.models import LeadTypeStatus, User
from leads.matrix import load_matrix
from leads.models import Lead
from leads.querysets import load_funnel
from tests.cast import FunnelCast
from tests.factories.crm import LeadStatusFactory, LeadTypeFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

URL = "/settings/matrix/"


@pytest.fixture
def manager(client: Client, ewa: User) -> Client:
    client.force_login(ewa)
    return client


def _post(client: Client, *ticks: tuple[int, int], **more: str):
    data = {"seen": load_matrix().version, "tick": [f"{type_id}-{status_id}" for type_id, status_id in ticks], **more}
    return client.post(URL, data)


def test_sales_people_may_not(client: Client, ola: User, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new])
    client.force_login(ola)

    assert client.get(URL).status_code == 403
    assert _post(client, (sales.pk, funnel.won.pk)).status_code == 403
    assert client.post(f"/settings/statuses/{funnel.new.pk}/archiving/").status_code == 403
    assert load_funnel().ticks == {sales.pk: {funnel.new.pk}}


def test_ticks_are_shown_and_stored(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new])
    LeadTypeFactory(name="Dawny", is_archived=True)
    LeadStatusFactory(name="Dawniej", is_archived=True)

    page = manager.get(URL).content.decode()
    assert "Sprzedaż – Nowy" in page
    assert "Dawny" not in page
    assert "Dawniej" not in page
    assert page.count("checked") == 1

    answer = _post(manager, (sales.pk, funnel.new.pk), (sales.pk, funnel.won.pk))
    assert answer.status_code == 302
    assert load_funnel().ticks == {sales.pk: {funnel.new.pk, funnel.won.pk}}


def test_forged_ticks_are_passed_over(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory()

    data = {"seen": load_matrix().version, "tick": ["x", "1", f"{sales.pk}-999999", f"999-{funnel.new.pk}", "-"]}
    assert manager.post(URL, data).status_code == 302

    assert not LeadTypeStatus.objects.exists()


def test_stranded_leads_are_named_and_moved_in_the_same_step(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Sprzedaż", allows=[funnel.new, funnel.proposal])
    lead = LeadFactory(name="Dach w Łodzi", status=funnel.proposal, type=sales)
    group = f"{sales.pk}-{funnel.proposal.pk}"

    review = _post(manager, (sales.pk, funnel.new.pk))
    page = review.content.decode()
    assert review.status_code == 200
    assert lead.number in page
    assert "Dach w Łodzi" in page
    assert f"/leads/{lead.pk}/" in page
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk}

    unanswered = _post(manager, (sales.pk, funnel.new.pk), answered="1")
    assert unanswered.status_code == 422
    assert "Wybierz, co stanie się z tymi leadami" in unanswered.content.decode()
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.proposal.pk}

    done = _post(manager, (sales.pk, funnel.new.pk), answered="1", **{f"move-{group}": str(funnel.new.pk)})
    assert done.status_code == 302
    lead.refresh_from_db()
    assert lead.status == funnel.new
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk}
    assert not Lead.objects.stranded().exists()


def test_leads_may_be_left_stranded_knowingly_and_moved_later(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new, funnel.proposal])
    lead = LeadFactory(status=funnel.proposal, type=sales)
    group = f"{sales.pk}-{funnel.proposal.pk}"

    _post(manager, (sales.pk, funnel.new.pk), answered="1", **{f"move-{group}": "keep"})
    lead.refresh_from_db()
    assert lead.status == funnel.proposal
    assert "1 lead ma status" in manager.get(URL).content.decode()
    assert lead.number in manager.get(URL, {"stranded": "1"}).content.decode()

    _post(manager, (sales.pk, funnel.new.pk), answered="1", **{f"move-{group}": str(funnel.new.pk)})
    lead.refresh_from_db()
    assert lead.status == funnel.new
    assert "Żaden lead" in manager.get(URL, {"stranded": "1"}).content.decode()


def test_moving_to_lost_asks_for_the_reason(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.lost, funnel.proposal])
    lead = LeadFactory(status=funnel.proposal, type=sales)
    group = f"{sales.pk}-{funnel.proposal.pk}"
    move = {f"move-{group}": str(funnel.lost.pk)}

    answer = _post(manager, (sales.pk, funnel.lost.pk), answered="1", **move)
    assert answer.status_code == 422
    assert f"reason-{group}" in answer.context["form"].errors

    _post(manager, (sales.pk, funnel.lost.pk), answered="1", **move, **{f"reason-{group}": funnel.too_expensive.pk})
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (funnel.lost, funnel.too_expensive)


def test_taking_the_last_tick_asks_first(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(name="Serwis", allows=[funnel.new])

    assert "Serwis" in _post(manager).content.decode()
    assert _post(manager, answered="1").status_code == 422
    assert load_funnel().ticks == {sales.pk: {funnel.new.pk}}

    assert _post(manager, answered="1", **{f"empty-{sales.pk}": "on"}).status_code == 302
    assert load_funnel().ticks == {}


def test_two_managers_change_the_matrix(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new])
    seen = load_matrix().version
    LeadTypeStatus.objects.create(type=sales, status=funnel.won)

    answer = _post(manager, (sales.pk, funnel.new.pk), (sales.pk, funnel.proposal.pk), seen=seen)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert page.count("is-theirs") == 1
    assert page.count("checked") == 3  # theirs and mine
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk, funnel.won.pk}


def test_back_to_the_matrix_keeps_the_ticks(manager: Client, funnel: FunnelCast) -> None:
    sales = LeadTypeFactory(allows=[funnel.new])

    answer = _post(manager, (sales.pk, funnel.won.pk), answered="1", edit="1")

    assert answer.status_code == 200
    assert f'value="{sales.pk}-{funnel.won.pk}" checked' in answer.content.decode()
    assert load_funnel().ticks[sales.pk] == {funnel.new.pk}


def test_archiving_a_status_asks_about_its_leads(manager: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.proposal)
    url = f"/settings/statuses/{funnel.proposal.pk}/archiving/"

    assert lead.number in manager.get(url).content.decode()
    assert manager.post(url).status_code == 422
    funnel.proposal.refresh_from_db()
    assert not funnel.proposal.is_archived

    assert manager.post(url, {f"move-0-{funnel.proposal.pk}": funnel.new.pk}).status_code == 302
    lead.refresh_from_db()
    funnel.proposal.refresh_from_db()
    assert lead.status == funnel.new
    assert funnel.proposal.is_archived


def test_the_page_takes_the_same_queries_whatever_its_size(
    manager: Client, funnel: FunnelCast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    LeadTypeFactory(allows=[funnel.new])
    with django_assert_max_num_queries(15) as few:
        manager.get(URL)
    for _ in range(10):
        LeadFactory(type=LeadTypeFactory(allows=[funnel.new]), status=funnel.new)
    with django_assert_max_num_queries(len(few)):
        manager.get(URL)
