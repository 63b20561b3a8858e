"""Telefonia: the accounts at telephony providers, how they are, and what came in that nobody understood."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communications.forms.telephony import TelephonyForm
from communications.models import TelephonyAccount
from communications.querysets_calls import people_without_extension, unread_events
from communications.services.calls import retry_unread
from communications.services.telephony import check_account, delete_account, save_account
from communications.telephony.problems import CallFailed
from crm.errors import InUse
from crm.htmx import redirect_to
from crm.requests import signed_in_user
from crm.views.records import save_form

may_manage = permission_required("communications.manage_telephony", raise_exception=True)
SHOWN_UNREAD = 20
SECRET_LENGTH = 40


@require_safe
@may_manage
def telephony_list(request: HttpRequest) -> HttpResponse:
    """The accounts, each with its address for notifications and its health."""
    user = signed_in_user(request)
    accounts = list(TelephonyAccount.objects.manageable_by(user).with_health())
    context = {
        "accounts": accounts,
        "unread": unread_events(accounts)[:SHOWN_UNREAD],
        "kinds": TelephonyAccount.Kind.choices,
        "without_extension": people_without_extension().count() if accounts else 0,
    }
    return render(request, "communications/telephony_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def telephony_create(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A new account of a kind; of one that Lejek gives the secret to, with a secret made for it."""
    if kind not in TelephonyAccount.Kind.values:
        raise Http404
    proposed = get_random_string(SECRET_LENGTH) if kind == TelephonyAccount.Kind.GENERIC else ""
    return _save(request, TelephonyForm(request.POST or None, kind=kind, proposed=proposed), None)


@require_http_methods(["GET", "HEAD", "POST"])
@may_manage
def telephony_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change an account."""
    account = _find(request, pk)
    return _save(request, TelephonyForm(request.POST or None, kind=account.kind, instance=account), account)


def _save(request: HttpRequest, form: TelephonyForm, account: TelephonyAccount | None) -> HttpResponseBase:
    return save_form(
        request,
        form,
        template="communications/telephony_form.html",
        save=lambda: save_account(
            account=account,
            values={**form.account_values, "kind": form.kind},
            by=signed_in_user(request),
            version=form.cleaned_data["version"],
        ),
        saved_at=lambda stored: reverse("communications:telephony_list"),
        context={"account": account, "kind": form.kind, "webhook_url": TelephonyAccount(kind=form.kind).webhook_url},
    )


@require_POST
@may_manage
def telephony_check(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Testuj: ask the provider whether the account works."""
    account = _find(request, pk)
    try:
        return _back(request, check_account(account=account))
    except CallFailed as failure:
        return _back(request, str(failure), "danger")


@require_POST
@may_manage
def telephony_retry(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Try once more to understand the notifications that were kept."""
    done, left = retry_unread(account=_find(request, pk))
    text = _("Understood now: %(done)s, still not: %(left)s.") % {"done": done, "left": left}
    return _back(request, text, "warning" if left else "success")


@require_POST
@may_manage
def telephony_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete an account that has no calls."""
    account = _find(request, pk)
    try:
        delete_account(account=account, by=signed_in_user(request))
    except InUse:
        text = _("“%(name)s” has calls and can't be deleted. Switch it off instead: its calls stay.")
        return _back(request, text % {"name": account}, "danger")
    return _back(request, _("“%(name)s” is deleted.") % {"name": account})


def _find(request: HttpRequest, pk: int) -> TelephonyAccount:
    return get_object_or_404(TelephonyAccount.objects.manageable_by(signed_in_user(request)), pk=pk)


def _back(request: HttpRequest, text: str, level: Any = "success") -> HttpResponseBase:
    return redirect_to(request, reverse("communications:telephony_list"), text, level)
