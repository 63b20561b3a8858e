"""What is answered when something is refused or breaks: a page with a way out, a bare status to scripts."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Gone
from crm.htmx import toast
from crm.outage import RETRY_AFTER, is_outage

log = logging.getLogger(__name__)

TEXTS: dict[int, tuple[str | Promise, str | Promise]] = {
    400: (_("This request can't be understood"), _("The address or the form is damaged. Go back and try again.")),
    403: (_("No access"), _("You do not have permission to see this page. Ask your manager or administrator.")),
    404: (_("Nothing here"), _("The page does not exist any more, or it is not visible to you.")),
    413: (_("Too large"), _("What you sent is larger than Lejek accepts. Choose a smaller file.")),
    500: (_("Something went wrong"), _("The error is on our side and was written down. Nothing was saved.")),
}
UNAVAILABLE = (
    _("Back in a moment"),
    _("Lejek is very busy or has just been restarted. Wait a few seconds and try again."),
)
EXPIRED = (_("The form has expired"), _("Somebody signed in or out here meanwhile. Go back, refresh and try again."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 when it was the size."""
    return _page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404; 410 with what became of it for those who could see what is gone."""
    return _gone(request, exception) if isinstance(exception, Gone) else _page(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    """413, for requests whose body is not even read: with the way back to the page that sent it."""
    sender = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(sender, {request.get_host()}, require_https=request.is_secure())
    return _page(request, 413, link=(gettext("Back to the form"), sender) if is_ours else None)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is of an older session; a script gets a new token and repeats by itself."""
    response = _page(request, 403, EXPIRED)
    response.headers["X-CSRF-Failed"] = "1"
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500; 503 when PostgreSQL or Redis is away, whoever met it first (a middleware, a view, the end of a request).

    Django calls this while it handles the error. Nothing here asks the database or the session.
    """
    error = sys.exc_info()[1]
    if is_outage(error):
        log.warning("503 for %s %s: %s", request.method, request.path, error)
        return _unavailable(request)
    title, text = TEXTS[500]
    context = {"status": 500, "error_title": title, "error_text": text, "user": None}
    return HttpResponse(render_to_string("crm/error.html", context), status=500)


def _unavailable(request: HttpRequest) -> HttpResponseBase:
    """503. A script says the sentence and leaves the page as it is; a page can be asked for again."""
    title, text = UNAVAILABLE
    response: HttpResponseBase
    if "HX-Request" in request.headers:
        response = toast(HttpResponse(status=503, headers={"HX-Reswap": "none"}), text, "warning")
    elif _wants_json(request):
        response = JsonResponse({"error": str(text)}, status=503)
    else:
        again = request.get_full_path() if request.method in ("GET", "HEAD") else request.headers.get("Referer", "/")
        link = (gettext("Try again"), again if url_has_allowed_host_and_scheme(again, {request.get_host()}) else "/")
        context = {"status": 503, "error_title": title, "error_text": text, "link": link, "user": None}
        response = HttpResponse(render_to_string("crm/error.html", context), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    # A line was written already; Django would add the whole traceback for each request of the outage.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _gone(request: HttpRequest, gone: Gone) -> HttpResponseBase:
    """410. A script shows the sentence and swaps nothing: what is typed in the page stays."""
    if getattr(request, "htmx", False):
        return toast(HttpResponse(status=410, headers={"HX-Reswap": "none"}), gone.text, "danger", link=gone.link)
    if _wants_json(request):
        return JsonResponse({"error": gone.text}, status=410)
    context = {"status": 410, "error_title": _("It is no longer there"), "error_text": gone.text, "link": gone.link}
    return render(request, "crm/error.html", context, status=410)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _page(
    request: HttpRequest,
    status: int,
    texts: tuple[str | Promise, str | Promise] | None = None,
    *,
    link: tuple[str, str] | None = None,
) -> HttpResponse:
    if getattr(request, "htmx", False) or _wants_json(request):
        return HttpResponse(status=status)
    title, text = texts or TEXTS[status]
    context = {"status": status, "error_title": title, "error_text": text, "link": link}
    return render(request, "crm/error.html", context, status=status)
