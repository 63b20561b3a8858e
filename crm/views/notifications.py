"""What a user is told: the bell, the list, and in which ways they want to be told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from crm.errors import RuleError
from crm.htmx import redirect_to, toast
from crm.models import Notification, User
from crm.models.notifications import NotificationQuerySet
from crm.numbers import parse_id
from crm.requests import signed_in_user
from crm.services.notification_mail import send_again
from crm.services.notifications import Ways, choose_ways, mark_read, ways_of

PAGE_SIZE = 50
IN_MENU = 8


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """All notifications, or `?unread=1`, the newest first; `?before=` is the ID after which a page begins."""
    user = signed_in_user(request)
    only_unread = request.GET.get("unread") == "1"
    rows = _shown(user).unread() if only_unread else _shown(user)
    before = parse_id(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE_SIZE + 1])
    url = reverse("crm:notification_list")
    context: dict[str, Any] = {
        "notifications": found[:PAGE_SIZE],
        "only_unread": only_unread,
        "next_id": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "is_first": before is None,
        "tabs": [
            {"url": url, "label": pgettext("notifications", "All"), "is_active": not only_unread},
            {"url": f"{url}?unread=1", "label": _("Unread"), "is_active": only_unread},
        ],
    }
    return render(request, "crm/notification_list.html", context)


@never_cache
@require_GET
def notification_menu(request: HttpRequest) -> HttpResponse:
    """What the bell unfolds: the newest ones."""
    rows = list(_shown(signed_in_user(request))[:IN_MENU])
    return render(request, "crm/_notification_menu.html", {"notifications": rows})


@never_cache
@require_GET
def notification_bell(request: HttpRequest) -> HttpResponse:
    """The number on the bell."""
    return render(request, "crm/_notification_count.html")


@require_safe
def notification_open(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go to what a notification is about; it counts as read from then on."""
    user = signed_in_user(request)
    notification = get_object_or_404(user.notifications, pk=pk)
    mark_read(user=user, notification=notification)
    return HttpResponseRedirect(notification.url)


@require_POST
def notification_read(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mark one as read without going anywhere."""
    user = signed_in_user(request)
    notification = get_object_or_404(_shown(user), pk=pk)
    mark_read(user=user, notification=notification)
    return _row(request, notification)


@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark all as read."""
    mark_read(user=signed_in_user(request))
    return redirect_to(request, reverse("crm:notification_list"), _("All notifications are read."))


@require_POST
def notification_send_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Try a failed e-mail again."""
    user = signed_in_user(request)
    notification = get_object_or_404(_shown(user), pk=pk)
    try:
        send_again(notification=notification, user=user)
    except RuleError as refusal:
        return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), str(refusal), "danger")
    return toast(_row(request, notification), _("The e-mail is being sent again."))


@require_POST
def notification_choose_ways(request: HttpRequest) -> HttpResponseBase:
    """Keep, for each kind, whether the user is told in the application and by e-mail."""
    user = signed_in_user(request)
    chosen = {
        kind: Ways(in_app=f"{kind}-in_app" in request.POST, by_email=f"{kind}-by_email" in request.POST)
        for kind in ways_of(user)
    }
    choose_ways(user=user, ways=chosen)
    return redirect_to(request, f"{reverse('crm:profile_edit')}#notifications", _("Notifications saved."))


def _shown(user: User) -> NotificationQuerySet:
    return Notification.objects.shown_to(user).select_related("by")


def _row(request: HttpRequest, notification: Notification) -> HttpResponseBase:
    """The notification as the list shows it now, or the list itself."""
    if not getattr(request, "htmx", False):
        return redirect_to(request, reverse("crm:notification_list"))
    notification.refresh_from_db()
    return render(request, "crm/_notification.html", {"notification": notification, "is_page": True})
