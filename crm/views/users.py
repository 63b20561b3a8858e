"""Users and teams, for administrators; managers see their own team."""

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError
from crm.forms.users import UserForm
from crm.htmx import redirect_to
from crm.models import Invitation, User
from crm.paging import Order, Sort, load_page
from crm.people import listed_users, manageable_users, may_manage_users
from crm.requests import signed_in_user
from crm.search import containing
from crm.services.invitations import invite_user, resend_invitation
from crm.services.users import activate_user, update_user

ORDER = {"name": Sort("name_sort")}
NEVER_IN = Q(password__startswith="!")  # an unusable password (django.contrib.auth.hashers)
STATES = {
    "active": Q(is_active=True),
    "invited": NEVER_IN & Q(is_active=True),
    "inactive": Q(is_active=False),
}


@require_safe
def user_list(request: HttpRequest) -> HttpResponse:
    """Users by name; `q` searches names and e-mails, `state` is one of STATES."""
    by = _manager(request)
    state = request.GET.get("state", "active")
    invitations = Prefetch("invitations", Invitation.objects.filter(revoked_at=None), to_attr="standing_invitations")
    users = listed_users(by).filter(STATES.get(state, Q()), containing(request.GET.get("q", "")))
    page = load_page(
        users.prefetch_related(invitations),
        order=Order(ORDER),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "page": page,
        "manageable": set(
            manageable_users(by).filter(pk__in=[row.pk for row in page.rows]).values_list("pk", flat=True)
        ),
        "state": state if state in STATES else "all",
        "states": _states(),
    }
    template = "crm/_user_list.html" if request.htmx else "crm/user_list.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _states() -> list[tuple[str, str]]:
    return [
        ("active", pgettext("users", "Active")),
        ("invited", pgettext("users", "Invited")),
        ("inactive", pgettext("users", "Inactive")),
        ("all", pgettext("users", "All")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def user_invite(request: HttpRequest, pk: int | None = None) -> HttpResponseBase:
    """Invite somebody new, or (`pk`) a person whom an import brought."""
    by = _manager(request)
    user = None if pk is None else get_object_or_404(manageable_users(by).filter(NEVER_IN), pk=pk, is_active=False)
    form = UserForm(request.POST or None, by=by, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            invited = invite_user(user=user, values=form.values(), by=by, origin=request.build_absolute_uri("/"))
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            text = _("The invitation is on its way to %(email)s.") % {"email": invited.email}
            return redirect_to(request, reverse("crm:user_list") + "?state=invited", text)
    return render(request, "crm/user_invite.html", {"form": form, "person": user}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def user_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A user: name, e-mail, role, team; and what can be done with the account."""
    by = _manager(request)
    user = get_object_or_404(listed_users(by).prefetch_related("invitations"), pk=pk)
    if not manageable_users(by).filter(pk=pk).exists():
        raise PermissionDenied
    form = UserForm(request.POST or None, by=by, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            update_user(user=user, values=form.values(), by=by)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect_to(request, reverse("crm:user_list"), _("User saved."))
    context = {"form": form, "person": user, "invitation": user.invitations.first()}
    return render(request, "crm/user_edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def user_resend(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the invitation once more, with a new link."""
    by = _manager(request)
    user = get_object_or_404(manageable_users(by), pk=pk)
    back = reverse("crm:user_edit", args=[pk])
    try:
        resend_invitation(user=user, by=by, origin=request.build_absolute_uri("/"))
    except RuleError as error:
        return redirect_to(request, back, error.message, "danger")
    return redirect_to(request, back, _("The invitation is on its way to %(email)s.") % {"email": user.email})


@require_POST
def user_activate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give an account back."""
    by = _manager(request)
    user = get_object_or_404(manageable_users(by), pk=pk)
    back = reverse("crm:user_edit", args=[pk])
    try:
        activate_user(user=user, by=by)
    except RuleError as error:
        return redirect_to(request, back, error.message, "danger")
    return redirect_to(request, back, _("The account is active again."))


def _manager(request: HttpRequest) -> User:
    user = signed_in_user(request)
    if not may_manage_users(user):
        raise PermissionDenied
    return user
