"""What the templates of documents show: amounts in the document's currency, prices, quantities, states."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from crm.banks import format_account
from crm.formats import format_money, format_typed_number
from crm.models import VatRate
from documents import formats
from documents.kinds import COLOURS, AnyDocument, Kind
from documents.models import Invoice

register = template.Library()


@register.filter
def amount(value: Decimal, currency: str) -> str:
    """An amount in a currency."""
    return format_money(value, currency)


@register.filter
def plain_amount(value: Decimal) -> str:
    """An amount without its currency, where the currency stands beside."""
    return format_typed_number(value)


@register.filter
def vat_label(rate: str) -> str:
    """A VAT rate as people read it."""
    return str(VatRate(rate).label)


@register.filter
def price(value: Decimal) -> str:
    """A unit price."""
    return formats.format_price(value)


@register.filter
def quantity(value: Decimal) -> str:
    """A quantity or discount."""
    return formats.format_quantity(value)


@register.filter
def account(number: str) -> str:
    """A bank account in groups of four."""
    return format_account(number)


@register.filter
def state_badge(document: AnyDocument) -> SafeString:
    """The state of a document on its colour."""
    return format_html(
        '<span class="lj-badge lj-c-{}">{}</span>', COLOURS[document.state], document.get_state_display()
    )


@register.simple_tag
def new_token() -> str:
    """A token by which a form that is sent twice is known."""
    return get_random_string(22)


@register.simple_tag
def document_title(kind: Kind, document: AnyDocument) -> str:
    """What the document is: `Zamówienie`, `Faktura`, `Faktura korygująca`."""
    is_correction = isinstance(document, Invoice) and document.correction_of_id is not None
    return pgettext("title of a printed document", "Correcting invoice") if is_correction else str(kind.one)


@register.simple_tag
def document_url(kind: Kind, view: str, *args: Any) -> str:
    """The address of one of a kind's pages: `{% document_url kind "detail" document.pk %}`."""
    return kind.url(view, *args)
