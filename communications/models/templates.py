"""Szablony e-mail: what sales people write again and again, with fields that take the values of the lead."""

from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import LeadStatus, LeadType, ReferenceItem
from crm.models.reference import ReferenceQuerySet
from leads.models import Lead

Template = TypeVar("Template", bound="EmailTemplate", covariant=True)


class EmailTemplateQuerySet(ReferenceQuerySet[Template]):
    def fitting(self, lead: Lead) -> "EmailTemplateQuerySet[Template]":
        """Those that may be chosen for `lead`, by its type and status. A template without a list fits every one."""
        by_type = Q(types=None) | (Q(types=lead.type_id) if lead.type_id else Q())
        return self.active().filter(by_type, Q(statuses=None) | Q(statuses=lead.status_id)).distinct()  # type: ignore[return-value]


class EmailTemplate(ReferenceItem):
    """A subject and a body (rich text, sanitised) with fields like `{{ lead.name }}` (communications/mail_fields.py).

    With `types` or `statuses` it is offered for leads of these alone.
    """

    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=50_000)
    types = models.ManyToManyField(
        LeadType, verbose_name=_("lead types"), through="EmailTemplateType", related_name="email_templates", blank=True
    )
    statuses = models.ManyToManyField(
        LeadStatus,
        verbose_name=_("lead statuses"),
        through="EmailTemplateStatus",
        related_name="email_templates",
        blank=True,
    )

    objects = EmailTemplateQuerySet.as_manager()  # type: ignore[misc]

    class Meta(ReferenceItem.Meta):
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")

    @property
    def fits(self) -> str:
        """Which types and statuses it is for, as text that differs when they do."""
        ids = [sorted(row.pk for row in rows.all()) for rows in (self.types, self.statuses)] if self.pk else []
        return repr(ids)


class EmailTemplateType(models.Model):
    """A type of leads that a template is for. A type that is listed so can't be deleted: with an empty list the
    template would fit all of them.
    """

    template = models.ForeignKey(EmailTemplate, on_delete=models.CASCADE, related_name="type_ticks")
    type = models.ForeignKey(LeadType, on_delete=models.PROTECT, related_name="template_ticks")

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["template", "type"], name="emailtemplatetype_unique")
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.type_id}"


class EmailTemplateStatus(models.Model):
    """A status in which a template is offered."""

    template = models.ForeignKey(EmailTemplate, on_delete=models.CASCADE, related_name="status_ticks")
    status = models.ForeignKey(LeadStatus, on_delete=models.PROTECT, related_name="template_ticks")

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["template", "status"], name="emailtemplatestatus_unique")
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.status_id}"
