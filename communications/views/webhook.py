"""`/webhooks/telephony/<provider>/`: notifications of telephony. A signature stands in the place of a session.

An answer is given once the notification is stored; a recording is fetched later, by a worker. While Redis is away it is
stored all the same: a replay is known by its event, pages see the call when they ask, and beat finds the recording.
"""

import logging
import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from communications.models import TelephonyAccount
from communications.services.calls import Taken, take_notification
from communications.services.telephony import note_refusal, note_success
from communications.telephony import PROVIDERS
from communications.telephony.events import Unreadable
from communications.telephony.memory import forget, remember_first
from communications.telephony.provider import LARGEST_BODY, Delivery, Refused
from communications.telephony.zadarma import ECHO

log = logging.getLogger(__name__)

# Longer than a delivery stays fresh, on both sides.
REMEMBERED = 15 * 60  # seconds


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def telephony_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a notification. Refusals are JSON with an `error`, and are told in „Telefonia”."""
    if provider not in PROVIDERS:
        return _answer("There is no such provider.", 404)
    if request.method == "GET":
        echo = request.GET.get(ECHO, "")
        if provider == "zadarma" and re.fullmatch(r"[\w\-]{1,100}", echo, re.ASCII):
            return HttpResponse(echo, content_type="text/plain")
        return _answer("Notifications are sent by POST.", 405)
    try:
        taken = _take(request, provider)
    except Refused as refusal:
        log.warning("Telephony %s: a notification was refused: %s", provider, refusal)
        note_refusal(kind=provider, reason=str(refusal))
        return _answer(str(refusal), refusal.status)
    if taken.error:
        log.warning("Telephony %s: a notification could not be understood: %s", provider, taken.error)
        return _answer(f"Kept, but not understood: {taken.error}", 422)
    return JsonResponse({"status": "accepted" if taken.is_new else "known", "call": taken.call and taken.call.pk})


def _take(request: HttpRequest, kind: str) -> Taken:
    delivery = _delivery(request)
    accounts = list(TelephonyAccount.objects.of_webhook(kind))
    if not accounts:
        raise Refused(gettext_noop("No telephony of this kind is set up."), status=404)
    account = next((each for each in accounts if each.provider.is_signed(delivery, each.secret)), None)
    if account is None:
        raise Refused(gettext_noop("The signature is wrong."), status=401)
    try:
        known_by = account.provider.check_fresh(delivery, account.credentials)
        payload = account.provider.payload(delivery)
    except Unreadable as error:
        raise Refused(str(error), status=400) from error
    name = f"telephony-delivery:{account.pk}:{known_by}"
    if known_by and not remember_first(name, seconds=REMEMBERED):
        again = gettext_noop("This delivery has been taken already. Sign each attempt anew.")
        raise Refused(again, status=409)
    try:
        taken = take_notification(account=account, payload=payload)
    except Exception:
        forget(name)  # nothing of it was stored: it may come again
        raise
    note_success(account=account)
    return taken


def _delivery(request: HttpRequest) -> Delivery:
    announced = request.headers.get("Content-Length", "")
    body = b"" if announced.isdecimal() and int(announced) > LARGEST_BODY else request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY or (not body and announced not in ("", "0")):
        raise Refused(gettext_noop("The body is larger than 64 KB."), status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Delivery(body=body, headers=headers, now=timezone.now())


def _answer(error: str, status: int) -> JsonResponse:
    return JsonResponse({"error": error}, status=status)
