"""Changing the parameters of the system."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from crm import current
from crm.errors import RuleError, StaleObject
from crm.models import SystemSettings, User
from crm.parameters import added_parameters, with_added
from crm.services.reference import fingerprint


def currency_is_fixed() -> bool:
    """Whether amounts are stored already, so that another currency would change what they mean."""
    return any(apps.get_model(label)._base_manager.exists() for label in settings.CURRENCY_HOLDERS)


def update_parameters(*, values: Mapping[str, Any], seen: str | None, by: User) -> SystemSettings:
    """Store the parameters, those of later apps too (crm.parameters).

    `seen` is the fingerprint of the values that the user changed; StaleObject is raised when they are not those any
    more. Raises RuleError when the currency is fixed, ValidationError at the field.
    """
    with transaction.atomic():
        row = with_added(SystemSettings.objects.select_for_update().get(pk=1))
        added = {parameter.name: parameter for parameter in added_parameters()}
        if seen is not None and seen != fingerprint(row, values):
            raise StaleObject(_("Somebody else has changed the settings in the meantime."))
        if values.get("currency", row.currency) != row.currency and currency_is_fixed():
            raise RuleError(_("The currency can't be changed once there are leads."), field="currency")
        for name, value in values.items():
            if name not in added:
                setattr(row, name, value)
            elif value != getattr(row, name):
                added[name].store(value=value, by=by)
        row.full_clean()
        row.save()
    current.forget()
    return row
