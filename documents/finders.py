"""What the search everywhere finds in this app: orders and invoices, by number, partner and NIP."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Value, When
from django.utils.translation import gettext as _

from crm.finding import SHOWN, Group, Provider, Result, best_rows, group_of, in_given_order
from crm.formats import format_money
from crm.models import User
from crm.search import beginning, containing
from documents.kinds import COLOURS, INVOICES, ORDERS, AnyDocument, Kind

CANCELLED = Case(When(state="cancelled", then=Value(True)), default=Value(False), output_field=BooleanField())


def _provider(kind: Kind) -> Provider:
    def find(text: str, user: User) -> Group:
        visible = kind.model.objects.visible_to(user).annotate(is_cancelled=CANCELLED)
        ids = best_rows(visible, begins=beginning(text), holds=containing(text), last="is_cancelled")[: SHOWN + 1]
        rows = in_given_order(visible.filter(pk__in=ids), ids)
        more_url = f"{kind.list_url()}?{urlencode({'q': text})}"
        return group_of(str(kind.title), [_result(kind, row) for row in rows], more_url=more_url)

    def recall(ids: Iterable[int], user: User) -> list[Result]:
        return [_result(kind, row) for row in kind.model.objects.visible_to(user).filter(pk__in=list(ids))]

    return Provider(kind.name, kind.title, find, recall)


def _result(kind: Kind, document: AnyDocument) -> Result:
    return Result(
        title=document.number or f"{kind.one} – {_('Draft')}",
        url=kind.url("detail", document.pk),
        icon=kind.icon,
        kind=kind.name,
        pk=document.pk,
        hint=" · ".join(filter(None, (document.buyer_name, format_money(document.gross_total, document.currency)))),
        badge=document.get_state_display(),
        colour=COLOURS[document.state],
    )


ORDERS_FOUND = _provider(ORDERS)
INVOICES_FOUND = _provider(INVOICES)
