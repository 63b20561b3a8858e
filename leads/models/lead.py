"""The lead: one enquiry on its way through the funnel."""

from typing import TYPE_CHECKING, Any, ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import (
    Campaign,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LostReason,
    Medium,
    Partner,
    Position,
    Product,
    Source,
    User,
)
from crm.models.fields import search_text, sort_key
from crm.models.versioned import Versioned
from leads import triggers
from leads.models.indexes import LEAD_INDEXES
from leads.querysets import LeadQuerySet

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _digits(field: str) -> Func:
    return Func(F(field), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())


def _choice(to: type[models.Model], label: "_StrPromise") -> "models.ForeignKey[Any, Any]":
    """An optional reference that protects what it points at. LEAD_INDEXES has an index for each."""
    return models.ForeignKey(
        to,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
    )


class Lead(Versioned):  # type: ignore[django-manager-missing]
    """An enquiry. Its derived columns (closed, lost, closed on, status since) are written by triggers alone."""

    external_id = models.CharField(_("external ID"), max_length=100, null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=200)
    product = _choice(Product, _("item"))
    status = models.ForeignKey(
        LeadStatus, verbose_name=_("lead status"), on_delete=models.PROTECT, related_name="leads", db_index=False
    )
    type = _choice(LeadType, _("lead type"))
    partner = _choice(Partner, _("partner"))
    sales_person = _choice(User, _("sales person"))
    received_at = models.DateTimeField(_("date and time"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True, editable=False)
    expected_revenue = models.DecimalField(
        _("expected revenue"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    probability = models.PositiveSmallIntegerField(
        _("probability"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    expected_close = models.DateField(_("expected closing"), null=True, blank=True)
    campaign = _choice(Campaign, _("campaign"))
    medium = _choice(Medium, _("medium"))
    source = _choice(Source, _("source"))
    priority = _choice(LeadPriority, _("lead priority"))
    tags = models.ManyToManyField(
        LeadTag, verbose_name=_("lead tags"), blank=True, through="LeadTagging", related_name="leads"
    )
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    description = models.TextField(_("description"), max_length=100_000, blank=True)
    company_name = models.CharField(_("legal entity name"), max_length=200, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    street = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    position = _choice(Position, _("position"))
    lost_reason = _choice(LostReason, _("lost reason"))

    is_closed = models.BooleanField(_("closed"), db_default=False, editable=False)
    is_lost = models.BooleanField(_("lost"), db_default=False, editable=False)
    status_entered_at = models.DateTimeField(_("in the status since"), db_default=Now(), editable=False)
    name_sort = sort_key("name")
    search_text = search_text(
        Func(Func(F("id"), function="", template="(%(expressions)s)::text"), Value(6), Value("0"), function="lpad",
             output_field=TextField()),
        "external_id",
        "name",
        "company_name",
        "first_name",
        "last_name",
        "email",
        "city",
        _digits("phone"),
        _digits("phone_e164"),
    )  # fmt: skip

    objects = LeadQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering: ClassVar[list[str]] = ["-id"]
        permissions = [
            ("view_all_leads", _("Sees all leads")),
            ("view_managed_leads", _("Sees leads by the visibility setting of managers")),
            ("delete_any_lead", _("Can delete leads of others")),
            ("reassign_any_lead", _("Can reassign leads of others")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="lead_name_not_empty"),
            models.CheckConstraint(condition=~Q(external_id=""), name="lead_external_id_not_empty"),
            models.CheckConstraint(condition=Q(expected_revenue__gte=0), name="lead_revenue_not_negative"),
            models.CheckConstraint(condition=Q(probability__range=(0, 100)), name="lead_probability_percent"),
            models.CheckConstraint(
                condition=Q(is_lost=True, lost_reason__isnull=False) | Q(is_lost=False, lost_reason__isnull=True),
                name="lead_lost_reason_exactly_when_lost",
            ),
            models.CheckConstraint(
                condition=Q(is_closed=True, closed_at__isnull=False) | Q(is_closed=False, closed_at__isnull=True),
                name="lead_closed_on_exactly_when_closed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = LEAD_INDEXES
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            *Versioned.Meta.triggers,
            triggers.STATUS_RULE,
            triggers.STATUS_LOG,
            triggers.BOARD_PLACES,
            *triggers.COLUMN_TOTALS,
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def number(self) -> str:
        """The ID as people read it: at least six digits."""
        return f"{self.pk:06d}" if self.pk else ""

    @property
    def is_open(self) -> bool:
        return not self.is_closed


class LeadTagging(models.Model):  # type: ignore[django-manager-missing]
    """A tag on a lead."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(LeadTag, on_delete=models.PROTECT, related_name="taggings")

    class Meta:
        verbose_name = _("tag of a lead")
        verbose_name_plural = _("tags of leads")
        constraints = [models.UniqueConstraint(fields=["lead", "tag"], name="leadtagging_unique")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.tag_id}"
