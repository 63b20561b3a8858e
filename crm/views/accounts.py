"""The signed-in user's own things: session, theme, language, profile, photo."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.errors import RuleError
from crm.forms.users import FirstPasswordForm, ProfileForm
from crm.htmx import redirect_to
from crm.models import Theme, User
from crm.requests import signed_in_user
from crm.services.invitations import accept_invitation, open_invitation
from crm.services.notifications import listed_ways
from crm.services.users import set_theme, update_profile

YEAR = 365 * 24 * 3600


@login_not_required
@never_cache
@require_safe
def session_show(request: HttpRequest) -> JsonResponse:
    """Who is signed in, and the CSRF token of now: asked before a form is sent and after signing in again."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"authenticated": False})
    return JsonResponse({"authenticated": True, "user": user.pk, "csrf": get_token(request)})


@require_POST
def theme_update(request: HttpRequest) -> HttpResponse:
    """Keep the theme that the user chose in the menu."""
    theme = request.POST.get("theme", "")
    if theme not in Theme.values:
        return HttpResponse(status=400)
    set_theme(user=signed_in_user(request), theme=theme)
    return HttpResponse(status=204)


@login_not_required
@require_POST
def language_update(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the language of a guest in a cookie; a user's own one stands in the profile."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if safe else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        remember_language(response, language)
    return response


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Let the entrance pages of this browser speak `language`."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponseBase:
    """The own profile."""
    user = User.objects.get(pk=signed_in_user(request).pk)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=user)
    if request.method == "POST" and form.is_valid():
        update_profile(user=user, photo=form.photo, remove_photo=form.cleaned_data.get("remove_photo", False))
        response = redirect_to(request, request.path, _("Profile saved."))
        remember_language(response, user.language)
        return response
    context = {"form": form, "notification_ways": listed_ways(user)}
    return render(request, "crm/profile.html", context, status=422 if form.is_bound else 200)


@require_safe
def user_photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo of a user, for everyone who is signed in; the address changes with the photo, so it may be kept."""
    user = get_object_or_404(User.objects.only("photo"), pk=pk)
    if not user.photo:
        raise Http404
    return picture_response(user.photo, content_type="image/webp")


def picture_response(picture: FieldFile, *, content_type: str) -> FileResponse:
    """A picture whose address changes with it, so that browsers may keep it; 404 when its file is gone."""
    try:
        response = FileResponse(picture.open("rb"), content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def invitation_accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of an invitation's link: the invited chooses a password and is signed in."""
    invitation = open_invitation(token)
    if invitation is None:
        return render(request, "account/invitation_closed.html", status=410)
    with translation.override(invitation.user.language):
        form = FirstPasswordForm(request.POST or None, user=invitation.user)
        if request.method == "POST" and form.is_valid():
            try:
                user = accept_invitation(invitation=invitation, password=form.cleaned_data["password1"])
            except RuleError:
                return render(request, "account/invitation_closed.html", status=410)
            response: HttpResponseBase = perform_login(request, user, email_verification="none", redirect_url="/")
            remember_language(response, user.language)
            return response
        context = {"form": form, "invitation": invitation}
        return render(request, "account/invitation.html", context, status=422 if form.is_bound else 200)
