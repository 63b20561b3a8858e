"""What an account needs from its servers: trying them out, and the consent of Google or Microsoft."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from communications.forms.accounts import AccountForm
from communications.imap.connection import ImapServer, readable
from communications.imap.problems import MailProblem, sentence
from communications.models import MailAccount, Problem, Security, SignIn
from communications.oauth import access_token, consent_url, provider_of, take_consent
from communications.services.accounts import PASSWORD_IS_FOR, SMTP_PASSWORD_IS_FOR, fetch_now
from communications.services.checking import Check, check_imap, check_smtp
from communications.smtp import SmtpServer
from crm.htmx import redirect_to
from crm.requests import signed_in_user

CONSENT = "mail_consent"


@require_POST
def account_test(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Testuj serwer: try what the form says, stored or not, and offer the folders that are there."""
    account = _account(request, pk) if pk is not None else None
    form = AccountForm(request.POST, instance=account)
    context: dict[str, Any] = {"form": form, "account": account}
    if form.is_valid():
        imap, smtp = _tried(form, account)
        context |= {"imap": imap, "smtp": smtp}
        if imap.folders:
            context["folders"] = _offered(form, imap)
    return render(request, "communications/_account_check.html", context)


def _tried(form: AccountForm, account: MailAccount | None) -> tuple[Check, Check | None]:
    values = form.cleaned_data
    try:
        imap, smtp = _servers(form, account)
    except MailProblem as problem:
        text = sentence(problem.problem, problem.details, host=values["imap_host"], port=values["imap_port"])
        return Check(values["imap_host"], text), None
    return check_imap(imap), check_smtp(smtp) if smtp.host else None


def _servers(form: AccountForm, account: MailAccount | None) -> tuple[ImapServer, SmtpServer]:
    """How to reach what the form says. A stored password is tried only where it was stored for."""
    values = form.cleaned_data
    uses_token = values["sign_in"] != SignIn.PASSWORD
    if uses_token and account is None:
        raise MailProblem(Problem.TOKEN)
    token = access_token(account) if uses_token and account else ""
    password = "" if uses_token else values["password"] or _stored(account, "password", values, PASSWORD_IS_FOR)
    smtp_password = (
        "" if uses_token else values["smtp_password"] or _stored(account, "smtp_password", values, SMTP_PASSWORD_IS_FOR)
    )
    imap = ImapServer(
        values["imap_host"], values["imap_port"], values["imap_security"], values["login"], password, token,
        values["sign_in"],
    )  # fmt: skip
    smtp = SmtpServer(
        values["smtp_host"], values["smtp_port"], values["smtp_security"] == Security.TLS,
        values["smtp_login"] or values["login"],
        smtp_password or password, token,
    )  # fmt: skip
    return imap, smtp


def _stored(account: MailAccount | None, name: str, values: dict[str, Any], is_for: tuple[str, ...]) -> str:
    if account is None or any(values[field] != getattr(account, field) for field in is_for):
        return ""
    return readable(getattr(account.secrets, name))


def _offered(form: AccountForm, check: Check) -> list[dict[str, Any]]:
    """The folders of the server, ticked as they are in the form; those of sent messages too, at the first look."""
    ticked = set(form.cleaned_data["folders"])
    is_first = form.instance.pk is None and ticked == {"INBOX"}
    return [
        {
            "name": folder.name,
            "is_sent": folder.is_sent,
            "is_ticked": folder.name in ticked or (is_first and folder.is_sent),
        }
        for folder in check.folders
    ]


@require_safe
def account_consent(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go to Google or Microsoft, where the owner of the mailbox agrees."""
    account = _account(request, pk)
    provider = provider_of(account.sign_in)
    if provider is None:
        raise Http404
    url, kept = consent_url(provider, redirect_uri=_return_url(request), login=account.login)
    request.session[CONSENT] = {**kept, "account": account.pk}
    return HttpResponseRedirect(url)


@require_safe
@permission_required("communications.use_own_account", raise_exception=True)
def account_consent_done(request: HttpRequest) -> HttpResponseBase:
    """Back from there: the tokens are fetched and stored. An answer that was not asked for changes nothing."""
    kept = request.session.pop(CONSENT, None)
    if kept is None:
        raise Http404
    account = _account(request, kept["account"])
    card = reverse("communications:account_edit", args=[account.pk])
    if request.GET.get("error"):
        return redirect_to(
            request, card, _("The consent was not given. The account can't be fetched without it."), "danger"
        )
    answer = f"{_return_url(request)}?{urlsplit(request.get_full_path()).query}"
    try:
        take_consent(account, redirect_uri=_return_url(request), answer_url=answer, kept=kept)
    except MailProblem as problem:
        text = sentence(problem.problem, problem.details, host=account.imap_host, port=account.imap_port)
        return redirect_to(request, card, text, "danger")
    fetch_now(account=account)
    return redirect_to(request, card, _("The consent is stored. The account is being fetched."))


def _return_url(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("communications:account_consent_done"))


def _account(request: HttpRequest, pk: int) -> MailAccount:
    user = signed_in_user(request)
    if not user.has_perm("communications.use_own_account"):
        raise PermissionDenied
    return get_object_or_404(MailAccount.objects.manageable_by(user).select_related("secrets"), pk=pk)
