"""The board: its page, the parts that load by themselves, and the moves of cards."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from crm.errors import RuleError, StaleObject
from crm.formats import format_moment
from crm.htmx import asking_page, close_dialog, redirect_to, toast, trigger
from crm.models import LeadStatus, User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads import permissions
from leads.board.cards import build_faces
from leads.board.columns import BadPlace, Board, board_filter, column_statuses, read_board, read_column
from leads.board.moving import MoveForm, move_choices
from leads.board.order import cards_of
from leads.board.stale import what_happened
from leads.board.totals import Total, column_totals
from leads.conflicts import author_of
from leads.filters import NONE, LeadFilter
from leads.forms import LostForm
from leads.models import Lead
from leads.panel import BOARD, build_chips, build_panel, list_url
from leads.querysets import load_funnel
from leads.rules import LostReasonRequired
from leads.sections import section_tabs
from leads.services.board import move_card
from leads.views.list import fresh, panel_is_outdated
from leads.views.responses import card_leads, find_deletion, is_htmx, require

# More changed cards than these are not brought one by one: the page loads the board anew.
MOST_CHANGES = 100


@require_GET
def board_show(request: HttpRequest) -> HttpResponse:
    """The board as the address filters it; for HTMX the columns alone, with the panel when that changed too."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    board = read_board(user, request.GET)
    pairs = board.leads.parameters()
    address = request.get_full_path() if board.problem else list_url(pairs, page=BOARD)
    context: dict[str, Any] = {
        "board": board,
        "address": address,
        "query": address.partition("?")[2],
        "chips": build_chips(board.leads, page=BOARD),
        "may_create": permissions.may_create(user),
        "may_move": permissions.may_edit(user),
        "new_type": _only_type(board),
    }
    if not is_htmx(request):
        tabs = section_tabs("leads:board_show", pairs=pairs)
        context |= {"panel": build_panel(board.leads, page=BOARD), "tabs": tabs}
        return fresh(render(request, "leads/board.html", context, status=400 if board.problem else 200))
    if panel_is_outdated(request, is_wrong=bool(board.problem)):
        context |= {"panel": build_panel(board.leads, page=BOARD), "oob": True}
    response = render(request, "leads/_board.html", context, status=422 if board.problem else 200)
    if asking_page(request) != address:
        response.headers["HX-Push-Url"] = address
    return fresh(response)


@require_GET
def board_heads(request: HttpRequest) -> HttpResponse:
    """How much stands in each column: the second request of the page."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    leads = board_filter(user, request.GET)
    totals = column_totals(leads, user=user) if leads.is_valid() else {}
    statuses = [pk for pk in map(parse_id, request.GET.getlist("column")) if pk is not None]
    return render(request, "leads/_board_totals.html", {"totals": _totals(statuses, totals)})


@require_GET
def board_cards(request: HttpRequest, status: int) -> HttpResponse:
    """More cards of a column, after those that are shown."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    try:
        column = read_column(user, request.GET, status_id=status, after=request.GET.get("after", ""))
    except BadPlace:
        return HttpResponse(_("This place in the column is not valid."), status=400, content_type="text/plain")
    if column is None:
        raise Http404
    query = request.GET.copy()
    query.pop("after", None)
    context = {"column": column, "query": query.urlencode(), "may_move": permissions.may_edit(user)}
    return render(request, "leads/_board_cards.html", context)


@require_GET
def board_changes(request: HttpRequest) -> HttpResponseBase:
    """The cards of leads that somebody has changed, as they stand now, and the totals of all columns."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    ids = [pk for pk in map(parse_id, request.GET.getlist("id")) if pk is not None][:MOST_CHANGES]
    return _changes(request, user, ids, data=request.GET)


@require_http_methods(["GET", "HEAD", "POST"])
def board_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Przenieś do…: ask where to, or move the card there. A drop posts here at once."""
    user = signed_in_user(request)
    lead = card_leads(user).filter(pk=pk).first()
    if lead is None:
        return _gone(request, user, pk)
    require(permissions.may_edit(user))
    if request.method != "POST":
        return _ask(request, user, lead)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _refused(request, user, lead, form.problem())
    return _move(request, user, lead, form)


def _move(request: HttpRequest, user: User, lead: Lead, form: MoveForm) -> HttpResponseBase:
    to: LeadStatus = form.cleaned_data["status"]
    leads = board_filter(user, _asked_filter(request))
    before = lead.status_id
    try:
        moved = move_card(
            lead=lead,
            to=to,
            place=form.place(),
            by=user,
            among=leads.qs if leads.is_valid() else Lead.objects.visible_to(user),
            version=form.cleaned_data["version"],
            lost_reason=LostForm(request.POST).reason() if to.is_lost else None,
        )
    except Lead.DoesNotExist:
        return _gone(request, user, lead.pk)
    except StaleObject:
        return _outdated(request, user, lead.pk, seen=form.cleaned_data["version"])
    except LostReasonRequired as refusal:
        return _ask(request, user, lead, to=to, refusal=str(refusal) if "asked" in request.POST else "")
    except (RuleError, ValidationError) as refusal:
        text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
        return _refused(request, user, lead, text)
    if not is_htmx(request):
        return redirect_to(request, reverse("leads:board_show"), _said(lead, to))
    response = _changes(request, user, [lead.pk], statuses=[before, to.pk], leads=leads)
    trigger(response, "board:moved", text=_said(lead, to), lead=lead.pk)
    if moved.place_is_gone:
        toast(response, _("The cards beside that place are somewhere else by now; the card stands on top."), "info")
    return close_dialog(response)


def _changes(
    request: HttpRequest,
    user: User,
    ids: Iterable[int],
    *,
    data: QueryDict | None = None,
    statuses: Sequence[int] = (),
    leads: LeadFilter | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The cards of `ids` as they stand on the board now, those that left it as gone, and the totals of columns."""
    leads = leads or board_filter(user, data if data is not None else _asked_filter(request))
    funnel = load_funnel()
    shown = {each.pk for each in column_statuses(leads, funnel)} if leads.is_valid() else set()
    cards = [card for card in cards_of(leads.qs, user=user, ids=ids) if card.status_id in shown] if shown else []
    faces = build_faces(cards, leads=leads, funnel=funnel)
    context = {
        "cards": faces.values(),
        "gone": [pk for pk in ids if pk not in faces],
        "totals": _totals(statuses or shown, column_totals(leads, user=user) if shown else {}),
        "may_move": permissions.may_edit(user),
    }
    response = render(request, "leads/_board_changes.html", context, status=status)
    response.headers["HX-Reswap"] = "none"
    return response


def _totals(statuses: Iterable[int], totals: Mapping[int, Total]) -> list[tuple[int, Total]]:
    return [(pk, totals.get(pk, Total())) for pk in statuses]


def _ask(
    request: HttpRequest, user: User, lead: Lead, *, to: LeadStatus | None = None, refusal: str = ""
) -> HttpResponseBase:
    """The dialog: where to; or, with a closing status that needs it, only the reason."""
    funnel = load_funnel()
    to = to or next((each for each in funnel.statuses.values() if each.is_lost and "lost" in request.GET), None)
    form = LostForm()
    context = {
        "lead": lead,
        "to": to,
        "choices": move_choices(lead, funnel),
        "form": form,
        "refusal": refusal,
        "version": request.POST.get("version") or request.GET.get("version") or lead.version,
    }
    response = render(request, "leads/_board_move.html", context, status=422 if request.method == "POST" else 200)
    response.headers["HX-Retarget"] = "#modal"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _refused(request: HttpRequest, user: User, lead: Lead, text: str) -> HttpResponseBase:
    """422: nothing was stored. The card comes back as it stands."""
    return toast(_changes(request, user, [lead.pk], status=422), text, "danger")


def _outdated(request: HttpRequest, user: User, pk: int, *, seen: int) -> HttpResponseBase:
    """409: somebody else has saved the lead. Nothing was stored; who did what is told, the card shows it."""
    lead = card_leads(user).filter(pk=pk).first()
    if lead is None:
        return _gone(request, user, pk)
    text = _("Lead %(number)s was not moved, because it has changed meanwhile. %(what)s") % {
        "number": lead.number,
        "what": what_happened(lead, seen=seen),
    }
    response = toast(_changes(request, user, [pk], statuses=_all_columns(user, request), status=409), text, "warning")
    return close_dialog(response)


def _all_columns(user: User, request: HttpRequest) -> list[int]:
    leads = board_filter(user, _asked_filter(request))
    return [status.pk for status in column_statuses(leads, load_funnel())] if leads.is_valid() else []


def _gone(request: HttpRequest, user: User, pk: int) -> HttpResponseBase:
    """410 with who deleted the lead, to those who could see it; 404 to all others. The card leaves the board."""
    event = find_deletion(user, pk)
    who = author_of(event) or pgettext("author of a change", "system")
    text = _("Lead %(number)s was deleted meanwhile (%(who)s, %(when)s).") % {
        "number": f"{pk:06d}",
        "who": who,
        "when": format_moment(event.pgh_created_at),
    }
    response = toast(HttpResponse(text, status=410, content_type="text/plain"), text, "warning")
    return trigger(response, "board:gone", lead=pk)


def _said(lead: Lead, to: LeadStatus) -> str:
    """What screen readers hear after a move."""
    return _("Lead %(number)s %(name)s: %(status)s.") % {"number": lead.number, "name": lead.name, "status": to.name}


def _asked_filter(request: HttpRequest) -> QueryDict:
    """The filter of the board that the request came from; empty when it came from elsewhere."""
    parts = urlsplit(asking_page(request) or "" if is_htmx(request) else "")
    return QueryDict(parts.query if parts.path == reverse("leads:board_show") else "")


def _only_type(board: Board) -> str:
    """The type that new leads of the board get: the one in the filter, when it is one."""
    types = board.leads.data.getlist("type")
    return types[0] if len(types) == 1 and types[0] != NONE else ""
