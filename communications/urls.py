"""Addresses of calls and e-mails."""

from django.urls import URLPattern, URLResolver, path

from communications.urls_sending import SENDING
from communications.views import account_access, accounts

app_name = "communications"

urlpatterns: list[URLPattern | URLResolver] = [
    *SENDING,
    path("settings/email-accounts/", accounts.account_list, name="account_list"),
    path("settings/email-accounts/new/", accounts.account_create, name="account_create"),
    path("profile/email-accounts/", accounts.own_account_list, name="own_account_list"),
    path("profile/email-accounts/new/", accounts.own_account_create, name="own_account_create"),
    path("email-accounts/test/", account_access.account_test, name="account_test_new"),
    path("email-accounts/consent/", account_access.account_consent_done, name="account_consent_done"),
    path("email-accounts/<int:pk>/", accounts.account_edit, name="account_edit"),
    path("email-accounts/<int:pk>/health/", accounts.account_health, name="account_health"),
    path("email-accounts/<int:pk>/fetch/", accounts.account_fetch, name="account_fetch"),
    path("email-accounts/<int:pk>/test/", account_access.account_test, name="account_test"),
    path("email-accounts/<int:pk>/consent/", account_access.account_consent, name="account_consent"),
    path("email-accounts/<int:pk>/activate/", accounts.account_activate, name="account_activate"),
    path("email-accounts/<int:pk>/deactivate/", accounts.account_deactivate, name="account_deactivate"),
    path("email-accounts/<int:pk>/delete/", accounts.account_delete, name="account_delete"),
    path("email-accounts/<int:pk>/unread/", accounts.unparsed_list, name="unparsed_list"),
    path("email-accounts/<int:pk>/unread/again/", accounts.unparsed_read, name="unparsed_read"),
    path("email-accounts/<int:pk>/unread/<int:message>/", accounts.unparsed_original, name="unparsed_original"),
]
