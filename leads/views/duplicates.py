"""The list of suspected duplicates, „To nie duplikat”, and asking a manager about a lead that one does not see."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.htmx import redirect_to
from crm.models import User
from crm.requests import signed_in_user
from leads import permissions
from leads.duplicates import Typed
from leads.pairs import Pair, Reason, load_pairs, pair_of
from leads.services.pairs import ask_manager, dismiss_pair, restore_pair
from leads.views.responses import is_htmx, require


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """Pairs of leads that may be one, by what they have in common."""
    user = _reviewer(request)
    asked = request.GET.get("reason", "")
    reason = Reason(asked) if asked in Reason else None
    closed, dismissed = "closed" in request.GET, "dismissed" in request.GET
    page = load_pairs(user, reason=reason, closed=closed, dismissed=dismissed, after=request.GET.get("after", ""))
    context = {"page": page, "reason": reason, "reasons": Reason, "closed": closed, "dismissed": dismissed}
    more = is_htmx(request) and "after" in request.GET
    return render(request, "leads/_duplicate_pairs.html" if more else "leads/duplicate_list.html", context)


@require_POST
def duplicate_dismiss(request: HttpRequest, first: int, second: int) -> HttpResponseBase:
    """To nie duplikat."""
    user = _reviewer(request)
    pair = _pair(user, first, second)
    dismiss_pair(one=pair.first, two=pair.second, by=user)
    if not is_htmx(request):
        return redirect_to(request, reverse("leads:duplicate_list"), _("Marked: these are two leads."))
    return render(request, "leads/_duplicate_dismissed.html", {"pair": pair})


@require_POST
def duplicate_restore(request: HttpRequest, first: int, second: int) -> HttpResponseBase:
    """Take „To nie duplikat” back."""
    user = _reviewer(request)
    pair = _pair(user, first, second)
    restore_pair(one=pair.first, two=pair.second)
    if not is_htmx(request):
        return redirect_to(request, reverse("leads:duplicate_list"), _("The pair is suspected again."))
    return render(request, "leads/_duplicate_pair.html", {"pair": _pair(user, first, second)})


@require_POST
def duplicate_ask(request: HttpRequest) -> HttpResponse:
    """Poproś menedżera: whoever sees the lead that looks like the typed one is told; the asker learns nothing of it."""
    user = signed_in_user(request)
    require(permissions.may_create(user) or permissions.may_edit(user))
    typed = Typed.read({**request.POST.dict(), "lead": request.GET.get("lead", "")})
    asked = ask_manager(typed=typed, by=user)
    return render(request, "leads/_lead_similar_hidden.html", {"asked": asked, "nothing": not asked})


def _reviewer(request: HttpRequest) -> User:
    user = signed_in_user(request)
    require(permissions.may_review_duplicates(user))
    return user


def _pair(user: User, first: int, second: int) -> Pair:
    pair = pair_of(user, first, second) if first != second else None
    if pair is None:
        raise Http404
    return pair
