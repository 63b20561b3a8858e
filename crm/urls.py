"""Addresses of users, partners, products and settings."""

from django.urls import URLPattern

app_name = "crm"
urlpatterns: list[URLPattern] = []
