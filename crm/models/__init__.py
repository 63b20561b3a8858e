"""Users, partners, products and reference data: what every other app builds on."""

from crm.models.document_types import DocumentType, InvoiceType, OrderType
from crm.models.invitations import Invitation
from crm.models.notifications import Notification, NotificationKind, NotificationPreference
from crm.models.partners import Partner, PartnerContact
from crm.models.products import Product, VatRate
from crm.models.reference import (
    ActivityIcon,
    ActivityType,
    Campaign,
    Colour,
    DeletedName,
    LeadPriority,
    LeadStatus,
    LeadTag,
    LeadType,
    LeadTypeStatus,
    LostReason,
    Medium,
    Position,
    ReferenceItem,
    Source,
)
from crm.models.seller import Seller
from crm.models.system import SystemSettings, Visibility
from crm.models.users import Language, Team, Theme, User

__all__ = [
    "ActivityIcon",
    "ActivityType",
    "Campaign",
    "Colour",
    "DeletedName",
    "DocumentType",
    "Invitation",
    "InvoiceType",
    "Language",
    "LeadPriority",
    "LeadStatus",
    "LeadTag",
    "LeadType",
    "LeadTypeStatus",
    "LostReason",
    "Medium",
    "Notification",
    "NotificationKind",
    "NotificationPreference",
    "OrderType",
    "Partner",
    "PartnerContact",
    "Position",
    "Product",
    "ReferenceItem",
    "Seller",
    "Source",
    "SystemSettings",
    "Team",
    "Theme",
    "User",
    "VatRate",
    "Visibility",
]
