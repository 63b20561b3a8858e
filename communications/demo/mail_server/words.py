"""What the letters of the archive say."""

BODIES = (
    "piszę w sprawie: {subject}. Proszę o ofertę na {number} sztuk z dostawą i montażem, {city} i okolice. Termin, na"
    " którym nam zależy, to {weeks} tygodni od zamówienia.",
    "szukamy dostawcy. Temat: {subject}. Mamy plan hali i listę obciążeń, mogę je przesłać. Kiedy mogliby Państwo"
    " przyjechać na pomiar? Chodzi o około {number} stanowisk.",
    "dostałem Państwa adres od partnera. Interesuje nas: {subject}. Proszę o orientacyjną cenę w dwóch wariantach,"
    " z montażem i bez, oraz o referencje z ostatnich {weeks} miesięcy.",
    "wracam do naszej rozmowy telefonicznej ({subject}). Potrzebujemy {number} kompletów; budżet jest zatwierdzony,"
    " decyzja zapadnie w ciągu {weeks} tygodni.",
    "proszę o kontakt w sprawie: {subject}. Obecny dostawca nie dotrzymuje terminów, a otwieramy nowy magazyn"
    " ({city}) już za {weeks} tygodni.",
    "czy oferują Państwo także serwis? Mamy {number} regałów innego producenta i zbliża się przegląd. Przy okazji"
    " prosimy o wycenę: {subject}.",
)
CLOSINGS = ("Pozdrawiam", "Z poważaniem", "Z góry dziękuję za odpowiedź", "Pozdrawiam serdecznie")
ANSWERS = (
    "Dzień dobry,\n\ndziękuję za zapytanie. W załączeniu przesyłam ofertę – ceny są netto i obowiązują 30 dni.",
    "Dzień dobry,\n\nprzygotowaliśmy ofertę w dwóch wariantach. Chętnie omówię różnice przez telefon.",
    "Dzień dobry,\n\noferta w załączeniu. Termin dostawy to obecnie cztery tygodnie od zamówienia.",
    "Dzień dobry,\n\nprzesyłam wycenę wstępną; dokładną podamy po pomiarze, który jest bezpłatny.",
)
REPLIES = (
    "Dzień dobry,\n\ndziękuję, oferta jest czytelna. Proszę jeszcze o cenę transportu.",
    "Dzień dobry,\n\nprzekazałem ofertę zarządowi, wrócę z decyzją w przyszłym tygodniu.",
    "Dzień dobry,\n\nczy możliwy jest rabat przy zamówieniu obu części naraz?",
    "Dzień dobry,\n\ntym razem wybraliśmy innego dostawcę, ale zachowam Państwa kontakt.",
    "Dzień dobry,\n\nproszę o przesunięcie pomiaru o tydzień, hala nie jest jeszcze gotowa.",
)
NEWS = (
    ("Magazyn Dziś: przegląd norm PN-EN 15635", "Co się zmieniło w przeglądach regałów i kto może je prowadzić."),
    ("Magazyn Dziś: wózki z baterią litową", "Porównaliśmy koszty pięciu lat pracy wózków litowych i kwasowych."),
    ("Magazyn Dziś: relacja z targów", "Najciekawsze stoiska i dane o rynku powierzchni magazynowych."),
)
OUT_OF_OFFICE = (
    "Jestem na urlopie. Na wiadomości odpowiem po powrocie; w pilnych sprawach proszę dzwonić do biura.\n\n{name}"
)
HTML = '<div style="font-family:Arial,sans-serif;color:#223">{text}</div>'
# What customers answer to what is sent from the demo.
LIVE_REPLIES = (
    "Dzień dobry,\n\ndziękuję za wiadomość. Zapoznam się i odpowiem jeszcze w tym tygodniu.",
    "Dzień dobry,\n\nwygląda dobrze. Proszę o telefon w sprawie terminu dostawy.",
    "Dzień dobry,\n\ndziękuję. Czy cena obejmuje montaż?",
)
