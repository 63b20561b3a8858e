"""A year of business mail of the demo company. A letter is made whenever it is asked for, always the same bytes."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from random import Random

from communications.demo.mail_server.words import ANSWERS, BODIES, CLOSINGS, HTML, NEWS, OUT_OF_OFFICE, REPLIES
from leads.demo import words
from leads.demo.people import Company, Person, company, person

CUSTOMERS = 350
WEEKS = 52
WORKDAYS = 5
OPENS, OPEN_HOURS = 8, 9
# Every fifth letter answers what we wrote about the one that came so many before it.
ROUND, AUTOMATIC, BACK, FIRST_REPLY = 5, 2, 41, 44


@dataclass(frozen=True, slots=True)
class Archive:
    """What lies in the mailbox of `address` when it is set up: `count` letters that came in the weeks before `until`,
    a Monday, and our answers to some of them in the folder of sent ones. Numbers begin with 1.
    """

    address: str
    name: str
    count: int
    until: datetime

    @property
    def sent_count(self) -> int:
        return max(0, (self.count - FIRST_REPLY) // ROUND + 1)

    def arrived(self, number: int) -> datetime:
        """When a letter came: in working hours, the later the higher its number."""
        day, hour = divmod((number - 1) / self.count * WEEKS * WORKDAYS, 1)
        week, weekday = divmod(int(day), WORKDAYS)
        start = self.until - timedelta(weeks=WEEKS - week, days=-weekday)
        return start.replace(hour=OPENS) + timedelta(hours=round(hour * OPEN_HOURS, 3))

    def sent(self, number: int) -> datetime:
        """When we wrote one of our answers."""
        first, second = self.arrived(self._asked(number)), self.arrived(self._reply_to(number))
        return first + (second - first) / 2

    def letter(self, number: int) -> bytes:
        """A letter that came."""
        if self._is_reply(number):
            return self._customers_reply(number)
        if number % ROUND == AUTOMATIC and (kind := self._random(number).randrange(6)) < 3:
            return (self._newsletter, self._out_of_office, self._bounce)[kind](number)
        return self._enquiry(number)

    def answer(self, number: int) -> bytes:
        """One of our answers."""
        asked = self._asked(number)
        customer, _firm = self._customer(asked)
        text = f"{ANSWERS[number % len(ANSWERS)]}\n\nZ poważaniem\n{self.name}\n\n{_quoted(self._text(asked))}"
        head = self._head(
            (self.name, self.address), self._mailbox(asked), f"Re: {self._subject(asked)}", self.sent(number),
            self._sent_id(number), after=[self._id(asked)],
        )  # fmt: skip
        return _message(head, text, attachment=(f"oferta-{number}.pdf", pdf(f"Oferta {number} dla {customer}")))

    # --- What a letter is made of

    def _is_reply(self, number: int) -> bool:
        return number >= FIRST_REPLY and (number - FIRST_REPLY) % ROUND == 0

    def _reply_to(self, number: int) -> int:
        """The letter that answers our answer `number`."""
        return FIRST_REPLY + ROUND * (number - 1)

    def _asked(self, number: int) -> int:
        """The letter that our answer `number` is about."""
        return self._reply_to(number) - BACK

    def _random(self, number: int) -> Random:
        return Random(f"{self.address} {number}")

    def _customer(self, number: int) -> tuple[Person, Company]:
        return _customer(self._random(number).randrange(CUSTOMERS))

    def _mailbox(self, number: int) -> tuple[str, str]:
        who, firm = self._customer(number)
        return f"{who.first_name} {who.last_name}", f"{who.mailbox}@{firm.domain}"

    def _subject(self, number: int) -> str:
        _who, firm = self._customer(number)
        return self._random(number * 7).choice(words.ENQUIRIES).format(city=firm.city)

    def _text(self, number: int) -> str:
        who, firm = self._customer(number)
        random = self._random(number * 11)
        body = random.choice(BODIES).format(
            subject=self._subject(number), city=firm.city, number=random.randint(2, 40), weeks=random.randint(2, 9)
        )
        signature = f"{who.first_name} {who.last_name}\n{firm.name}\n{firm.street}, {firm.postal_code} {firm.city}"
        return f"Dzień dobry,\n\n{body}\n\n{random.choice(CLOSINGS)}\n{signature}\ntel. {firm.phone}"

    def _id(self, number: int) -> str:
        return f"{number}.{self.until:%Y%m%d}@{self._customer(number)[1].domain}"

    def _sent_id(self, number: int) -> str:
        return f"odp-{number}.{self.until:%Y%m%d}@{self.address.partition('@')[2]}"

    def _enquiry(self, number: int) -> bytes:
        random = self._random(number * 13)
        head = self._incoming(number, self._mailbox(number), self._subject(number), self._id(number))
        text = self._text(number)
        html = HTML.format(text=text.replace("\n", "<br>")) if random.random() < 0.3 else ""
        attachment = None
        if random.random() < 0.12:
            _who, firm = self._customer(number)
            attachment = random.choice(
                (
                    (f"zapytanie-{number}.pdf", pdf(f"Zapytanie {number}, {firm.domain}")),
                    ("pozycje.csv", "pozycja;ilość\r\nregał paletowy;12\r\nodbojnik;24\r\n".encode()),
                )
            )
        return _message(head, text, html=html, attachment=attachment)

    def _customers_reply(self, number: int) -> bytes:
        asked = number - BACK
        ours = (number - FIRST_REPLY) // ROUND + 1
        head = self._incoming(
            number, self._mailbox(asked), f"Re: {self._subject(asked)}", f"{number}.{self._id(asked)}",
            after=[self._id(asked), self._sent_id(ours)],
        )  # fmt: skip
        name = self._mailbox(asked)[0]
        return _message(head, f"{REPLIES[number % len(REPLIES)]}\n\n{name}\n\n{_quoted(ANSWERS[ours % len(ANSWERS)])}")

    def _newsletter(self, number: int) -> bytes:
        subject, text = NEWS[number % len(NEWS)]
        sender = ("Magazyn Dziś", "newsletter@magazyn-dzis.example")
        extra = ("List-Id: <nowosci.magazyn-dzis.example>", "Precedence: bulk")
        head = self._incoming(number, sender, subject, f"{number}@magazyn-dzis.example", extra=extra)
        return _message(head, text, html=HTML.format(text=text))

    def _out_of_office(self, number: int) -> bytes:
        extra = ("Auto-Submitted: auto-replied",)
        head = self._incoming(number, self._mailbox(number), "Odpowiedź automatyczna", self._id(number), extra=extra)
        return _message(head, OUT_OF_OFFICE.format(name=self._mailbox(number)[0]))

    def _bounce(self, number: int) -> bytes:
        _name, address = self._mailbox(number)
        host = self.address.partition("@")[2]
        sender = ("Mail Delivery System", f"mailer-daemon@{host}")
        extra = ("Auto-Submitted: auto-replied",)
        head = self._incoming(number, sender, "Niedostarczona wiadomość", f"{number}.bounce@{host}", extra=extra)
        return _message(
            head, f"Nie udało się dostarczyć wiadomości do {address}:\n550 5.1.1 Taka skrzynka nie istnieje."
        )

    def _incoming(
        self, number: int, sender: tuple[str, str], subject: str, message_id: str, *,
        after: list[str] | None = None, extra: tuple[str, ...] = (),
    ) -> list[str]:  # fmt: skip
        me = (self.name, self.address)
        return [*self._head(sender, me, subject, self.arrived(number), message_id, after=after or []), *extra]

    def _head(
        self, sender: tuple[str, str], to: tuple[str, str], subject: str, when: datetime, message_id: str, *,
        after: list[str],
    ) -> list[str]:  # fmt: skip
        head = [
            f"From: {_encoded(sender[0])} <{sender[1]}>",
            f"To: {_encoded(to[0])} <{to[1]}>",
            f"Subject: {_encoded(subject)}",
            f"Date: {format_datetime(when)}",
            f"Message-ID: <{message_id}>",
            "MIME-Version: 1.0",
        ]
        if after:
            head += [f"In-Reply-To: <{after[-1]}>", "References: " + " ".join(f"<{one}>" for one in after)]
        return head


@lru_cache(maxsize=CUSTOMERS)
def _customer(number: int) -> tuple[Person, Company]:
    random = Random(f"customer {number}")
    return person(random), company(random)


@lru_cache(maxsize=4096)
def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=200).encode()


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _message(head: list[str], text: str, *, html: str = "", attachment: tuple[str, bytes] | None = None) -> bytes:
    """The bytes of a message, with CRLF."""
    body = _part("text/plain", text)
    if html:
        body = _multipart("alternative", [body, _part("text/html", html)])
    if attachment:
        name, content = attachment
        lines = base64.encodebytes(content).decode().rstrip("\n")
        kind = "application/pdf" if name.endswith(".pdf") else "text/csv"
        file = (
            f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'
            f"Content-Transfer-Encoding: base64\n\n{lines}\n"
        )
        body = _multipart("mixed", [body, file])
    return ("\n".join(head) + "\n" + body).replace("\n", "\r\n").encode()


def _part(kind: str, text: str) -> str:
    return f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"


def _multipart(kind: str, parts: list[str]) -> str:
    boundary = f"=-{kind}-="
    inside = "".join(f"--{boundary}\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inside}--{boundary}--\n'


def pdf(title: str) -> bytes:
    """A page with one line on it; the standard fonts of PDF have no Polish letters."""
    line = title.encode("ascii", "replace").decode().replace("(", "[").replace(")", "]")
    stream = f"BT /F1 20 Tf 72 740 Td ({line}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    text, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    text += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n"
    return f"{text}{text.index('xref')}\n%%EOF\n".encode()
