"""The words that demo data and the benchmark's data are made of.

Nobody real can be reached by them: e-mail domains end in .example (RFC 2606), subscriber numbers start with 0.
"""

# ruff: noqa: SIM905 - long lists of single words read best as text

MEN = (
    "Adam Andrzej Bartosz Dariusz Grzegorz Jacek Jakub Jan Kamil Krzysztof Łukasz Maciej Marcin Mariusz Mateusz Michał "
    "Paweł Piotr Rafał Robert Sławomir Tomasz Wojciech Zbigniew"
).split()
WOMEN = (
    "Agnieszka Aleksandra Anna Barbara Beata Dorota Elżbieta Ewa Iwona Joanna Justyna Katarzyna Magdalena Małgorzata "
    "Marta Monika Natalia Paulina Renata Sylwia Urszula Wioletta Zofia Żaneta"
).split()
# Surnames for men; those in -ski, -cki and -dzki have a woman's form in -a.
SURNAMES = (
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski "
    "Jankowski Mazur Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek "
    "Jabłoński Wróbel Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski "
    "Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski Zalewski Wróblewski Ćwik Łukasik Śliwiński "
    "Źrebiec Żak"
).split()

# City, region (województwo), first digits of the postal code, area code of telephones.
CITIES = (
    ("Warszawa", "mazowieckie", "02", "22"),
    ("Łódź", "łódzkie", "90", "42"),
    ("Kraków", "małopolskie", "30", "12"),
    ("Wrocław", "dolnośląskie", "50", "71"),
    ("Poznań", "wielkopolskie", "60", "61"),
    ("Gdańsk", "pomorskie", "80", "58"),
    ("Szczecin", "zachodniopomorskie", "70", "91"),
    ("Bydgoszcz", "kujawsko-pomorskie", "85", "52"),
    ("Lublin", "lubelskie", "20", "81"),
    ("Katowice", "śląskie", "40", "32"),
    ("Białystok", "podlaskie", "15", "85"),
    ("Gdynia", "pomorskie", "81", "58"),
    ("Częstochowa", "śląskie", "42", "34"),
    ("Radom", "mazowieckie", "26", "48"),
    ("Rzeszów", "podkarpackie", "35", "17"),
    ("Toruń", "kujawsko-pomorskie", "87", "56"),
    ("Kielce", "świętokrzyskie", "25", "41"),
    ("Gliwice", "śląskie", "44", "32"),
    ("Olsztyn", "warmińsko-mazurskie", "10", "89"),
    ("Opole", "opolskie", "45", "77"),
    ("Zielona Góra", "lubuskie", "65", "68"),
    ("Płock", "mazowieckie", "09", "24"),
    ("Stryków", "łódzkie", "95", "42"),
    ("Świebodzin", "lubuskie", "66", "68"),
)
STREETS = (
    "Magazynowa Przemysłowa Składowa Logistyczna Fabryczna Kolejowa Portowa Graniczna Polna Ogrodowa Łąkowa Poznańska "
    "Krakowska Warszawska Piłsudskiego Słowackiego Mickiewicza Żeromskiego Towarowa Spedycyjna"
).split()

# The first word of a company's name, and what the company does.
COMPANY_NAMES = (
    "Agromix Alfatrans Amber Balticus Bartpol Bemowia Borkowscy Brzoza Centrum Chłodex Dekorum Delfin Dromet Drzewko "
    "Elbud Eurozłom Fenix Fructus Galwanex Gralex Hermes Iglopol Jantar Jarpol Jaskółka Kabeltech Karpaty Kornik "
    "Lechia Łabędź Magnolia Malta Mebelux Metalpol Młynpol Nadwiślanka Nitron Odra Olimp Optima Orkan Paleta Pekabet "
    "Piast Podlasie Pomorzanka Roltex Rzemyk Sawa Silesia Sokół Stalmet Stolarz Szron Śnieżka Tatry Termex Tradycja "
    "Tytan Unipak Warta Wawel Wigry Wisła Zenit Złotnik Żubr"
).split()
TRADES = (
    ("Logistyka", "logistyka"),
    ("Transport", "transport"),
    ("Meble", "meble"),
    ("Hurtownia Spożywcza", "hurt"),
    ("Chłodnie", "chlodnie"),
    ("Opakowania", "opakowania"),
    ("Części Samochodowe", "czesci"),
    ("Farmacja", "farmacja"),
    ("Budownictwo", "budownictwo"),
    ("Konstrukcje Stalowe", "stal"),
    ("Drukarnia", "druk"),
    ("E-commerce", "sklep"),
)
LEGAL_FORMS = ("sp. z o.o.", "sp. z o.o.", "sp. z o.o.", "S.A.", "sp. j.", "sp. k.", "s.c.")

# Code, name, unit, net price, VAT.
PRODUCTS = (
    ("REG-PAL", "Regał paletowy rzędowy", "szt.", "1890.00", "23"),
    ("REG-WSP", "Regał wspornikowy", "szt.", "2450.00", "23"),
    ("REG-POL", "Regał półkowy lekki", "szt.", "420.00", "23"),
    ("REG-WJ", "Regał wjezdny (drive-in)", "kpl.", "38500.00", "23"),
    ("REG-PRZ", "Regał przepływowy", "kpl.", "27900.00", "23"),
    ("ANT-100", "Antresola magazynowa", "m²", "640.00", "23"),
    ("WOZ-EL", "Wózek widłowy elektryczny 1,6 t", "szt.", "89900.00", "23"),
    ("WOZ-WYN", "Wynajem wózka widłowego", "mies.", "2100.00", "23"),
    ("PAL-EL", "Paleciak elektryczny", "szt.", "7490.00", "23"),
    ("STR-WYS", "Stół warsztatowy z szufladami", "szt.", "1650.00", "23"),
    ("SZA-BHP", "Szafa socjalna BHP", "szt.", "980.00", "23"),
    ("PRZ-ROK", "Przegląd regałów (PN-EN 15635)", "usł.", "1200.00", "23"),
    ("MON-REG", "Montaż regałów", "godz.", "145.00", "23"),
    ("PRO-MAG", "Projekt układu magazynu", "usł.", "6500.00", "23"),
    ("SZK-MAG", "Szkolenie magazynierów", "os.", "450.00", "zw"),
)

# What customers ask for; {city} is in the nominative.
ENQUIRIES = (
    "Regały paletowe do nowej hali – {city}",
    "Wyposażenie magazynu wysokiego składowania – {city}",
    "Antresola nad strefą kompletacji",
    "Wymiana uszkodzonych ram regałów",
    "Przegląd roczny regałów – {city}",
    "Wynajem dwóch wózków widłowych na sezon",
    "Regały wspornikowe na dłużycę",
    "Rozbudowa magazynu o 1 200 miejsc paletowych",
    "Regały półkowe do archiwum",
    "Projekt układu hali pod e-commerce",
    "Wózek elektryczny do wąskich korytarzy",
    "Przeniesienie regałów do nowej lokalizacji – {city}",
    "Regały przepływowe do chłodni",
    "Szafy socjalne dla 80 pracowników",
    "Doposażenie warsztatu – stoły i szafki",
    "Oferta na paleciaki elektryczne",
    "Szkolenie obsługi wózków dla nowej zmiany",
    "Zapytanie ze strony: regały do garażu i magazynu",
    "Umowa serwisowa na regały i wózki",
    "Modernizacja strefy załadunku – {city}",
    "Regał wjezdny na palety z napojami",
    "Doradztwo: jak zmieścić 20% więcej palet",
)

NOTES = (
    "<p>Klient przeprowadza się w przyszłym kwartale. <strong>Budżet jest zatwierdzony</strong>, decyduje dyrektor "
    "operacyjny.</p><ul><li>wysokość hali 10,5 m</li><li>palety EUR, do 800 kg</li><li>montaż w weekend</li></ul>",
    "<p>Rozmowa telefoniczna: proszą o wycenę w dwóch wariantach, z montażem i bez. Oferta do końca tygodnia.</p>",
    "<p>Zapytanie z targów. Interesuje ich najpierw przegląd obecnych regałów, potem rozbudowa.</p>",
    "<p>Porównują trzech dostawców. <strong>Liczy się termin</strong>, cena jest na drugim miejscu.</p>",
    "<p>Następny krok: wizja lokalna i pomiar hali, umówić z kierownikiem magazynu.</p>",
    "<p>Wysłana oferta, czekamy na odpowiedź. Przypomnieć się w przyszłym tygodniu.</p>",
    "<p>Obecny dostawca nie dotrzymuje terminów serwisu. Chcą umowy z reakcją w 24 godziny.</p>",
    "<p>Klient prosi o referencje z branży spożywczej i kartę techniczną regału.</p>",
    "",
    "",
)
