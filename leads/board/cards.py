"""What stands on the cards of a board, looked up for all of them at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject, Left
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from crm.current import system_settings
from crm.formats import format_day, format_duration, format_money
from crm.models import User
from crm.templatetags.lejek import avatar
from leads.attention import days_allowed
from leads.board.order import Card, rank_of
from leads.board.ranks import sort_key
from leads.cells import number_of, plain_text
from leads.models import Lead, LeadTagging
from leads.permissions import may_delete
from leads.querysets import LeadQuerySet
from leads.rules import Funnel

EXCERPT = 120
# Enough of a description for its excerpt, with the marks of its formatting.
READ_OF_DESCRIPTION = 600
VALUES = (
    "pk", "name", "status_id", "type_id", "sales_person_id", "version", "expected_revenue", "expected_close",
    "status_entered_at",
)  # fmt: skip
NAMED = {
    "type_name": F("type__name"),
    "partner_name": F("partner__name"),
    "priority_name": F("priority__name"),
    "priority_colour": F("priority__colour"),
    "person_first_name": F("sales_person__first_name"),
    "person_last_name": F("sales_person__last_name"),
    "person_email": F("sales_person__email"),
    "person_photo": F("sales_person__photo"),
    "start": Left("description", READ_OF_DESCRIPTION),
    "shown_tags": ArraySubquery(
        LeadTagging.objects.filter(lead=OuterRef("pk"))
        .order_by("tag__sort_order", "tag__name_sort")
        .values(json=JSONObject(name="tag__name", colour="tag__colour"))
    ),
}


@dataclass(frozen=True, slots=True)
class CardFace:
    """A card, ready for its template; `rank_key` sorts as the cards of its column stand."""

    id: int
    number: str
    url: str
    move_url: str
    delete_url: str
    status_id: int
    rank_key: str
    version: int
    name: str
    type_id: int | None
    type: str
    partner: str
    revenue: str
    close: str
    is_late: bool
    priority: str
    colour: str
    tags: Sequence[Mapping[str, str]]
    person: SafeString
    excerpt: str
    stuck: str


def build_faces(cards: Iterable[Card], *, user: User, funnel: Funnel) -> dict[int, CardFace]:
    """The faces of `cards` by lead, in one query; a lead that went meanwhile has none."""
    places = {card.lead_id: card for card in cards}
    rows = Lead.objects.filter(pk__in=places).order_by().values(*VALUES, **NAMED) if places else ()
    looks = _Looks(user, funnel)
    return {row["pk"]: looks.face(row, places[row["pk"]]) for row in rows}


def faces_of(leads: LeadQuerySet, ids: Iterable[int], *, user: User, funnel: Funnel) -> dict[int, CardFace]:
    """The faces of those of the leads that are among `leads`, wherever they stand, in one query."""
    rows = leads.filter(pk__in=list(ids)).order_by().values(*VALUES, **NAMED, rank=rank_of(user))
    looks = _Looks(user, funnel)
    return {row["pk"]: looks.face(row, Card.at(row["pk"], row["status_id"], row["rank"])) for row in rows}


class _Looks:
    """What the cards of a page have in common."""

    def __init__(self, user: User, funnel: Funnel) -> None:
        settings = system_settings()
        self.user, self.funnel = user, funnel
        self.currency, self.stuck_after = settings.currency, settings.stuck_after_days
        self.today, self.now = timezone.localdate(), timezone.now()
        self.people: dict[int, SafeString] = {}
        names = ("leads:lead_detail", "leads:board_move", "leads:lead_delete")
        self.urls = [reverse(name, args=[0]).replace("/0/", "/{}/") for name in names]

    def face(self, row: Mapping[str, Any], place: Card) -> CardFace:
        pk, revenue, close = row["pk"], row["expected_revenue"], row["expected_close"]
        url, move_url, delete_url = (each.format(pk) for each in self.urls)
        deletable = may_delete(self.user, Lead(pk=pk, sales_person_id=row["sales_person_id"]))
        return CardFace(
            id=pk,
            number=number_of(pk),
            url=url,
            move_url=move_url,
            delete_url=delete_url if deletable else "",
            status_id=place.status_id,
            rank_key=sort_key(place.rank),
            version=row["version"],
            name=row["name"],
            type_id=row["type_id"],
            type=row["type_name"] or "",
            partner=row["partner_name"] or "",
            revenue="" if revenue is None else format_money(revenue, self.currency),
            close="" if close is None else format_day(close),
            is_late=close is not None and close < self.today,
            priority=row["priority_name"] or "",
            colour=row["priority_colour"] or "",
            tags=row["shown_tags"],
            person=self._person(row),
            excerpt=excerpt(row["start"]),
            stuck=self._stuck(row["status_id"], row["status_entered_at"]),
        )

    def _person(self, row: Mapping[str, Any]) -> SafeString:
        pk = row["sales_person_id"]
        if pk is None:
            return SafeString("")
        if pk not in self.people:
            person = User(
                pk=pk, first_name=row["person_first_name"], last_name=row["person_last_name"],
                email=row["person_email"], photo=row["person_photo"],
            )  # fmt: skip
            self.people[pk] = render_to_string("components/avatar.html", avatar(person, "xs"))
        return self.people[pk]

    def _stuck(self, status_id: int, since: datetime) -> str:
        """How long the lead has not moved, once that is longer than it should be."""
        status = self.funnel.statuses.get(status_id)
        days = days_allowed(status, default=self.stuck_after)
        stood = self.now - since
        return format_duration(timedelta(days=stood.days)) if stood > timedelta(days=days) else ""


def excerpt(html: str) -> str:
    """The start of a rich text, whose end may be cut in the middle of a mark, as plain text."""
    whole, opened, _rest = html.rpartition("<")
    return Truncator(plain_text(whole if opened and ">" not in _rest else html)).chars(EXCERPT)
