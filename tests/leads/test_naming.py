"""When names say that two leads are the same one."""

import csv
from itertools import combinations
from pathlib import Path

import pytest

from leads.naming import Namer, are_alike, similarity

PRODUCTS = ["Regał paletowy rzędowy", "GTX Basic", "GTXPro"]


def alike(one: dict[str, str] | str, two: dict[str, str] | str) -> bool:
    namer = Namer(PRODUCTS)
    first, second = (namer.named(**({"name": lead} if isinstance(lead, str) else lead)) for lead in (one, two))
    assert are_alike(first, second) == are_alike(second, first)
    return are_alike(first, second)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Hurtownia Łódzka sp. z o.o.", "hurtownia lodzka"),
        ("Zapytanie – Meble Nowak", "Meble Nowak S.A. oferta"),
        ("Acme Corporation", "Acme Corporation GTX Basic"),
        ({"name": "Zapytanie ze strony", "company": "Stalmet sp. j."}, {"name": "Stalmet"}),
        ({"name": "Oferta", "person": "Jan Kowalski"}, {"name": "Kontakt", "person": "Jan Kowalski"}),
        ("Modernizacja linii pakowania", "Modernizacja linii pakowania"),
    ],
)
def test_alike(one: dict[str, str] | str, two: dict[str, str] | str) -> None:
    assert alike(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Zapytanie ofertowe", "Zapytanie ofertowe"),
        ("Zapytanie Kowalski", "Zapytanie Nowak"),
        ("Oferta Warszawa", "Oferta Warszawa"),
        ("Alfa sp. z o.o.", "Beta sp. z o.o."),
        ("Regał paletowy rzędowy", "Regał paletowy rzędowy"),
        ("GTX Basic – Cancity", "GTX Basic – Isdom"),
        ("Lead 1", "Lead 1"),
        ("", ""),
        ({"name": "Rozbudowa hali", "company": "Stalmet"}, {"name": "Rozbudowa hali", "company": "Meble Nowak"}),
        ({"name": "Rozbudowa hali", "company": "Stalmet"}, {"name": "Przegląd wózków", "company": "Stalmet"}),
        ({"name": "Rozbudowa", "person": "Jan Kowalski"}, {"name": "Rozbudowa", "person": "Anna Mazur"}),
    ],
)
def test_not_alike(one: dict[str, str] | str, two: dict[str, str] | str) -> None:
    assert not alike(one, two)


def test_other_partners_and_other_products_tell_leads_apart() -> None:
    namer = Namer()
    assert are_alike(namer.named(name="Acme", partner=1), namer.named(name="Acme", partner=1))
    assert not are_alike(namer.named(name="Acme", partner=1), namer.named(name="Acme", partner=2))
    assert not are_alike(namer.named(name="Acme", product=1), namer.named(name="Acme", product=2))


def test_similarity_is_that_of_pg_trgm() -> None:
    assert similarity("word", "words") == pytest.approx(0.571429, abs=1e-5)  # as SELECT similarity('word', 'words')
    assert similarity("abc", "abc") == 1
    assert similarity("", "abc") == 0


def test_real_accounts_are_not_taken_for_one_another(crm_sales_data: Path) -> None:
    with (crm_sales_data / "accounts.csv").open() as file:
        accounts = [row["account"] for row in csv.DictReader(file)]
    with (crm_sales_data / "products.csv").open() as file:
        products = [row["product"] for row in csv.DictReader(file)]
    namer = Namer(products)

    for product in products:
        names = [namer.named(name=f"{product} – {account}") for account in accounts]
        confused = [(a.name, b.name) for a, b in combinations(names, 2) if are_alike(a, b)]
        assert not confused
    for account in accounts:
        if namer.telling(account):  # "Y-corporation" has nothing but a letter
            assert are_alike(namer.named(name=f"{products[0]} – {account}"), namer.named(name=f"{account} Inc."))
