"""What people and machines write to the demo company, which sells racks, trolleys and service for warehouses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail of the demo; `hours` ago it came. `attachment` is the name of a file that goes with it."""

    sender: str
    address: str
    subject: str
    text: str
    hours: int
    html: str = ""
    attachment: str = ""
    headers: tuple[tuple[str, str], ...] = ()


TABLE = (
    "<p>Dzień dobry,</p><p>proszę o wycenę poniższych pozycji z dostawą do <b>Grudziądza</b>:</p>"
    '<table border="1" cellpadding="6" style="border-collapse:collapse"><tr style="background-color:#eef2f7">'
    "<th>Pozycja</th><th>Ilość</th><th>Uwagi</th></tr><tr><td>Regał paletowy 4,5 m</td><td align=right>12</td>"
    "<td>nośność 2 t na poziom</td></tr><tr><td>Odbojnik słupka</td><td align=right>24</td><td>żółty</td></tr></table>"
    "<p>Z poważaniem<br><b>Ewelina Górska</b><br>Zakłady Drzewne Wda, tel. 56 611 20 30</p>"
    '<img src="https://poczta.wda-drewno.example/stopka.png" width="220" alt="Zakłady Drzewne Wda">'
    '<img src="https://poczta.wda-drewno.example/o?u=118" width="1" height="1">'
)
NEWSLETTER = (
    "<h2>Nowości w magazynowaniu</h2><p>W tym tygodniu: wózki z litową baterią, przegląd norm PN-EN 15635 i relacja "
    'z targów.</p><p><a href="https://magazyn-dzis.example/nr/48">Czytaj numer 48</a></p>'
    '<img src="https://magazyn-dzis.example/nr48.jpg" width="560" alt="Okładka numeru 48">'
)
# They wait to be processed, in the order of the list.
WAITING = (
    Letter(
        "Ewelina Górska", "e.gorska@wda-drewno.example", "Zapytanie o regały paletowe – hala w Grudziądzu", "", 2,
        html=TABLE, attachment="rzut-hali.pdf",
    ),
    Letter(
        "Bartosz Kulesza", "b.kulesza@kulesza-transport.example", "Wózki paletowe – 6 sztuk",
        "Dzień dobry,\n\nszukamy 6 ręcznych wózków paletowych, udźwig 2,5 t, widły 1150 mm. Czy mają Państwo na stanie"
        " i jaki jest termin dostawy do Białegostoku?\n\nPozdrawiam\nBartosz Kulesza\ntel. 600 431 220", 5,
    ),
    Letter(
        "Formularz kontaktowy", "no-reply@regaly-sklep.example", "Nowe zapytanie ze strony: serwis bramy",
        "Imię i nazwisko: Małgorzata Wiśniewska\nFirma: Piekarnia Złoty Kłos\nTelefon: 512 880 441\n\nTreść:\nBrama"
        " roletowa w piekarni zacina się przy podnoszeniu. Proszę o kontakt w sprawie przeglądu, najlepiej rano.", 8,
        headers=(("Reply-To", "Małgorzata Wiśniewska <biuro@zlotyklos.example>"),),
    ),
    Letter(
        "Krzysztof Ćwikła", "k.cwikla@agro-lidzbark.example", "Regały wspornikowe na rury",
        "Witam,\n\nprosimy o ofertę na regały wspornikowe do rur stalowych długości 6 m, obciążenie ramienia 400 kg,"
        " łącznie ok. 18 mb. Montaż na gotowej posadzce. Kiedy mogliby Państwo obejrzeć miejsce?\n\nK. Ćwikła", 22,
    ),
    Letter(
        "Anna Mroczek", "anna.mroczek@kancelaria-mroczek.example", "Spotkanie w sprawie archiwum",
        "Dzień dobry,\n\nzapraszam na krótkie spotkanie w sprawie regałów do archiwum kancelarii.\n\nAnna Mroczek", 27,
        attachment="zaproszenie.ics",
    ),
    Letter(
        "Magazyn Dziś", "newsletter@magazyn-dzis.example", "Magazyn Dziś, numer 48: baterie litowe", "", 30,
        html=NEWSLETTER,
        headers=(("List-Id", "Magazyn Dzis <nowosci.magazyn-dzis.example>"), ("Precedence", "bulk")),
    ),
    Letter(
        "Mirosława Bąk", "m.bak@hurtownia-bak.example", "Reklamacja – krzywy słupek",
        "Dzień dobry,\n\nw dostawie z poniedziałku jeden słupek regału jest wygięty (zdjęcie mogę dosłać). Proszę"
        " o wymianę, zanim zaczniemy montaż.\n\nMirosława Bąk, Hurtownia Bąk", 46,
    ),
    Letter(
        "Poczta firmowa", "mailer-daemon@poczta.lejek.test", "Niedostarczona wiadomość: Oferta nr 118/2026",
        "Nie udało się dostarczyć wiadomości do zamowienia@stary-adres.example:\n550 5.1.1 Taka skrzynka nie istnieje.",
        51, headers=(("Auto-Submitted", "auto-replied"),),
    ),
)  # fmt: skip
# Answers of customers on their leads: text, hours ago. The first ones are new.
ANSWERS = (
    ("Dzień dobry,\n\ndziękuję za ofertę. Proszę jeszcze o cenę z montażem i o informację, czy termin dwóch tygodni"
     " jest realny.\n\nPozdrawiam", 1),
    ("Dzień dobry,\n\nzarząd zaakceptował ofertę. Proszę o przygotowanie zamówienia, dane do faktury bez zmian.\n", 4),
    ("Witam,\n\nniestety musimy odłożyć zakup na przyszły kwartał. Proszę przypomnieć się w lutym.\n", 26),
    ("Dzień dobry,\n\nczy te regały można później dostawić o kolejny moduł? W załączniku zdjęcie miejsca.\n", 70),
    ("Potwierdzam spotkanie we wtorek o 10:00 u nas w biurze.\n", 98),
)  # fmt: skip
OFFER = (
    "Dzień dobry,\n\ndziękuję za zapytanie. W załączeniu przesyłam ofertę – ceny są netto i obowiązują 30 dni. "
    "Transport na terenie kraju wliczamy przy zamówieniu od 5 000 zł.\n\nPozdrawiam\n{name}"
)
QUESTION = "Dzień dobry,\n\nproszę o ofertę: {subject}. Zależy nam na szybkim terminie.\n\nPozdrawiam\n{name}"
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:archiwum-1@kancelaria-mroczek.example\r\n"
    "DTSTART;TZID=Europe/Warsaw:{day}T100000\r\nDTEND;TZID=Europe/Warsaw:{day}T110000\r\n"
    "SUMMARY:Regały do archiwum – spotkanie\r\nLOCATION:ul. Świętojańska 12\\, Gdynia\r\n"
    "ORGANIZER;CN=Anna Mroczek:mailto:anna.mroczek@kancelaria-mroczek.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
