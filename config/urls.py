"""All addresses: one list of apps."""

from django.urls import include, path

urlpatterns = [
    path("", include("crm.urls")),
    path("", include("leads.urls")),
    path("", include("communications.urls")),
    path("", include("documents.urls")),
    path("", include("reports.urls")),
    path("accounts/", include("allauth.urls")),
]

handler400 = "crm.views.errors.bad_request"
handler403 = "crm.views.errors.permission_denied"
handler404 = "crm.views.errors.page_not_found"
handler500 = "crm.views.errors.server_error"
