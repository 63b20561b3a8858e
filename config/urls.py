"""All addresses: one list of apps."""

from django.urls import include, path

urlpatterns = [
    path("", include("crm.urls")),
    path("leads/", include("leads.urls")),
    path("accounts/", include("allauth.urls")),
]
