"""Addresses of calls and e-mails."""

from django.urls import URLPattern, URLResolver, path

from communications.urls_sending import SENDING
from communications.views import account_access, accounts, call_actions, calls, recordings, telephony, webhook

app_name = "communications"

urlpatterns: list[URLPattern | URLResolver] = [
    *SENDING,
    path("leads/calls/", calls.call_list, name="call_list"),
    path("leads/calls/ignore/", call_actions.call_ignore, name="call_ignore"),
    path("leads/calls/restore/", call_actions.call_restore, name="call_restore"),
    path("leads/calls/<int:pk>/", calls.call_detail, name="call_detail"),
    path("leads/calls/<int:pk>/pop/", calls.call_pop, name="call_pop"),
    path("leads/calls/<int:pk>/create/", call_actions.call_create_lead, name="call_create_lead"),
    path("leads/calls/<int:pk>/attach/", call_actions.call_attach, name="call_attach"),
    path("leads/calls/<int:pk>/detach/", call_actions.call_detach, name="call_detach"),
    path("leads/calls/<int:pk>/recording/", recordings.call_recording, name="call_recording"),
    path("leads/calls/<int:pk>/recording/fetch/", recordings.call_recording_fetch, name="call_recording_fetch"),
    path("leads/<int:pk>/calls/", calls.lead_calls, name="lead_calls"),
    path("leads/<int:pk>/call/", call_actions.lead_call, name="lead_call"),
    path("partners/<int:pk>/calls/", calls.partner_calls, name="partner_calls"),
    path("settings/telephony/", telephony.telephony_list, name="telephony_list"),
    path("settings/telephony/new/<slug:kind>/", telephony.telephony_create, name="telephony_create"),
    path("settings/telephony/<int:pk>/", telephony.telephony_edit, name="telephony_edit"),
    path("settings/telephony/<int:pk>/check/", telephony.telephony_check, name="telephony_check"),
    path("settings/telephony/<int:pk>/retry/", telephony.telephony_retry, name="telephony_retry"),
    path("settings/telephony/<int:pk>/delete/", telephony.telephony_delete, name="telephony_delete"),
    path("webhooks/telephony/<slug:provider>/", webhook.telephony_webhook, name="telephony_webhook"),
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
