"""People and companies, put together from the words by a seeded generator of random numbers."""

import unicodedata
from dataclasses import dataclass
from random import Random

from stdnum.pl import nip

from leads.demo import words

UNUSED_TAX_OFFICE = "999"  # no NIP of a real company begins with it


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str

    @property
    def mailbox(self) -> str:
        return f"{ascii_slug(self.first_name)[0]}.{ascii_slug(self.last_name)}"


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    domain: str
    nip: str
    street: str
    city: str
    region: str
    postal_code: str
    phone: str


def person(random: Random) -> Person:
    """A man or a woman, with the surname in its form."""
    if random.random() < 0.5:
        return Person(random.choice(words.MEN), random.choice(words.SURNAMES))
    surname = random.choice(words.SURNAMES)
    if surname.endswith(("ski", "cki", "dzki")):
        surname = surname[:-1] + "a"
    return Person(random.choice(words.WOMEN), surname)


def company(random: Random) -> Company:
    """A company with its seat, a number of the right checksum and a telephone that nobody answers."""
    first, (trade, domain) = random.choice(words.COMPANY_NAMES), random.choice(words.TRADES)
    city, region, postal, _area = place = random.choice(words.CITIES)
    return Company(
        name=f"{first} {trade} {random.choice(words.LEGAL_FORMS)}",
        domain=f"{ascii_slug(first)}-{domain}.example",
        nip=_nip(random),
        street=f"ul. {random.choice(words.STREETS)} {random.randint(1, 180)}",
        city=city,
        region=region,
        postal_code=f"{postal}-{random.randint(1, 999):03d}",
        phone=phone(random, place),
    )


def phone(random: Random, place: tuple[str, str, str, str]) -> str:
    """A landline of `place`; no subscriber's number begins with 0."""
    return f"{place[3]} 0{random.randint(10, 99)} {random.randint(10, 99)} {random.randint(10, 99)}"


def ascii_slug(text: str) -> str:
    """`Źdźbło` → `zdzblo`, for domains and mailboxes."""
    plain = unicodedata.normalize("NFD", text.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum())


def _nip(random: Random) -> str:
    while True:
        digits = f"{UNUSED_TAX_OFFICE}{random.randint(0, 999_999):06d}"
        check = nip.checksum(digits + "0")
        if check < 10:
            return nip.validate(f"{digits}{check}")
