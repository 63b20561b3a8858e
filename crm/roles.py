"""The three roles: Django groups whose permissions migrations give and administrators may change."""

from collections.abc import Iterable
from typing import Any

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.utils.translation import gettext_lazy as _

SALES = "Sprzedawca"
MANAGER = "Menedżer"
ADMINISTRATOR = "Administrator"

ROLES = {SALES: _("Sales person"), MANAGER: _("Manager"), ADMINISTRATOR: _("Administrator")}


def grant(apps: Apps, role: str, permissions: Iterable[str]) -> None:
    """Give `role` its `permissions` (`app.codename`), from a migration; the group is made when it is not there yet.

    Permissions are otherwise made only after all migrations ran, so those of the apps named are made here.
    """
    group_model: Any = apps.get_model("auth", "Group")
    permission_model: Any = apps.get_model("auth", "Permission")
    group, _created = group_model.objects.get_or_create(name=role)
    for label, codename in (permission.split(".") for permission in permissions):
        found = permission_model.objects.filter(content_type__app_label=label, codename=codename)
        if not found.exists():
            config: Any = apps.get_app_config(label)
            config.models_module = True
            create_permissions(config, apps=apps, verbosity=0)
            config.models_module = None
        group.permissions.add(found.get())
