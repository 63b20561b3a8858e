"""Addresses of users, partners, products and settings."""

from django.urls import URLPattern, path

from crm.views.health import health_show

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("healthz", health_show, name="health_show"),
]
