"""Tags and filters of every template (they are built in: no `{% load %}`)."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.template import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from crm import formats
from crm.current import system_settings
from crm.models import Colour, User
from crm.roles import ROLES
from crm.search import matching_parts

register = template.Library()

NOTHING = format_html('<span class="lj-nothing">{}</span>', "–")
SVG_CONTENT = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@register.simple_tag
def icon(name: str, css: str = "", *, filled: bool = False) -> SafeString:
    """An icon of the Tabler set by its name, as inline SVG; screen readers do not see it."""
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    )
    return format_html(
        '<svg class="lj-icon{}" viewBox="0 0 24 24" width="18" height="18" {} aria-hidden="true" focusable="false">'
        "{}</svg>",
        f" {css}" if css else "",
        mark_safe(paint),
        _icon_paths(name, filled=filled),
    )


@lru_cache(maxsize=512)
def _icon_paths(name: str, *, filled: bool) -> SafeString:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"no name of an icon: {name!r}")
    file = Path(settings.TABLER_ICONS) / ("filled" if filled else "outline") / f"{name}.svg"
    content = SVG_CONTENT.search(file.read_text(encoding="utf-8"))
    if content is None:
        raise ValueError(f"{file} is no SVG")
    return mark_safe(" ".join(content[1].split()))


@register.filter
def money(value: Decimal | int | None) -> str:
    """An amount in the currency of the system; nothing for None."""
    if value is None or value == "":
        return NOTHING
    return formats.format_money(value, system_settings().currency)


@register.filter
def currency_sign(currency: str) -> str:
    """What stands by an amount in `currency`."""
    return formats.currency_sign(currency)


@register.filter
def number(value: Decimal | float | int | None) -> str:
    """A number with the separators of the language."""
    return NOTHING if value is None or value == "" else formats.format_number(value)


@register.filter
def percent(value: Decimal | float | int | None) -> str:
    """A value that is already in percent: 35 → `35%`."""
    return NOTHING if value is None or value == "" else formats.format_share(value)


@register.filter
def when(value: datetime | None) -> str:
    """A moment, as `<time>` in the time zone of the system."""
    if not value:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.format_moment(value))


@register.filter
def day(value: date | None) -> str:
    """A date, as `<time>`."""
    if not value:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.format_day(value))


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago, as `<time>` with the moment as its tooltip."""
    if not value:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        formats.format_moment(value),
        formats.format_ago(value),
    )


@register.simple_tag
def colour_badge(item: Any, css: str = "") -> SafeString | str:
    """The name of a reference item (status, priority, tag) on its colour, with its icon if it has one; nothing for
    None."""
    if item is None or item == "":
        return NOTHING
    colour, symbol = getattr(item, "colour", Colour.GRAY), getattr(item, "icon", "")
    drawn = icon(symbol, "lj-icon-sm") if symbol else ""
    return format_html('<span class="lj-badge lj-c-{}{}">{}{}</span>', colour, f" {css}" if css else "", drawn, item)


@register.inclusion_tag("components/avatar.html")
def avatar(user: User | None, size: str = "sm", *, with_name: bool = False) -> dict[str, Any]:
    """The photo or the initials of a user (size xs, sm, md, lg), with or without the name beside it."""
    if user is None:
        return {"person": None}
    colours = Colour.values
    photo = f"{reverse('crm:user_photo', args=[user.pk])}?{Path(user.photo.name or '').stem}" if user.photo else ""
    return {
        "person": user,
        "size": size,
        "with_name": with_name,
        "photo_url": photo,
        "colour": colours[user.pk % len(colours)] if user.pk else Colour.GRAY,
    }


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The query of this page with some parameters changed (None takes one away): `?sort=name&open=1`, or `?`."""
    parameters: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.filter
def marked(text: str, typed: str) -> SafeString:
    """`text` with what was looked for by `typed` marked in it."""
    pieces = [format_html("<mark>{}</mark>" if found else "{}", piece) for piece, found in matching_parts(text, typed)]
    return mark_safe("".join(pieces))


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a mapping at a key that is only known in the template; None when there is none."""
    return mapping.get(key)


@register.filter
def role_name(group: Any) -> str:
    """The name of a group, translated when it is one of the three roles."""
    return str(ROLES.get(group.name, group.name))


BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS X": "macOS",
    "Linux": "Linux",
}  # fmt: skip


@register.filter
def browser_name(user_agent: str) -> str:
    """The browser and the system that a User-Agent header names (`Firefox, Windows`); else the header, shortened."""
    names = [next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or user_agent[:60] or "–"
