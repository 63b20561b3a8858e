"""When the names of two leads say that they are the same one. Pure: it reads the texts it is given.

What many leads share says nothing: "zapytanie ofertowe", the legal form of a company, the product, the city. What is
left of two names is compared by trigrams, as pg_trgm does; and a like name counts only where nothing tells the leads
apart (two companies, two persons, two partners, two products).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from crm.querysets import LEGAL_FORMS

ALIKE = 0.6
SHORTEST = 4

# ruff: noqa: SIM905 - long lists of single words read best as text
GENERIC = frozenset(
    "zapytanie zapytania zapytan pytanie prosba oferta oferty oferte ofert ofertowe ofertowa ofertowy wycena wyceny "
    "wycene kontakt kontaktowy formularz formularza wiadomosc strona strony www internet internetu internetowy telefon "
    "telefoniczne telefonicznie email mail mailowe zamowienie zamowienia klient klienta nowy nowa nowe nowego lead "
    "leadu sprzedaz sprzedazy kampania reklama spotkanie rozmowa test testowy firma firmy firme przedsiebiorstwo "
    "uslugi uslugowe handlowe handlowy produkcyjne produkcyjno uslugowo handlowo przetarg inquiry enquiry request "
    "quote offer contact form website message order customer new from web call meeting company the for and with "
    "corporation corp limited holding group grupa "
    "a i o u w z ze na do dla od po ws spr oraz lub przy pod nad bez jest sie nr szt pln".split()
)
CITIES = frozenset(
    "warszawa krakow lodz wroclaw poznan gdansk szczecin bydgoszcz lublin bialystok katowice gdynia czestochowa radom "
    "rzeszow torun sosnowiec kielce gliwice olsztyn zabrze bytom zielona gora rybnik ruda slaska opole tychy gorzow "
    "wielkopolski elblag dabrowa gornicza plock walbrzych wloclawek tarnow chorzow koszalin kalisz legnica grudziadz "
    "jaworzno slupsk polska poland".split()
)
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Named:
    """What a lead is called by: the telling parts of its name, company and person ("" when nothing tells), and the
    partner and product by ID.
    """

    name: str = ""
    company: str = ""
    person: str = ""
    partner: int | None = None
    product: int | None = None

    @property
    def texts(self) -> list[str]:
        """What to look for in other leads."""
        return list(dict.fromkeys(text for text in (self.name, self.company, self.person) if len(text) >= SHORTEST))


class Namer:
    """Takes the telling parts out of names, where `products` are the names of what is sold."""

    def __init__(self, products: Iterable[str] = ()) -> None:
        names = {" ".join(_words(name)) for name in products}
        self._products = sorted((name for name in names if name), key=len, reverse=True)

    def named(
        self, *, name: str, company: str = "", person: str = "", city: str = "", partner: int | None = None,
        product: int | None = None,
    ) -> Named:  # fmt: skip
        """A lead's names, as they were typed or stored."""
        return Named(
            name=self.telling(name, city=city),
            company=self.telling(company, city=city),
            person=" ".join(_words(person)),
            partner=partner,
            product=product,
        )

    def telling(self, text: str, *, city: str = "") -> str:
        """The words of `text` that tell one lead from others, without case and diacritics; "" when there are none."""
        rest = f" {' '.join(_words(LEGAL_FORMS.sub(' ', text)))} "
        for product in self._products:
            rest = rest.replace(f" {product} ", " ")
        dull = GENERIC | CITIES | set(_words(city))
        words = [word for word in rest.split() if word not in dull and not word.isdigit()]
        return " ".join(words) if any(len(word) > 2 for word in words) else ""


def are_alike(one: Named, two: Named) -> bool:
    """Whether the names say that both are the same lead."""
    if _differ(one, two):
        return False
    if one.name and two.name and _similar(one.name, two.name):
        return True
    if _similar(one.name, two.company) or _similar(one.company, two.name):
        return True
    if one.name and two.name:  # two enquiries of one company
        return False
    return _similar(one.company, two.company) or _similar(one.person, two.person)


def _differ(one: Named, two: Named) -> bool:
    """Whether something tells them apart."""
    ids = ((one.partner, two.partner), (one.product, two.product))
    if any(a is not None and b is not None and a != b for a, b in ids):
        return True
    texts = ((one.company, two.company), (one.person, two.person))
    return any(a and b and not _similar(a, b) for a, b in texts)


def _similar(one: str, two: str) -> bool:
    return min(len(one), len(two)) >= SHORTEST and similarity(one, two) >= ALIKE


def similarity(one: str, two: str) -> float:
    """How many of the trigrams of two texts both have (pg_trgm's `similarity`)."""
    a, b = _trigrams(one), _trigrams(two)
    return len(a & b) / len(a | b) if a and b else 0.0


@lru_cache(maxsize=4096)
def _trigrams(text: str) -> frozenset[str]:
    padded: Collection[str] = [f"  {word} " for word in text.split()]
    return frozenset(word[i : i + 3] for word in padded for i in range(len(word) - 2))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
