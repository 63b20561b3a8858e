"""Moving cards: the status for all, the place for oneself; what is refused, and with which words."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import LeadStatus, SystemSettings, User, Visibility
from leads.models import BoardPosition, Lead, LeadStatusChange
from leads.services import delete_lead, merge_leads, update_lead
from tests.cast import FunnelCast
from tests.factories import crm as rows
from tests.factories.leads import LeadFactory
from tests.leads.boards import HTMX, URL, columns, heads, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ola(client: Client, ola: User) -> Client:
    client.force_login(ola)
    return client


def column(client: Client, status: LeadStatus, query: str = "") -> list[int]:
    return columns(client.get(URL + query).content.decode())[status.pk]


def assert_nothing_changed(lead: Lead) -> None:
    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.status_id, stored.version) == (lead.status_id, lead.version)
    assert not BoardPosition.objects.filter(lead=lead).exists()


def test_a_drop_changes_the_status_and_answers_both_heads_and_the_card(
    as_ola: Client, ola: User, funnel: FunnelCast
) -> None:
    lead = LeadFactory(status=funnel.new, expected_revenue=100)
    other = LeadFactory(status=funnel.proposal, expected_revenue=20)
    quiet = LeadFactory(status=funnel.qualified)

    response = move(as_ola, lead, status=funnel.proposal.pk, above="", below=other.pk)

    page = response.content.decode()
    assert response.status_code == 200
    stored = Lead.objects.get(pk=lead.pk)
    assert stored.status == funnel.proposal
    assert LeadStatusChange.objects.filter(lead=lead, by=ola, to_status=funnel.proposal).count() == 1
    assert column(as_ola, funnel.proposal) == [lead.pk, other.pk]
    assert page.count('hx-swap-oob="true"') == 2
    assert f'id="board-total-{funnel.new.pk}"' in page
    assert f'id="board-total-{funnel.proposal.pk}"' in page
    assert f'data-lead-id="{lead.pk}"' in page
    assert f'data-version="{stored.version}"' in page
    assert f'data-lead-id="{other.pk}"' not in page
    assert f'data-lead-id="{quiet.pk}"' not in page
    assert "board:moved" in response["HX-Trigger"]


def test_a_place_is_kept_for_the_one_who_made_it(as_ola: Client, ola: User, marek: User, funnel: FunnelCast) -> None:
    a, b, c = (LeadFactory(status=funnel.new) for _ in range(3))
    assert column(as_ola, funnel.new) == [c.pk, b.pk, a.pk]

    assert move(as_ola, c, status=funnel.new.pk, above=b.pk, below=a.pk).status_code == 200

    assert column(as_ola, funnel.new) == [b.pk, c.pk, a.pk]
    position = BoardPosition.objects.get()
    assert (position.user, position.lead, position.status) == (ola, c, funnel.new)
    assert -b.pk < position.rank < -a.pk
    assert Lead.objects.get(pk=c.pk).version == c.version, "nobody else is told of it"
    as_marek = Client()
    as_marek.force_login(marek)
    assert column(as_marek, funnel.new) == [c.pk, b.pk, a.pk]


def test_a_card_that_comes_back_finds_its_place(as_ola: Client, marek: User, funnel: FunnelCast) -> None:
    a, b, c = (LeadFactory(status=funnel.new) for _ in range(3))
    move(as_ola, c, status=funnel.new.pk, above=a.pk)
    assert column(as_ola, funnel.new) == [b.pk, a.pk, c.pk]

    update_lead(lead=c, values={"status": funnel.proposal}, by=marek)
    assert (column(as_ola, funnel.new), column(as_ola, funnel.proposal)) == ([b.pk, a.pk], [c.pk])
    update_lead(lead=c, values={"status": funnel.new}, by=marek)
    assert column(as_ola, funnel.new) == [b.pk, a.pk, c.pk]


@pytest.mark.parametrize(("where", "order"), [("top", "bdca"), ("bottom", "dcab"), ("up", "dbca"), ("down", "dcab")])
def test_a_place_told_in_words(as_ola: Client, funnel: FunnelCast, where: str, order: str) -> None:
    made = {name: LeadFactory(status=funnel.new) for name in "abcd"}
    assert column(as_ola, funnel.new) == [made[name].pk for name in "dcba"]

    assert move(as_ola, made["b"], status=funnel.new.pk, where=where).status_code == 200

    assert column(as_ola, funnel.new) == [made[name].pk for name in order]


def test_at_an_end_there_is_nowhere_further_to_go(as_ola: Client, funnel: FunnelCast) -> None:
    a, b = LeadFactory(status=funnel.new), LeadFactory(status=funnel.new)

    assert move(as_ola, b, status=funnel.new.pk, where="up").status_code == 200
    assert move(as_ola, a, status=funnel.new.pk, where="down").status_code == 200

    assert column(as_ola, funnel.new) == [b.pk, a.pk]


def test_up_means_over_the_card_that_the_filter_shows(as_ola: Client, ola: User, funnel: FunnelCast) -> None:
    low = LeadFactory(status=funnel.new, sales_person=ola)
    hidden = LeadFactory(status=funnel.new)
    high = LeadFactory(status=funnel.new, sales_person=ola)

    move(as_ola, low, "?mine=1", status=funnel.new.pk, where="up")

    assert column(as_ola, funnel.new, "?mine=1") == [low.pk, high.pk]
    assert column(as_ola, funnel.new) == [low.pk, high.pk, hidden.pk]


def test_porazka_asks_for_its_reason(as_ola: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    asked = move(as_ola, lead, status=funnel.lost.pk)
    assert asked.status_code == 422
    assert asked["HX-Retarget"] == "#modal"
    assert "Za drogo" in asked.content.decode()
    assert_nothing_changed(lead)

    response = move(as_ola, lead, status=funnel.lost.pk, lost_reason=funnel.too_expensive.pk, asked=1)
    assert response.status_code == 200
    stored = Lead.objects.get(pk=lead.pk)
    assert (stored.status, stored.lost_reason) == (funnel.lost, funnel.too_expensive)
    assert f'data-lead-id="{lead.pk}" data-gone' in response.content.decode()
    assert "lejek:close-dialog" in response["HX-Trigger"]
    assert not BoardPosition.objects.exists()


def test_a_closing_status_takes_the_card_off_the_board(as_ola: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)

    response = move(as_ola, lead, status=funnel.won.pk)

    assert Lead.objects.get(pk=lead.pk).status == funnel.won
    assert f'data-lead-id="{lead.pk}" data-gone' in response.content.decode()
    assert column(as_ola, funnel.new) == []
    assert heads(as_ola, [funnel.new.pk]) == {funnel.new.pk: (0, Decimal(0))}


def test_a_stale_drop_is_refused_with_what_happened(as_ola: Client, marek: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    update_lead(lead=lead, values={"status": funnel.qualified}, by=marek)

    response = move(as_ola, lead, status=funnel.proposal.pk)

    assert response.status_code == 409
    assert Lead.objects.get(pk=lead.pk).status == funnel.qualified
    assert not BoardPosition.objects.exists()
    told = response["HX-Trigger"].encode().decode("unicode_escape")
    assert "Marek Ćwik" in told
    assert "Nowy → Kwalifikacja" in told
    page = response.content.decode()
    assert f'data-lead-id="{lead.pk}"\n    data-status-id="{funnel.qualified.pk}"' in page
    assert page.count('id="board-total-') == 3


@pytest.mark.parametrize("bad", ["", "x", "99999999", "-1", "0", "1e3"])
def test_an_unknown_status_is_refused(as_ola: Client, funnel: FunnelCast, bad: str) -> None:
    lead = LeadFactory(status=funnel.new)

    response = move(as_ola, lead, status=bad)

    assert response.status_code == 422
    assert "lejek:toast" in response["HX-Trigger"]
    assert f'data-lead-id="{lead.pk}"' in response.content.decode(), "the card comes back"
    assert_nothing_changed(lead)


def test_a_deleted_archived_or_forbidden_status_is_refused(as_ola: Client, funnel: FunnelCast) -> None:
    kind = rows.LeadTypeFactory(name="Serwis", allows=[funnel.new])
    lead = LeadFactory(status=funnel.new, type=kind)
    deleted = rows.LeadStatusFactory()
    archived = rows.LeadStatusFactory(is_archived=True)
    pk = deleted.pk
    deleted.delete()

    for status, words in (
        (pk, "Ten status już nie istnieje."),
        (archived.pk, "zarchiwizowany"),
        (funnel.proposal.pk, "Status „Propozycja” nie jest dozwolony dla typu „Serwis”."),
    ):
        response = move(as_ola, lead, status=status)
        assert response.status_code == 422
        assert words in response["HX-Trigger"].encode().decode("unicode_escape")
        assert_nothing_changed(lead)


@pytest.mark.parametrize(
    "sent", [{"rank": "-5.5"}, {"above": "x"}, {"below": "9" * 30}, {"where": "nigdzie"}, {"version": "abc"}]
)
def test_a_forged_place_is_refused(as_ola: Client, funnel: FunnelCast, sent: dict[str, str]) -> None:
    lead = LeadFactory(status=funnel.new)

    response = move(as_ola, lead, status=funnel.proposal.pk, **sent)

    assert response.status_code == 422
    assert "lejek:toast" in response["HX-Trigger"]
    assert_nothing_changed(lead)


def test_when_a_neighbour_is_gone_the_other_tells_the_place(as_ola: Client, marek: User, funnel: FunnelCast) -> None:
    a, b, c, d = (LeadFactory(status=funnel.new) for _ in range(4))
    update_lead(lead=c, values={"status": funnel.proposal}, by=marek)

    response = move(as_ola, d, status=funnel.new.pk, above=c.pk, below=b.pk)

    assert "toast" not in response["HX-Trigger"]
    assert column(as_ola, funnel.new) == [d.pk, b.pk, a.pk]
    lead = LeadFactory(status=funnel.qualified)
    assert move(as_ola, lead, status=funnel.new.pk, above=b.pk, below=c.pk).status_code == 200
    assert column(as_ola, funnel.new) == [d.pk, b.pk, lead.pk, a.pk]


def test_when_both_neighbours_are_gone_the_card_goes_on_top_and_that_is_said(
    as_ola: Client, funnel: FunnelCast
) -> None:
    a, b, c = (LeadFactory(status=funnel.new) for _ in range(3))
    lead = LeadFactory(status=funnel.qualified)
    move(as_ola, a, status=funnel.proposal.pk)
    Lead.objects.filter(pk=b.pk).delete()

    response = move(as_ola, lead, status=funnel.new.pk, above=a.pk, below=b.pk)

    assert response.status_code == 200
    assert column(as_ola, funnel.new) == [lead.pk, c.pk]
    assert "Sąsiednie karty są już gdzie indziej" in response["HX-Trigger"].encode().decode("unicode_escape")


def test_a_neighbour_that_the_user_may_not_see_is_none(
    as_ola: Client, ola: User, marek: User, funnel: FunnelCast
) -> None:
    SystemSettings.objects.current()
    SystemSettings.objects.update(sales_visibility=Visibility.OWN)
    low, hidden = LeadFactory(status=funnel.new, sales_person=ola), LeadFactory(status=funnel.new, sales_person=marek)
    lead = LeadFactory(status=funnel.qualified, sales_person=ola)

    response = move(as_ola, lead, status=funnel.new.pk, below=hidden.pk)

    assert "lejek:toast" in response["HX-Trigger"]
    assert column(as_ola, funnel.new) == [lead.pk, low.pk]
    assert move(as_ola, hidden, status=funnel.proposal.pk).status_code == 404
    assert Lead.objects.get(pk=hidden.pk).status == funnel.new


def test_a_deleted_lead_tells_who_deleted_it(as_ola: Client, ewa: User, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new)
    delete_lead(lead=Lead.objects.get(pk=lead.pk), by=ewa)

    response = move(as_ola, lead, status=funnel.proposal.pk)

    assert response.status_code == 410
    assert "Ewa Lis" in response["HX-Trigger"].encode().decode("unicode_escape")
    assert move(as_ola, LeadFactory.build(pk=987654), status=funnel.new.pk).status_code == 404


def test_a_merged_lead_tells_into_which(as_ola: Client, ewa: User, funnel: FunnelCast) -> None:
    survivor = LeadFactory(status=funnel.new, name="Brama")
    lead = LeadFactory(status=funnel.new)
    merge_leads(survivor=survivor, loser=lead, values={}, tags=(), by=ewa)

    response = move(as_ola, lead, status=funnel.proposal.pk)

    assert response.status_code == 410
    assert f"{survivor.number} Brama" in response["HX-Trigger"]
    assert Lead.objects.get(pk=survivor.pk).status == funnel.new


def test_who_may_not_edit_moves_nothing(client: Client, funnel: FunnelCast, ola: User) -> None:
    ola.groups.clear()
    ola.user_permissions.set(Permission.objects.filter(codename="view_lead"))
    client.force_login(ola)
    lead = LeadFactory(status=funnel.new)

    page = client.get(URL).content.decode()
    assert "is-readonly" in page
    assert 'data-act="move"' not in page
    assert move(client, lead, status=funnel.proposal.pk).status_code == 403
    assert_nothing_changed(lead)


def test_the_dialog_offers_what_the_type_allows(as_ola: Client, funnel: FunnelCast) -> None:
    lead = LeadFactory(status=funnel.new, type=rows.LeadTypeFactory(allows=[funnel.new, funnel.qualified, funnel.lost]))

    page = as_ola.get(reverse("leads:board_move", args=[lead.pk]), headers=HTMX).content.decode()

    def option(status: LeadStatus) -> str:
        return page.split(f'value="{status.pk}"')[1].split(">")[0]

    assert "checked" in option(funnel.new)
    assert "disabled" not in option(funnel.qualified)
    assert "disabled" in option(funnel.proposal)
    assert "disabled" in option(funnel.won)
    assert "data-lost" in option(funnel.lost)
    assert "Za drogo" in page


def test_changes_of_others_come_as_cards_and_heads(as_ola: Client, funnel: FunnelCast) -> None:
    lead, gone = LeadFactory(status=funnel.new), LeadFactory(status=funnel.new)
    Lead.objects.filter(pk=gone.pk).update(status=funnel.won)

    page = as_ola.get(reverse("leads:board_changes") + f"?id={lead.pk}&id={gone.pk}&id=x&id=99999", headers=HTMX)

    text = page.content.decode()
    assert f'data-lead-id="{lead.pk}"\n' in text
    assert f'data-lead-id="{gone.pk}" data-gone' in text
    assert 'data-lead-id="99999" data-gone' in text
    assert text.count('id="board-total-') == 3


def test_a_move_costs_the_same_in_a_column_of_any_length(as_ola: Client, funnel: FunnelCast) -> None:
    def cost() -> int:
        lead = LeadFactory(status=funnel.new)
        with CaptureQueriesContext(connection) as queries:
            assert move(as_ola, lead, status=funnel.proposal.pk, where="bottom").status_code == 200
        # The savepoint stands for the transaction, which costs no query of its own outside of a test.
        return len([query for query in queries if "SAVEPOINT" not in query["sql"]])

    cost()
    few = cost()
    for _ in range(30):
        LeadFactory(status=funnel.proposal)

    assert cost() == few
    assert few <= 10, few
