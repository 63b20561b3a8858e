"""What every page carries: the side tree by rights, messages, helpers of templates."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.formats import format_ago, format_moment, format_money, format_number
from crm.htmx import close_dialog, toast
from crm.models import User
from crm.navigation import navigation


def _labels(user: User, path: str = "/") -> dict[str, list[str]]:
    with translation.override("pl"):
        return {
            str(node.label): [str(child.label) for child in node.children]
            for node in navigation(user, path)
            if node.key
        }


def test_side_tree_shows_what_the_user_may(ola: User, ewa: User, adam: User) -> None:
    assert _labels(ola)["Operacje"][:1] == ["Leady"]
    assert "CRM" not in _labels(ola)
    assert _labels(adam)["CRM"] == ["Konfiguracja"]
    with translation.override("en"):
        names = [str(child.label) for node in navigation(ewa, "/") for leaf in node.children for child in leaf.children]
    assert "Users" in names
    order = ["Settings", "Campaigns", "Media", "Sources", "E-mail accounts", "E-mail templates", "Telephony", "Users"]
    assert names == sorted(names, key=[*order, "Import"].index)


def test_longest_address_is_the_present_page(adam: User) -> None:
    def current(path: str) -> list[str]:
        found = []
        nodes = list(navigation(adam, path))
        while nodes:
            node = nodes.pop()
            nodes += node.children
            if node.is_active:
                found.append(node.url)
        return found

    assert current("/settings/users/5/") == ["/settings/users/"]
    assert current("/settings/") == ["/settings/"]
    assert current("/leads/12/") == ["/leads/"]
    assert current("/accounts/profile/") == []


def test_page_costs_few_queries(client: Client, ola: User, django_assert_max_num_queries) -> None:
    client.force_login(ola)
    client.get(reverse("mfa_index"))
    with django_assert_max_num_queries(5):
        client.get(reverse("crm:profile_edit"))


def test_several_toasts_travel_in_one_header() -> None:
    response = toast(toast(close_dialog(), "Zażółć"), "Źle", "danger")
    assert response.headers["HX-Trigger"].isascii()
    assert json.loads(response.headers["HX-Trigger"]) == {
        "lejek:close-dialog": {},
        "lejek:toast": {"toasts": [{"text": "Zażółć", "level": "success"}, {"text": "Źle", "level": "danger"}]},
    }
    assert isinstance(response, HttpResponse)


@pytest.mark.parametrize(
    ("language", "money", "number", "moment"),
    [
        ("pl", "1\xa0234,50\xa0zł", "12\xa0345", "16.11.2026, 14:05"),
        ("en", "PLN\xa01,234.50", "12,345", "16 Nov 2026, 14:05"),
    ],
)
def test_numbers_and_moments_speak_the_language(language: str, money: str, number: str, moment: str) -> None:
    with translation.override(language):
        assert format_money(Decimal("1234.5"), "PLN") == money
        assert format_number(12345) == number
        assert format_moment(datetime(2026, 11, 16, 13, 5, tzinfo=UTC)) == moment


def test_ago_is_polish() -> None:
    with translation.override("pl"):
        assert format_ago(datetime(2020, 1, 1, tzinfo=UTC)).endswith("temu")


def test_tags_escape_what_they_show(ola: User) -> None:
    ola.first_name = "<b>"
    shown = Template("{% avatar person with_name=True %}{% colour_badge name %}{{ nothing|money }}").render(
        Context({"person": ola, "name": "<i>", "nothing": None})
    )
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "–" in shown


def test_icon_of_a_strange_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no name"):
        Template('{% icon "../../package" %}').render(Context())
