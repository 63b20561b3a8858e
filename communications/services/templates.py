"""All writes of e-mail templates; sorting, archiving and deleting are those of reference data."""

from collections.abc import Iterable
from typing import Any, TypedDict

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from communications.mail_fields import find_faults
from communications.models import EmailTemplate, EmailTemplateStatus, EmailTemplateType
from crm.errors import StaleObject
from crm.locks import yielding_transaction
from crm.models import LeadStatus, LeadType, ReferenceItem, User
from crm.references import check_references, vanished
from crm.services.reference import fingerprint, save_item
from crm.services.replacing import Answer
from crm.text import sanitise

SEEN = ("name", "subject", "body", "sort_order", "fits")


class TemplateValues(TypedDict):
    """What a template is made of beside its types and statuses. `body` is HTML."""

    name: str
    subject: str
    body: str
    sort_order: int


def save_template(
    *,
    template: EmailTemplate,
    values: TemplateValues,
    types: Iterable[LeadType],
    statuses: Iterable[LeadStatus],
    by: User | None,
    seen: str | None = None,
) -> EmailTemplate:
    """Store a new or changed template; its body is sanitised, the fields in it are checked.

    `seen` is `template_mark` of what the user changed: StaleObject when it is not stored any more. Raises RuleError or
    ValidationError at the field, which names what no field is called.
    """
    checked = {**values, "subject": " ".join(values["subject"].split()), "body": sanitise(values["body"])}
    errors = {name: refusal for name in ("subject", "body") if (refusal := _refusal(str(checked[name])))}
    if errors:
        raise ValidationError({name: [text] for name, text in errors.items()})
    try:
        with yielding_transaction():
            if template.pk is not None:
                template = EmailTemplate.objects.select_for_update().get(pk=template.pk)
                if seen is not None and seen != template_mark(template):
                    raise StaleObject(_("Somebody else has changed this in the meantime."))
            template = save_item(item=template, values=checked, by=by)
            _tick(template, types, statuses)
            check_references()
    except IntegrityError as error:
        raise (
            vanished(error, EmailTemplateType, field="types")
            or vanished(error, EmailTemplateStatus, field="statuses")
            or error
        ) from error
    return template


def template_mark(template: EmailTemplate) -> str:
    """A short mark of all that a template is: it differs when somebody has changed something."""
    return fingerprint(template, SEEN)


def replace_in_templates(
    *, field: str, item: ReferenceItem, replacement: ReferenceItem, by: User | None, answer: Answer
) -> None:
    """Let templates that are for the type or status `item` be for `replacement` (crm.services.replacing.Replacer)."""
    model = EmailTemplateType if field == "type" else EmailTemplateStatus
    ticks = model._default_manager.filter(**{field: item})
    has_both: Any = model._default_manager.filter(**{field: replacement}).values("template")
    answer.moved += ticks.count()
    ticks.filter(template__in=has_both).delete()
    ticks.update(**{field: replacement})


def _tick(template: EmailTemplate, types: Iterable[LeadType], statuses: Iterable[LeadStatus]) -> None:
    template.type_ticks.all().delete()
    template.status_ticks.all().delete()
    EmailTemplateType.objects.bulk_create(EmailTemplateType(template=template, type=type_) for type_ in types)
    EmailTemplateStatus.objects.bulk_create(
        EmailTemplateStatus(template=template, status=status) for status in statuses
    )


def _refusal(text: str) -> str:
    faults = find_faults(text)
    if faults.unknown:
        names = ", ".join(f"{{{{ {name} }}}}" for name in faults.unknown)
        return ngettext(
            "There is no field %(names)s. Choose one from the list of fields.",
            "There are no fields %(names)s. Choose from the list of fields.",
            len(faults.unknown),
        ) % {"names": names}
    if faults.has_loose_braces:
        return _("Braces that open a field must close it: {{ lead.name }}.")
    return ""
