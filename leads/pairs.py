"""Suspected duplicates: pairs of leads with the same phone, e-mail or NIP, or with similar names.

The first three are found when they are asked for: each of the newest leads looks for its likes by the indexes, and only
where these do not fill a page all leads are grouped. Similar names stand in `LeadPair`, where background work puts
them. A number or address that more leads share than SHARED is a switchboard's, and makes no pairs. What one firm
asks about two products are two enquiries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing
from django.db import connection
from django.db.models import Q, TextChoices
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models import User
from leads.forms import label_of
from leads.merge_choices import text_in
from leads.models import Lead, LeadPair

PAGE_SIZE = 25
SHARED = 6
NEWEST = 3000
SALT = "leads.pairs"
TOLD = ("phone", "email", "partner", "company_name", "first_name", "last_name", "city", "product", "received_at")


class Reason(TextChoices):
    """What two leads have in common."""

    PHONE = "phone", _("the same phone number")
    EMAIL = "email", _("the same e-mail")
    NIP = "nip", _("the same NIP")
    NAME = "name", _("a similar name")


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of both leads as people read it."""

    label: str
    texts: tuple[str, str]
    is_same: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads, the older one first, and what they have in common; `is_dismissed`: somebody said that they are two."""

    first: Lead
    second: Lead
    reasons: Sequence[Reason]
    is_dismissed: bool = False

    @property
    def leads(self) -> tuple[Lead, Lead]:
        return self.first, self.second

    @property
    def facts(self) -> list[Fact]:
        """What else helps to tell; fields empty in both left out."""
        found = []
        for name in TOLD:
            texts = (text_in(self.first, name), text_in(self.second, name))
            if any(texts):
                found.append(
                    Fact(str(label_of(name)), texts, is_same=_key(self.first, name) == _key(self.second, name))
                )
        return found


@dataclass(frozen=True, slots=True)
class PairPage:
    """Pairs, the newest lead first; `after` is the place of the next page ("": this is the last)."""

    pairs: Sequence[Pair]
    after: str


def load_pairs(
    user: User,
    *,
    reason: Reason | None = None,
    closed: bool = False,
    dismissed: bool = False,
    only: tuple[int, int] | None = None,
    after: str = "",
) -> PairPage:
    """A page of the pairs both leads of which `user` may see: open ones, unless also `closed` are asked for.

    `reason` leaves those that have it; `dismissed` gives those that somebody declared distinct instead of the others;
    `only` looks at two leads alone.
    """
    leads = Lead.objects.visible_to(user)
    if not closed:
        leads = leads.open()
    if only is not None:
        leads = leads.filter(pk__in=only)
    lowered = leads.order_by().annotate(mail=Lower("email"))
    columns = lowered.values_list("pk", "phone_e164", "mail", "email", "partner", "product")
    sql, parameters = columns.query.sql_with_params()
    place = _read(after) or (None, None, None)
    own, end = list(parameters), [*place, reason, reason, PAGE_SIZE + 1]
    near = [*own, place[0], place[0], NEWEST, *([*own, SHARED + 1, SHARED] * 3), *own, *end]
    ways = [(NEAR, near), (ALL, [*own, SHARED, SHARED, SHARED, *end])]
    rows: list[tuple[int, int, list[str]]] = []
    for find, given in ways if only is None else ways[1:]:
        with connection.cursor() as cursor:
            cursor.execute(find.format(leads=f"({sql}) AS {LEAD}", negated="" if dismissed else "NOT "), given)
            rows = cursor.fetchall()
        if len(rows) > PAGE_SIZE:
            break
    more = len(rows) > PAGE_SIZE
    pairs = _pairs(rows[:PAGE_SIZE], is_dismissed=dismissed)
    last = rows[PAGE_SIZE - 1] if more else None
    return PairPage(pairs, signing.dumps([last[1], last[0]], salt=SALT) if last else "")


LEAD = "lead (id, phone, mail, email, partner_id, product_id)"
# The place in the order of the page is (second, first).
PAGE = """
SELECT first, second, array_agg(DISTINCT reason) FROM pair
WHERE {negated}EXISTS (
    SELECT FROM leads_leadpair known
    WHERE known.first_id = first AND known.second_id = second AND known.dismissed_at IS NOT NULL
) AND (%s::bigint IS NULL OR (second, first) < (%s::bigint, %s::bigint))
GROUP BY first, second HAVING %s::text IS NULL OR %s = ANY (array_agg(reason))
ORDER BY second DESC, first DESC LIMIT %s
"""
# The newest leads of the place, each with those that have the same: no more are read than make pairs.
NEAR = (
    """
WITH newest AS MATERIALIZED (
    SELECT * FROM {leads} WHERE %s::bigint IS NULL OR id <= %s::bigint ORDER BY id DESC LIMIT %s
),
pair (first, second, reason) AS (
    SELECT a, newest.id, 'phone' FROM newest CROSS JOIN LATERAL (
        SELECT array_agg(id) FROM (
            SELECT lead.id FROM {leads} WHERE lead.phone = newest.phone AND lead.phone <> '' LIMIT %s
        ) AS found HAVING count(*) BETWEEN 2 AND %s
    ) AS same (ids), unnest(ids) AS a WHERE newest.phone <> '' AND a < newest.id
    UNION ALL
    SELECT a, newest.id, 'email' FROM newest CROSS JOIN LATERAL (
        SELECT array_agg(id) FROM (
            SELECT lead.id FROM {leads} WHERE lead.mail = newest.mail AND lead.email <> '' LIMIT %s
        ) AS found HAVING count(*) BETWEEN 2 AND %s
    ) AS same (ids), unnest(ids) AS a WHERE newest.mail <> '' AND a < newest.id
    UNION ALL
    SELECT a.id, newest.id, 'nip' FROM newest
        JOIN crm_partner AS partner ON partner.id = newest.partner_id AND partner.nip <> ''
        CROSS JOIN LATERAL (
            SELECT array_agg(id), array_agg(product_id) FROM (
                SELECT lead.id, lead.product_id FROM crm_partner AS other JOIN {leads} ON lead.partner_id = other.id
                WHERE other.nip = partner.nip AND other.nip <> '' LIMIT %s
            ) AS found HAVING count(*) BETWEEN 2 AND %s
        ) AS same (ids, products), unnest(ids, products) AS a (id, product_id)
        WHERE a.id < newest.id AND (a.product_id <> newest.product_id IS NOT TRUE)
    UNION ALL
    SELECT known.first_id, newest.id, 'name' FROM newest
        JOIN leads_leadpair AS known ON known.second_id = newest.id AND known.has_similar_names
        JOIN {leads} ON lead.id = known.first_id
)
"""
    + PAGE
)
# All leads, grouped by what they have: the planner reads them once and groups them three times.
ALL = (
    """
WITH lead (id, phone, email, partner_id, product_id) AS MATERIALIZED (
    SELECT id, phone, mail, partner_id, product_id FROM {leads}
),
same (ids, products, reason) AS (
    SELECT array_agg(id), array_agg(product_id), 'phone' FROM lead WHERE phone <> ''
        GROUP BY phone HAVING count(*) BETWEEN 2 AND %s
    UNION ALL
    SELECT array_agg(id), array_agg(product_id), 'email' FROM lead WHERE email <> ''
        GROUP BY email HAVING count(*) BETWEEN 2 AND %s
    UNION ALL
    SELECT array_agg(lead.id), array_agg(product_id), 'nip' FROM lead
        JOIN crm_partner partner ON partner.id = lead.partner_id WHERE partner.nip <> ''
        GROUP BY partner.nip HAVING count(*) BETWEEN 2 AND %s
),
pair (first, second, reason) AS (
    SELECT a.id, b.id, same.reason
        FROM same, unnest(ids, products) a (id, product_id), unnest(ids, products) b (id, product_id)
        WHERE a.id < b.id AND (same.reason <> 'nip' OR a.product_id <> b.product_id IS NOT TRUE)
    UNION ALL
    SELECT known.first_id, known.second_id, 'name' FROM leads_leadpair known
        JOIN lead a ON a.id = known.first_id JOIN lead b ON b.id = known.second_id WHERE known.has_similar_names
)
"""
    + PAGE
)


def _pairs(rows: Sequence[tuple[int, int, list[str]]], *, is_dismissed: bool) -> list[Pair]:
    ids = {pk for first, second, _reasons in rows for pk in (first, second)}
    leads = Lead.objects.select_related("status", "sales_person", "partner", "product").in_bulk(ids)
    return [
        Pair(leads[first], leads[second], [reason for reason in Reason if reason in reasons], is_dismissed)
        for first, second, reasons in rows
        if first in leads and second in leads
    ]


def pair_of(user: User, one: int, two: int) -> Pair | None:
    """Two leads as a pair, suspected or not; None when `user` may not see both."""
    first, second = sorted((one, two))
    for dismissed in (False, True):
        if found := load_pairs(user, closed=True, dismissed=dismissed, only=(first, second)).pairs:
            return found[0]
    leads = Lead.objects.visible_to(user).select_related("status", "sales_person", "partner", "product")
    both = leads.in_bulk([first, second])
    if len(both) < 2:
        return None
    known = LeadPair.objects.filter(Q(first=first, second=second), dismissed_at__isnull=False)
    return Pair(both[first], both[second], [], is_dismissed=known.exists())


def _key(lead: Lead, name: str) -> object:
    """What makes two values the same: the number, the address without case, the NIP."""
    match name:
        case "phone":
            return lead.phone_e164 or lead.phone
        case "partner":
            return (lead.partner.nip or lead.partner_id) if lead.partner else None
    return text_in(lead, name).lower()


def _read(place: str) -> tuple[int, int, int] | None:
    """The keys of a place that we gave out, as the query takes them; None for any other."""
    try:
        second, first = signing.loads(place, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return second, second, first
