"""Answers that HTMX understands: toasts, dialogs, redirects and refused forms."""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django_htmx.http import HttpResponseClientRedirect

Level = Literal["success", "info", "warning", "danger"]


class Undo(NamedTuple):
    """What takes a change back: a path, and the values to post there."""

    url: str
    values: Mapping[str, str]


def toast(
    response: HttpResponseBase,
    text: str | Promise,
    level: Level = "success",
    *,
    link: tuple[str, str] | None = None,
    undo: Undo | None = None,
) -> HttpResponseBase:
    """Let the page show a short message beside the answer. Several ones stand one below the other.

    `link` is a way to go on, as (words, path); with `undo` the message has a button that takes the change back.
    """
    shown: dict[str, Any] = {"text": str(text), "level": level}
    if link:
        shown["link"] = {"text": link[0], "url": link[1]}
    if undo:
        shown["undo"] = {"url": undo.url, "values": undo.values}
    events = _events(response)
    events.setdefault("lejek:toast", {"toasts": []})["toasts"].append(shown)
    return _store(response, events)


def trigger(response: HttpResponseBase, event: str, **detail: Any) -> HttpResponseBase:
    """Let an event of this name happen in the page, on the element that asked."""
    return _store(response, _events(response) | {event: detail})


def close_dialog(response: HttpResponseBase | None = None) -> HttpResponseBase:
    """Close the dialog that the request came from; with no answer to show, 204."""
    return trigger(HttpResponse(status=204) if response is None else response, "lejek:close-dialog")


def redirect_to(request: HttpRequest, url: str, text: str | Promise = "", level: Level = "success") -> HttpResponseBase:
    """Go to another page of ours, from HTMX as from a plain form, with a message shown there."""
    if text:
        messages.add_message(request, getattr(messages, "ERROR" if level == "danger" else level.upper()), str(text))
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)


def render_form_error(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The form again, with its errors: 422, which HTMX swaps in like a good answer."""
    return render(request, template, context, status=422)


def asking_page(request: HttpRequest) -> str | None:
    """The path and query of the page that HTMX asks for; None when it tells none of ours, or nonsense."""
    try:
        path: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    except ValueError:
        return None
    return path


def _events(response: HttpResponseBase) -> dict[str, Any]:
    events: dict[str, Any] = json.loads(response.headers.get("HX-Trigger", "{}"))
    return events


def _store(response: HttpResponseBase, events: dict[str, Any]) -> HttpResponseBase:
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
