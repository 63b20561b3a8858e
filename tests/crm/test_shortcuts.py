"""The help sheet, and the one list of shortcuts behind it."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from crm.models import User
from crm.shortcuts import SECTIONS
from tests.cast import FunnelCast


def sheet(client: Client, page: str) -> str:
    response = client.get(reverse("crm:shortcut_list"), {"page": page})
    assert response.status_code == 200
    return response.content.decode()


def test_the_sheet_shows_the_keys_of_its_page(client: Client, ola: User, funnel: FunnelCast) -> None:
    client.force_login(ola)

    listed, card, other = (sheet(client, page) for page in ("leads:lead_list", "leads:lead_detail", "nonsense"))

    assert "Zaznacz wiersz" in listed
    assert "Wróć do listy" not in listed
    assert "Wróć do listy" in card
    assert "Zaznacz wiersz" not in card
    for html in (listed, card, other):
        assert "Szukaj wszędzie" in html
        assert reverse("leads:lead_list") in html


def test_pages_that_one_may_not_open_have_no_key(client: Client, ola: User, ewa: User) -> None:
    client.force_login(ola)
    assert "Ustawienia" not in sheet(client, "")
    client.force_login(ewa)
    assert "Ustawienia" in sheet(client, "")


def test_every_key_of_a_template_is_in_the_list() -> None:
    listed = {way for section in SECTIONS for shortcut in section.shortcuts for way in shortcut.keys.split()}
    root = settings.TEMPLATES[0]["DIRS"][0]
    used = {
        (way, path.name)
        for path in root.rglob("*.html")
        for keys in re.findall(r'data-hotkey="([^"{]+)"', path.read_text(encoding="utf-8"))
        for way in keys.split()
    }

    assert not {(way, name) for way, name in used if way not in listed}


@pytest.mark.parametrize("page", sorted({page for section in SECTIONS for page in section.pages}))
def test_sections_name_pages_that_exist(page: str) -> None:
    for arguments in ([], [1], ["statuses"], ["statuses", 1]):
        try:
            reverse(page, args=arguments)
        except NoReverseMatch:
            continue
        return
    pytest.fail(f"There is no page {page}.")
