"""What demo people plan, write and keep on their leads and partners: activities, comments, files."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random

from django.utils import timezone
from PIL import Image, ImageDraw

from crm.models import ActivityType, NotificationKind, Partner, User
from crm.services.notifications import Ways, choose_ways
from leads.models import Activity, Comment, Lead
from leads.services.activities import complete_activity, plan_activity
from leads.services.comments import add_comment
from leads.services.files import add_file

SEED = 11
QUIET = Ways(in_app=True, by_email=False)
OPEN_SHARE, COMMENTED_SHARE, PARTNERS_WITH_PLANS = 0.6, 0.35, 6
# What is planned, by the kind of the activity type.
PLANS: dict[str, Sequence[str]] = {
    ActivityType.Kind.CALL: (
        "Zadzwonić w sprawie oferty",
        "Dopytać o wymiary hali",
        "Ustalić termin montażu",
        "Oddzwonić po decyzji zarządu",
        "Potwierdzić warunki płatności",
    ),
    ActivityType.Kind.EMAIL: (
        "Wysłać poprawioną wycenę",
        "Wysłać katalog i referencje",
        "Przesłać rzut z rozmieszczeniem regałów",
        "Przypomnieć o kończącym się terminie oferty",
    ),
    ActivityType.Kind.MEETING: (
        "Pomiar w magazynie klienta",
        "Prezentacja wózka na miejscu",
        "Spotkanie w sprawie umowy serwisowej",
    ),
    ActivityType.Kind.TASK: (
        "Przygotować wycenę w dwóch wariantach",
        "Sprawdzić dostępność u producenta",
        "Uzupełnić dane do umowy",
        "Policzyć koszt transportu",
    ),
}
NOTES = ("", "", "", "Kontakt tylko do 15:00.", "Pytać o kierownika magazynu.", "Wjazd od strony rampy nr 2.")
FEEDBACK = (
    "Zainteresowani, czekają na wycenę.",
    "Chcą rabatu 5% przy większej liczbie sztuk.",
    "Decyzja dopiero w przyszłym tygodniu.",
    "Wszystko ustalone, można przygotować umowę.",
    "Nie odebrali, spróbuję jeszcze raz.",
)
COMMENTS = (
    "Klient porównuje nas z jeszcze jedną firmą, liczy się termin dostawy.",
    "Katalog wysłany, prosili też o referencje z podobnych magazynów.",
    "Posadzka jest nośna, sprawdzone na miejscu.\nBrama 4,5 m, zmieści się wysoki skład.",
    "Decyduje prezes, ale przygotowuje wszystko kierownik magazynu.",
    "Budżet zatwierdzony na ten kwartał, warto domknąć przed świętami.",
    "Specyfikacja jest na www.regaly-przyklad.com/specyfikacja, pasuje do naszej oferty.",
    "Prosili o kontakt mailowy, telefonu zwykle nie odbierają.",
)
MENTIONS = (
    "{name}, spójrz proszę na rabat w tej ofercie.",
    "Rozmawiałam z klientem, czeka na telefon. {name}, przejmiesz?",
    "{name}, czy mamy wolny termin montażu w grudniu?",
)


def add_work(*, people: Sequence[User], manager: User, seller: User) -> None:
    """Plans, comments and files of `people` on the demo leads; `manager` turns to `seller` in some of them."""
    random = Random(SEED)
    for person in people:
        choose_ways(user=person, ways=dict.fromkeys(NotificationKind, QUIET))
    types = {row.kind: row for row in ActivityType.objects.all()}
    leads = list(Lead.objects.select_related("sales_person").order_by("pk"))
    for lead in leads:
        owner = lead.sales_person
        if owner is None:
            continue
        if lead.is_open and random.random() < OPEN_SHARE:
            _plan(random, types, lead, owner, days=random.choice((-6, -3, -1, 0, 0, 0, 1, 2, 4, 7, 12)))
        if random.random() < COMMENTED_SHARE:
            _talk(random, types, lead, owner)
    own = [lead for lead in leads if lead.is_open and lead.sales_person == seller]
    for lead, text in zip(own, MENTIONS, strict=False):
        add_comment(lead=lead, text=text.format(name=f"@{seller.get_full_name()}"), by=manager)
    for partner in Partner.objects.order_by("pk")[:PARTNERS_WITH_PLANS]:
        _plan(random, types, partner, seller, days=random.randint(-2, 9))
    _files(own, by=seller)


def _plan(random: Random, types: dict[str, ActivityType], of: Lead | Partner, owner: User, *, days: int) -> Activity:
    kind = random.choice(list(PLANS))
    is_timed = kind in (ActivityType.Kind.CALL, ActivityType.Kind.MEETING) and random.random() < 0.6
    return plan_activity(
        of=of,
        values={
            "type": types[kind],
            "summary": random.choice(PLANS[kind]),
            "note": random.choice(NOTES),
            "due_on": timezone.localdate() + timedelta(days=days),
            "due_at": time(random.randint(8, 16), random.choice((0, 15, 30))) if is_timed else None,
        },
        by=owner,
    )


def _talk(random: Random, types: dict[str, ActivityType], lead: Lead, owner: User) -> None:
    """What was done and written while the lead was there."""
    now, came = timezone.now(), lead.received_at or lead.created_at
    for _ in range(random.choice((1, 1, 2, 3))):
        at = came + (now - came) * random.random()
        if random.random() < 0.4:
            plan = _plan(random, types, lead, owner, days=0)
            done = complete_activity(activity=plan, feedback=random.choice(FEEDBACK), by=owner)
            Activity.objects.filter(pk=done.pk).update(created_at=at, done_at=at, due_on=_day(at))
        else:
            comment = add_comment(lead=lead, text=random.choice(COMMENTS), by=owner)
            Comment.objects.filter(pk=comment.pk).update(created_at=at)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _files(leads: Sequence[Lead], *, by: User) -> None:
    """A floor plan as a picture and as a PDF, and a list of what was agreed, on the first leads."""
    agreed = "Ustalenia z klientem\n\n- montaż w weekend\n- transport po naszej stronie\n- płatność 30 dni\n"
    contents = (
        ("Rzut magazynu.png", _drawn("PNG")),
        ("Rzut magazynu.pdf", _drawn("PDF")),
        ("Ustalenia.txt", agreed.encode()),
    )
    for place, lead in enumerate(leads[:4]):
        for name, content in contents[: 3 - place % 2]:
            add_file(lead=lead, file=BytesIO(content), name=name, size=len(content), by=by)


def _drawn(kind: str) -> bytes:
    """A hall with rows of racks, a gate and a way between them."""
    plan = Image.new("RGB", (1200, 800), "white")
    draw = ImageDraw.Draw(plan)
    draw.rectangle((40, 40, 1160, 760), outline="#33343c", width=8)
    draw.rectangle((560, 752, 700, 764), fill="white")
    for row in range(6):
        top = 90 + row * 105
        for left, right in ((90, 520), (720, 1110)):
            draw.rectangle((left, top, right, top + 55), fill="#e3e5fb", outline="#4f56d6", width=3)
            for x in range(left, right, 54):
                draw.line((x, top, x, top + 55), fill="#4f56d6", width=2)
    draw.line((630, 90, 630, 740), fill="#d1444b", width=3)
    result = BytesIO()
    plan.save(result, kind)
    return result.getvalue()
