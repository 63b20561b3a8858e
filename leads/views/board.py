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
from django.views.decorators.http import require_GET, require_http_methods

from crm.errors import RuleError, StaleObject
from crm.htmx import asking_page, close_dialog, redirect_to, toast, trigger
from crm.models import LeadStatus, User
from crm.numbers import parse_id
from crm.requests import signed_in_user
from leads import permissions
from leads.board.cards import faces_of
from leads.board.columns import BadPlace, Board, board_filter, column_statuses, read_board, read_column
from leads.board.moving import MoveForm, move_choices
from leads.board.stale import what_happened
from leads.board.totals import Total, column_totals
from leads.filters import NONE, LeadFilter
from leads.forms import LostForm
from leads.models import Lead
from leads.panel import BOARD, build_chips, build_panel, list_url
from leads.querysets import load_funnel
from leads.rules import Funnel, LostReasonRequired
from leads.saved_views import ViewBar
from leads.sections import section_tabs
from leads.services.board import Move, move_card
from leads.views.list import fresh, panel_is_outdated
from leads.views.responses import find_lead, is_htmx, require, what_became

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
        tabs = section_tabs("leads:board_show", user=user, pairs=board.leads.asked())
        bar = ViewBar(user, request.get_full_path())
        context |= {"panel": build_panel(board.leads, page=BOARD), "tabs": tabs, "bar": bar}
        return fresh(render(request, "leads/board.html", context, status=400 if board.problem else 200))
    if panel_is_outdated(request, is_wrong=bool(board.problem)):
        context |= {"panel": build_panel(board.leads, page=BOARD), "oob": True}
    if "view" in request.GET:
        context["bar"] = ViewBar(user, address)
    response = render(request, "leads/_board.html", context, status=422 if board.problem else 200)
    if asking_page(request) != address:
        response.headers["HX-Push-Url"] = address
    return fresh(response)


@require_GET
def board_heads(request: HttpRequest) -> HttpResponse:
    """How much stands in each column: the second request of the page."""
    user = signed_in_user(request)
    require(user.has_perm("leads.view_lead"))
    leads = board_filter(user, request.GET, trusted=True)
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
    return _changes(request, user, ids, board_filter(user, request.GET, trusted=True), load_funnel())


@require_http_methods(["GET", "HEAD", "POST"])
def board_move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Przenieś do…: ask where to, or move the card there. A drop posts here at once."""
    user = signed_in_user(request)
    if request.method != "POST" or not permissions.may_edit(user):
        lead = find_lead(user, pk)
        require(permissions.may_edit(user))
        return _ask(request, lead, load_funnel())
    funnel = load_funnel()
    form = MoveForm(request.POST, funnel=funnel)
    if not form.is_valid():
        return _refused(request, user, pk, form.problem())
    to, version = form.cleaned_data["status"], form.cleaned_data["version"]
    leads = board_filter(user, _asked_filter(request), trusted=True)
    try:
        move = move_card(
            lead_id=pk,
            to=to,
            place=form.place(),
            by=user,
            among=leads.qs if leads.is_valid() else Lead.objects.visible_to(user),
            version=version,
            funnel=funnel,
            lost_reason=LostForm(request.POST).reason() if to.is_lost else None,
        )
    except Lead.DoesNotExist:
        return _gone(user, pk)
    except StaleObject:
        return _outdated(request, user, pk, seen=version)
    except LostReasonRequired as refusal:
        told = str(refusal) if "asked" in request.POST else ""
        return _ask(request, find_lead(user, pk), funnel, to=to, refusal=told)
    except (RuleError, ValidationError) as refusal:
        text = str(refusal) if isinstance(refusal, RuleError) else " ".join(refusal.messages)
        return _refused(request, user, pk, text)
    return _moved(request, user, move, leads=leads, funnel=funnel)


def _moved(request: HttpRequest, user: User, move: Move, *, leads: LeadFilter, funnel: Funnel) -> HttpResponseBase:
    """The card in its place, and the heads of both columns."""
    lead = move.lead
    said = _("Lead %(number)s %(name)s: %(status)s.") % {
        "number": lead.number,
        "name": lead.name,
        "status": lead.status.name,
    }
    if not is_htmx(request):
        return redirect_to(request, reverse("leads:board_show"), said)
    response = _changes(request, user, [lead.pk], leads, funnel, statuses=[move.before, lead.status_id])
    trigger(response, "board:moved", text=said, lead=lead.pk)
    if move.place_is_gone:
        toast(response, _("The cards beside that place are somewhere else by now; the card stands on top."), "info")
    return close_dialog(response)


def _changes(
    request: HttpRequest,
    user: User,
    ids: Sequence[int],
    leads: LeadFilter,
    funnel: Funnel,
    *,
    statuses: Sequence[int] = (),
    status: int = 200,
) -> HttpResponse:
    """The cards of `ids` as they stand on the board now, those that left it as gone, and the totals of columns."""
    columns = {each.pk for each in column_statuses(leads, funnel)} if leads.is_valid() else set()
    faces = faces_of(leads.qs.filter(status__in=columns), ids, user=user, funnel=funnel) if columns else {}
    totals = column_totals(leads, user=user) if columns else {}
    context = {
        "cards": faces.values(),
        "gone": [pk for pk in ids if pk not in faces],
        "totals": _totals(columns.intersection(statuses or columns), totals),
        "may_move": permissions.may_edit(user),
    }
    response = render(request, "leads/_board_changes.html", context, status=status)
    response.headers["HX-Reswap"] = "none"
    response.headers["HX-Retarget"] = "#board-inbox"  # not the dialog that asked: it would open again
    return response


def _totals(statuses: Iterable[int], totals: Mapping[int, Total]) -> list[tuple[int, Total]]:
    return [(pk, totals.get(pk, Total())) for pk in statuses]


def _ask(
    request: HttpRequest, lead: Lead, funnel: Funnel, *, to: LeadStatus | None = None, refusal: str = ""
) -> HttpResponse:
    """The dialog: where to; or only the reason, when it is known that the lead is lost."""
    if to is None and "lost" in request.GET:
        to = funnel.lost_status
    context = {
        "lead": lead,
        "to": to,
        "choices": move_choices(lead, funnel),
        "form": LostForm(),
        "refusal": refusal,
        "version": request.POST.get("version") or request.GET.get("version") or lead.version,
    }
    response = render(request, "leads/_board_move.html", context, status=422 if request.method == "POST" else 200)
    response.headers["HX-Retarget"] = "#modal"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _refused(request: HttpRequest, user: User, pk: int, text: str) -> HttpResponseBase:
    """422: nothing was stored. The card comes back as it stands."""
    find_lead(user, pk)
    leads = board_filter(user, _asked_filter(request), trusted=True)
    return toast(_changes(request, user, [pk], leads, load_funnel(), status=422), text, "danger")


def _outdated(request: HttpRequest, user: User, pk: int, *, seen: int) -> HttpResponseBase:
    """409: somebody else has saved the lead. Nothing was stored; who did what is told, the card shows it."""
    lead = find_lead(user, pk)
    text = _("Lead %(number)s was not moved, because it has changed meanwhile. %(what)s") % {
        "number": lead.number,
        "what": what_happened(lead, seen=seen),
    }
    leads = board_filter(user, _asked_filter(request), trusted=True)
    return close_dialog(toast(_changes(request, user, [pk], leads, load_funnel(), status=409), text, "warning"))


def _gone(user: User, pk: int) -> HttpResponseBase:
    """410 with who deleted the lead, or what it was merged into, to those who could see it; 404 to all others. The card
    leaves the board."""
    gone = what_became(user, pk)
    response = toast(
        HttpResponse(gone.text, status=410, content_type="text/plain"), gone.text, "warning", link=gone.link
    )
    return trigger(response, "board:gone", lead=pk)


def _asked_filter(request: HttpRequest) -> QueryDict:
    """The filter of the board that the request came from; empty when it came from elsewhere."""
    parts = urlsplit(asking_page(request) or "" if is_htmx(request) else "")
    return QueryDict(parts.query if parts.path == reverse("leads:board_show") else "")


def _only_type(board: Board) -> str:
    """The type that new leads of the board get: the one in the filter, when it is one."""
    types = board.leads.data.getlist("type")
    return types[0] if len(types) == 1 and types[0] != NONE else ""
