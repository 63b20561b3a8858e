"""Addresses of users, partners, products and settings."""

from django.urls import URLPattern, path, register_converter
from django.views.generic import RedirectView

from crm.reference import KINDS, KindConverter
from crm.views import (
    accounts,
    contacts,
    live,
    lookup,
    notifications,
    partners,
    products,
    reference,
    seller,
    settings,
    teams,
    users,
)
from crm.views.health import health_show
from crm.views.search import search_show, shortcut_list

register_converter(KindConverter, "kind")

app_name = "crm"
urlpatterns: list[URLPattern] = [
    path("healthz", health_show, name="health_show"),
    path("search/", search_show, name="search_show"),
    path("shortcuts/", shortcut_list, name="shortcut_list"),
    path("accounts/session/", accounts.session_show, name="session_show"),
    path("accounts/theme/", accounts.theme_update, name="theme_update"),
    path("accounts/language/", accounts.language_update, name="language_update"),
    path("accounts/profile/", accounts.profile_edit, name="profile_edit"),
    path("accounts/photos/<int:pk>/", accounts.user_photo, name="user_photo"),
    path(
        "accounts/email/",
        RedirectView.as_view(pattern_name="crm:profile_edit", http_method_names=["get", "head"]),
        name="email_redirect",
    ),
    path("accounts/invitation/<str:token>/", accounts.invitation_accept, name="invitation_accept"),
    path("live/", live.live_stream, name="live_stream"),
    path("live/changes/", live.live_changes, name="live_changes"),
    path("notifications/", notifications.notification_list, name="notification_list"),
    path("notifications/menu/", notifications.notification_menu, name="notification_menu"),
    path("notifications/bell/", notifications.notification_bell, name="notification_bell"),
    path("notifications/read/", notifications.notification_read_all, name="notification_read_all"),
    path("notifications/ways/", notifications.notification_choose_ways, name="notification_choose_ways"),
    path("notifications/<int:pk>/", notifications.notification_open, name="notification_open"),
    path("notifications/<int:pk>/read/", notifications.notification_read, name="notification_read"),
    path("notifications/<int:pk>/send-again/", notifications.notification_send_again, name="notification_send_again"),
    path("settings/users/", users.user_list, name="user_list"),
    path("settings/users/new/", users.user_invite, name="user_invite"),
    path("settings/users/<int:pk>/", users.user_edit, name="user_edit"),
    path("settings/users/<int:pk>/invite/", users.user_invite, name="person_invite"),
    path("settings/users/<int:pk>/resend/", users.user_resend, name="user_resend"),
    path("settings/users/<int:pk>/activate/", users.user_activate, name="user_activate"),
    path("settings/users/teams/", teams.team_list, name="team_list"),
    path("settings/users/teams/new/", teams.team_edit, name="team_create"),
    path("settings/users/teams/<int:pk>/", teams.team_edit, name="team_edit"),
    path("settings/users/teams/<int:pk>/delete/", teams.team_delete, name="team_delete"),
    path("settings/", settings.settings_index, name="settings_index"),
    path("settings/company/", seller.seller_edit, name="seller_edit"),
    path("settings/company/logo/", seller.seller_logo, name="seller_logo"),
    # crm:status_list, type_list, priority_list, tag_list, lost_reason_list, campaign_list, medium_list, source_list,
    # position_list: the lists have names of their own, since the navigation links to them.
    *(
        path(f"settings/{kind.slug}/", reference.reference_list, {"kind": kind}, name=f"{kind.name}_list")
        for kind in KINDS
    ),
    path("settings/<kind:kind>/new/", reference.reference_create, name="reference_create"),
    path("settings/<kind:kind>/sort/", reference.reference_sort, name="reference_sort"),
    path("settings/<kind:kind>/<int:pk>/", reference.reference_edit, name="reference_edit"),
    path("settings/<kind:kind>/<int:pk>/archive/", reference.reference_archive, name="reference_archive"),
    path("settings/<kind:kind>/<int:pk>/restore/", reference.reference_restore, name="reference_restore"),
    path("settings/<kind:kind>/<int:pk>/delete/", reference.reference_delete, name="reference_delete"),
    path("settings/<kind:kind>/<int:pk>/replace/", reference.reference_replace, name="reference_replace"),
    path("partners/", partners.partner_list, name="partner_list"),
    path("partners/new/", partners.partner_create, name="partner_create"),
    path("partners/search/", lookup.partner_search, name="partner_search"),
    path("partners/similar/", partners.partner_similar, name="partner_similar"),
    path("partners/<int:pk>/", partners.partner_detail, name="partner_detail"),
    path("partners/<int:pk>/edit/", partners.partner_edit, name="partner_edit"),
    path("partners/<int:pk>/archive/", partners.partner_archive, name="partner_archive"),
    path("partners/<int:pk>/restore/", partners.partner_restore, name="partner_restore"),
    path("partners/<int:pk>/delete/", partners.partner_delete, name="partner_delete"),
    path("partners/<int:pk>/contacts/", contacts.contact_list, name="contact_list"),
    path("partners/<int:pk>/contacts/new/", contacts.contact_create, name="contact_create"),
    path("partners/contacts/<int:pk>/", contacts.contact_edit, name="contact_edit"),
    path("partners/contacts/<int:pk>/delete/", contacts.contact_delete, name="contact_delete"),
    path("products/", products.product_list, name="product_list"),
    path("products/new/", products.product_create, name="product_create"),
    path("products/search/", lookup.product_search, name="product_search"),
    path("products/<int:pk>/", products.product_detail, name="product_detail"),
    path("products/<int:pk>/edit/", products.product_edit, name="product_edit"),
    path("products/<int:pk>/archive/", products.product_archive, name="product_archive"),
    path("products/<int:pk>/restore/", products.product_restore, name="product_restore"),
    path("products/<int:pk>/delete/", products.product_delete, name="product_delete"),
    path("users/search/", lookup.user_search, name="user_search"),
]
