"""Addresses of what is written here: e-mails and their templates."""

from django.urls import URLPattern, path

from communications.views import compose, templates

SENDING: list[URLPattern] = [
    path("emails/compose/", compose.mail_compose, name="mail_compose"),
    path("emails/compose/<int:pk>/<int:lead_pk>/", compose.mail_template, name="mail_template"),
    path("emails/outgoing/<int:pk>/", compose.mail_state, name="mail_state"),
    path("emails/outgoing/<int:pk>/send-again/", compose.mail_send_again, name="mail_send_again"),
    path("emails/outgoing/<int:pk>/mark-sent/", compose.mail_mark_sent, name="mail_mark_sent"),
    path("emails/outgoing/<int:pk>/discard/", compose.mail_discard, name="mail_discard"),
    path("settings/email-templates/", templates.template_list, name="template_list"),
    path("settings/email-templates/new/", templates.template_create, name="template_create"),
    path("settings/email-templates/sort/", templates.template_sort, name="template_sort"),
    path("settings/email-templates/preview/", templates.template_preview, name="template_preview"),
    path("settings/email-templates/leads/", templates.template_leads, name="template_leads"),
    path("settings/email-templates/<int:pk>/", templates.template_edit, name="template_edit"),
    path("settings/email-templates/<int:pk>/archive/", templates.template_archive, name="template_archive"),
    path("settings/email-templates/<int:pk>/restore/", templates.template_restore, name="template_restore"),
    path("settings/email-templates/<int:pk>/delete/", templates.template_delete, name="template_delete"),
]
