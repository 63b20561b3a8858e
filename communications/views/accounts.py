"""Konta e-mail: the shared ones for those who manage them, and everybody's own in the profile."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communications.accounts import row_of, rows_of
from communications.forms.accounts import AccountForm
from communications.models import MailAccount
from communications.services.accounts import delete_account, fetch_now, refuse_linked, save_account, set_active
from communications.services.reading import read_again
from crm.errors import InUse, RuleError
from crm.htmx import redirect_to
from crm.models import User
from crm.requests import signed_in_user
from crm.views.records import is_htmx, save_form

UNPARSED_SHOWN = 200
may_share = permission_required("communications.manage_shared_accounts", raise_exception=True)
may_own = permission_required("communications.use_own_account", raise_exception=True)


@require_safe
@may_share
def account_list(request: HttpRequest) -> HttpResponse:
    """The shared accounts; HTMX gets the table alone."""
    return _list(request, owner=None)


@require_safe
@may_own
def own_account_list(request: HttpRequest) -> HttpResponse:
    """The accounts of the signed-in user."""
    return _list(request, owner=signed_in_user(request))


def _list(request: HttpRequest, owner: User | None) -> HttpResponse:
    accounts = MailAccount.objects.manageable_by(signed_in_user(request)).filter(owner=owner)
    template = "communications/_account_table.html" if is_htmx(request) else "communications/account_list.html"
    return render(request, template, {"rows": rows_of(accounts), **_scope(owner)})


@require_http_methods(["GET", "HEAD", "POST"])
@may_share
def account_create(request: HttpRequest) -> HttpResponseBase:
    """A new shared account."""
    return _save(request, None, owner=None)


@require_http_methods(["GET", "HEAD", "POST"])
@may_own
def own_account_create(request: HttpRequest) -> HttpResponseBase:
    """A new account of one's own."""
    return _save(request, None, owner=signed_in_user(request))


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The card of an account: how it is, and its form."""
    account = _account(request, pk)
    return _save(request, account, owner=account.owner)


@require_safe
def account_health(request: HttpRequest, pk: int) -> HttpResponse:
    """How the account is now."""
    return render(request, "communications/_account_health.html", {"row": row_of(_account(request, pk))})


@require_POST
def account_fetch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let the account be fetched now."""
    account = _account(request, pk)
    fetch_now(account=account)
    return redirect_to(request, _card_url(account), _("The account is being fetched."), "info")


@require_POST
def account_activate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take up fetching and sending again."""
    account = set_active(account=_account(request, pk), is_active=True, by=signed_in_user(request))
    return redirect_to(request, _card_url(account), _("“%(name)s” is active again.") % {"name": account})


@require_POST
def account_deactivate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Fetch and send no more; what came stays."""
    account = set_active(account=_account(request, pk), is_active=False, by=signed_in_user(request))
    return redirect_to(request, _card_url(account), _("“%(name)s” is stopped.") % {"name": account})


@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask, and delete the account with its messages; one whose messages belong to leads stays."""
    account = _account(request, pk)
    refusal: RuleError | None = None
    try:
        if request.method == "POST":
            delete_account(account=account, by=signed_in_user(request))
            return redirect_to(request, _list_url(account.owner), _("“%(name)s” is deleted.") % {"name": account})
        refuse_linked(account=account)
    except RuleError as error:
        refusal = error
    layout = "components/modal.html" if is_htmx(request) else "crm/record_dialog.html"
    context = {
        "account": account,
        "count": account.messages.count(),
        "refusal": refusal,
        "is_linked": isinstance(refusal, InUse),
        "row_url": _card_url(account),
        "layout": layout,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "communications/account_delete.html", context, status=status)


@require_safe
def unparsed_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages that could not be read, or not wholly."""
    account = _account(request, pk)
    unread = account.messages.unparsed().select_related("lead").order_by("-pk")[: UNPARSED_SHOWN + 1]
    context = {"account": account, "unread": unread[:UNPARSED_SHOWN], "has_more": len(unread) > UNPARSED_SHOWN}
    return render(request, "communications/unparsed_list.html", {**context, **_scope(account.owner)})


@require_POST
def unparsed_read(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Read them again, all of them or the one that is named."""
    account = _account(request, pk)
    messages = account.messages.unparsed()
    if (one := request.POST.get("message", "")).isdecimal():
        messages = messages.filter(pk=int(one[:18]))
    read_again(messages=messages.only("pk", "account"))
    url = reverse("communications:unparsed_list", args=[account.pk])
    return redirect_to(request, url, _("They are being read again."), "info")


@require_safe
def unparsed_original(request: HttpRequest, pk: int, message: int) -> HttpResponseBase:
    """The original of a message that could not be read, to be saved."""
    account = _account(request, pk)
    row = get_object_or_404(account.messages.unparsed().exclude(raw=""), pk=message)
    answer = FileResponse(row.raw.open(), as_attachment=True, filename=f"{row.pk}.eml", content_type="message/rfc822")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _account(request: HttpRequest, pk: int) -> MailAccount:
    """An account that the signed-in user may set up; others do not exist."""
    user = signed_in_user(request)
    if not user.has_perm("communications.use_own_account") and not user.has_perm(
        "communications.manage_shared_accounts"
    ):
        raise PermissionDenied
    accounts = MailAccount.objects.manageable_by(user)
    return get_object_or_404(accounts.select_related("health", "secrets", "owner"), pk=pk)


def _save(request: HttpRequest, account: MailAccount | None, *, owner: User | None) -> HttpResponseBase:
    form = AccountForm(request.POST if request.method == "POST" else None, instance=account, owner=owner)
    return save_form(
        request,
        form,
        template="communications/account_form.html",
        save=lambda: save_account(
            account=account,
            owner=owner,
            values=form.values,
            by=signed_in_user(request),
            password=form.cleaned_data["password"],
            smtp_password=form.cleaned_data["smtp_password"],
            folders=form.cleaned_data["folders"],
            sent_folders=form.cleaned_data["sent_folders"],
            version=form.cleaned_data["version"],
        ),
        saved_at=_card_url,
        context={"account": account, "row": row_of(account) if account else None, **_scope(owner)},
    )


def _scope(owner: User | None) -> dict[str, Any]:
    """Whose accounts a page is about."""
    return {
        "is_own": owner is not None,
        "list_url": _list_url(owner),
        "create_url": reverse(f"communications:{'own_' if owner else ''}account_create"),
    }


def _list_url(owner: User | None) -> str:
    return reverse(f"communications:{'own_' if owner else ''}account_list")


def _card_url(account: MailAccount) -> str:
    return reverse("communications:account_edit", args=[account.pk])
