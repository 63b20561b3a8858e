"""What pages ask when they have no event stream: what has happened since they asked last."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from crm.live.audience import Audience
from crm.live.log import READ, Missed, place
from crm.live.publish import STREAM, client
from crm.requests import signed_in_user


@login_not_required  # who signed out meanwhile gets no login page as a stream
@never_cache
@require_safe
def live_stream(request: HttpRequest) -> HttpResponse:
    """Reached only where the server has no streams (WSGI): 204 tells the browser to ask no more, and the page polls."""
    return HttpResponse(status=204)


@never_cache
@require_GET
def live_changes(request: HttpRequest) -> JsonResponse:
    """The events after `?since=`, and where to go on from; without it, only the latter."""
    missed = Missed.read(client().eval(READ, 1, STREAM, place(request.GET.get("since", ""))))
    return JsonResponse({"since": missed.last, "events": missed.told(Audience.of(signed_in_user(request)))})
