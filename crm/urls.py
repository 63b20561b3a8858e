"""Addresses of users, partners, products and settings."""

from django.urls import URLPattern, path

from crm.views import accounts
from crm.views.health import health_show

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("healthz", health_show, name="health_show"),
    path("accounts/session/", accounts.session_show, name="session_show"),
    path("accounts/theme/", accounts.theme_update, name="theme_update"),
    path("accounts/language/", accounts.language_update, name="language_update"),
    path("accounts/profile/", accounts.profile_edit, name="profile_edit"),
    path("accounts/photos/<int:pk>/", accounts.user_photo, name="user_photo"),
]
