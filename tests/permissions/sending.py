"""The lines of the permission matrix for what is written here: e-mails and their templates."""

from collections.abc import Callable

from communications.models import OutgoingMail
from tests.factories.communications import EmailTemplateFactory, MessageFactory
from tests.factories.leads import LeadFactory
from tests.permissions.words import Cast, Line, everyone, managers


def _failed_mail(cast: Cast) -> int:
    lead = LeadFactory(status=cast.funnel.new, sales_person=cast.ola)
    message = MessageFactory(lead=lead, direction="out")
    return OutgoingMail.objects.create(message=message, by=cast.ola, state="failed", due_at=message.sent_at).pk


SAMPLES: dict[str, Callable[[Cast], int]] = {
    "template": lambda cast: EmailTemplateFactory().pk,
    "mail": _failed_mail,
}

URLS: list[Line] = [
    # --- writing
    everyone("communications:mail_template", pk="@template", lead_pk="@lead"),
    everyone("communications:mail_state", pk="@mail"),
    everyone("communications:mail_send_again", "post", pk="@mail"),
    everyone("communications:mail_mark_sent", "post", pk="@mail"),
    everyone("communications:mail_discard", "post", pk="@mail"),
    # --- templates
    managers("communications:template_list"),
    managers("communications:template_create"),
    managers("communications:template_create", "post"),
    managers("communications:template_sort", "post"),
    managers("communications:template_preview", "post"),
    managers("communications:template_leads"),
    managers("communications:template_edit", pk="@template"),
    managers("communications:template_edit", "post", pk="@template"),
    managers("communications:template_archive", "post", pk="@template"),
    managers("communications:template_restore", "post", pk="@template"),
    managers("communications:template_delete", "post", pk="@template"),
]

EXEMPT: dict[str, str] = {
    "communications:mail_compose": "it is about what its query names; tests/communications/test_compose.py covers it",
}
