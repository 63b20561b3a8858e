"""What every request goes through: the user's language, what is looked up once, and who may come in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from crm.current import request_memory
from crm.downloads import PIECE, one_by_one
from crm.views.errors import too_large

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def send_files_in_pieces(get_response: GetResponse) -> GetResponse:
    """Files (WhiteNoise's too) leave in pieces under ASGI, where Django would first read each of them whole."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(request, ASGIRequest) and isinstance(response, StreamingHttpResponse) and not response.is_async:
            if isinstance(response, FileResponse):
                response.block_size = PIECE
            response.streaming_content = one_by_one(iter(response))
        return response

    return middleware


class SessionMiddleware(DjangoSessionMiddleware):
    """Only a page that is opened takes the cookie of an ended session away.

    What runs beside it may have been sent before a sign-in and be answered after it: it would end the new session.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """As Django's, without the deletion for what a script asks (Fetch Metadata, W3C)."""
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            del response.cookies[settings.SESSION_COOKIE_NAME]
        return response


def request_size(get_response: GetResponse) -> GetResponse:
    """Refuses bodies that nothing in Lejek would accept, before anybody reads them: 413."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > settings.REQUEST_MAX_BYTES:
            request.user = AnonymousUser()
            return too_large(request)
        return get_response(request)

    return middleware


class UserLanguageMiddleware:
    """Speaks the language of the user's profile; to a guest that of the cookie (who was here last), else Polish."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with request_memory(), translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
            return response


def language_of(request: HttpRequest) -> str:
    """The language to answer this request in."""
    if request.user.is_authenticated:
        return str(request.user.language)
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Guests see only views marked `login_not_required`.

    A script's request is answered with 401, so that the page asks for the password in a dialog, keeps what was typed
    and repeats the request; any other goes to the login page.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if getattr(request, "htmx", False):
            return HttpResponse(status=401, headers={"HX-Reswap": "none"})
        if "application/json" in request.headers.get("Accept", ""):
            return JsonResponse({"authenticated": False}, status=401)
        return super().handle_no_permission(request, view_func)
