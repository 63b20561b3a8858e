"""The addresses of Lejek, and an empty page behind the same middleware: what a request costs that does nothing."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as lejek
from crm.requests import signed_in_user


def empty_show(request: HttpRequest) -> HttpResponse:
    """An empty page for a signed-in user."""
    return HttpResponse(f"<!doctype html><title>{signed_in_user(request)}</title>")


urlpatterns = [path("bench/empty/", empty_show, name="empty_show"), *lejek]
