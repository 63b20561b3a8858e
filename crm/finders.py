"""What the search everywhere finds in this app: partners with their contacts, products, and the pages themselves."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from crm.current import system_settings
from crm.finding import SHOWN, Group, Provider, Result, best_rows, group_of, in_given_order
from crm.formats import format_money
from crm.models import Partner, PartnerContact, Product, User
from crm.models.partners import partners_containing
from crm.navigation import Leaf, open_pages
from crm.nip import format_nip
from crm.search import beginning, begins_word, containing, holds_any, holds_word, plain, ways

MOST_CONTACTS = 50


# --- Partners


def _find_partners(text: str, user: User) -> Group:
    if not user.has_perm("crm.view_partner"):
        return Group(_("Partners"), [])
    ids = best_rows(
        Partner.objects.all(),
        begins=partners_containing(text, each=begins_word),
        holds=partners_containing(text),
        last="is_archived",
    )
    found = in_given_order(Partner.objects.filter(pk__in=ids), ids)
    contacts = _matching_contacts(found, text)
    results = [_partner(partner, text, contacts.get(partner.pk, "")) for partner in found]
    return group_of(_("Partners"), results, more_url=_list_url("crm:partner_list", text))


def _matching_contacts(partners: list[Partner], text: str) -> dict[int, str]:
    """By partner: a contact of whom something was looked for, with the way to reach them."""
    if not partners:
        return {}
    words = Q()
    for word in (word for way in ways(text) for word in way):
        words |= holds_word(word)
    contacts = PartnerContact.objects.filter(words, partner__in=partners).order_by("-pk")[:MOST_CONTACTS]
    shown = {}
    for contact in contacts:
        parts = (str(contact), *(way for way in (contact.phone, contact.email) if way and holds_any(way, text)))
        shown[contact.partner_id] = " · ".join(dict.fromkeys(parts))
    return shown


def _partner(partner: Partner, text: str, contact: str) -> Result:
    nip = format_nip(partner.nip)
    told = [f"NIP {nip}" if nip else "", partner.city]
    told += [way for way in (partner.phone, partner.email) if way and text and holds_any(way, text)]
    return Result(
        title=partner.name,
        url=reverse("crm:partner_detail", args=[partner.pk]),
        icon="building" if partner.kind == Partner.Kind.COMPANY else "user",
        kind="partner",
        pk=partner.pk,
        hint=" · ".join(part for part in (*told, contact) if part),
        badge=pgettext("badge", "archived") if partner.is_archived else "",
        colour="gray",
    )


def _recall_partners(ids: Iterable[int], user: User) -> list[Result]:
    if not user.has_perm("crm.view_partner"):
        return []
    return [_partner(partner, "", "") for partner in Partner.objects.filter(pk__in=list(ids))]


# --- Products


def _find_products(text: str, user: User) -> Group:
    if not user.has_perm("crm.view_product"):
        return Group(_("Products"), [])
    ids = best_rows(Product.objects.all(), begins=beginning(text), holds=containing(text), last="is_archived")
    results = [_product(product) for product in in_given_order(Product.objects.filter(pk__in=ids), ids)]
    return group_of(_("Products"), results, more_url=_list_url("crm:product_list", text))


def _product(product: Product) -> Result:
    price = format_money(product.net_price, system_settings().currency) if product.net_price is not None else ""
    return Result(
        title=product.name,
        url=reverse("crm:product_detail", args=[product.pk]),
        icon="package",
        kind="product",
        pk=product.pk,
        hint=" · ".join(part for part in (product.code or "", price) if part),
        badge=pgettext("badge", "archived") if product.is_archived else "",
        colour="gray",
    )


def _recall_products(ids: Iterable[int], user: User) -> list[Result]:
    if not user.has_perm("crm.view_product"):
        return []
    return [_product(product) for product in Product.objects.filter(pk__in=list(ids))]


def _list_url(name: str, text: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': text})}"


# --- Pages and actions


def _find_pages(text: str, user: User) -> Group:
    """The pages of the navigation and the actions that the user may open, by their Polish and English names."""
    words = plain(text).split()
    found = [leaf for leaf in open_pages(user) if any(_begins(name, words) for name in _names(leaf))]
    return Group(_("Actions and pages"), [_page(leaf) for leaf in found[:SHOWN]])


def _first_pages(user: User) -> Group:
    return Group(_("Actions and pages"), [_page(leaf) for leaf in open_pages(user)[:SHOWN]])


def _page(leaf: Leaf) -> Result:
    return Result(title=str(leaf.label), url=reverse(leaf.url_name), icon=leaf.icon)


def _names(leaf: Leaf) -> list[str]:
    """The name of a page in every language of the interface."""
    names = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.append(plain(str(leaf.label)))
    return names


def _begins(name: str, words: list[str]) -> bool:
    """Whether each of the words begins a word of the name."""
    return all(any(part.startswith(word) for part in name.split()) for word in words)


PARTNERS = Provider("partner", gettext_lazy("Partners"), _find_partners, _recall_partners)
PRODUCTS = Provider("product", gettext_lazy("Products"), _find_products, _recall_products)
PAGES = Provider("page", gettext_lazy("Actions and pages"), _find_pages, start=_first_pages)
