"""All addresses: one list of apps."""

from django.urls import include, path

urlpatterns = [
    path("", include("crm.urls")),
    path("", include("leads.urls")),
    path("accounts/", include("allauth.urls")),
]
