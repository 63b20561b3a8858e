"""What `make run` does to the database and the collected files before the programs start."""

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.module_loading import import_string

from crm.demo import DEMO_LOGINS, DEMO_PASSWORD
from crm.models import User


class Command(BaseCommand):
    """Migrate, load the seed funnel and, into a database without users and leads, demo data; print the logins."""

    help = "Bring the database and the static files of this installation up to date."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether demo data are wanted, and whether others than this machine will reach the server."""
        parser.add_argument("--demo", action="store_true", help="load demo data, if there are no users and no leads")
        parser.add_argument("--exposed", action="store_true", help="the server will listen on more than the loopback")

    def handle(self, *args: Any, demo: bool, exposed: bool, **options: Any) -> None:
        """Do it; CommandError, before anything is changed, when demo logins would be open to a network."""
        empty = not (self._has_any("crm.User") or self._has_any("leads.Lead"))
        if exposed and (demo if empty else self._has_demo_logins()):
            raise CommandError("Demo logins must not be open to a network: leave HOST unset, or start with DEMO=0.")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_seed", stdout=self.stderr)
        if demo and empty:
            # All or nothing: half of it would be taken for somebody's data at the next start.
            with transaction.atomic():
                call_command("load_demo", stdout=self.stderr)
        if demo and settings.DEMO_MAIL_PORTS:
            import_string(settings.DEMO_MAIL_CONNECTOR)()
        call_command("collectstatic", interactive=False, verbosity=0)
        if self._has_demo_logins():
            self.stdout.write(f"Demo logins: {', '.join(DEMO_LOGINS)}; password {DEMO_PASSWORD}")
        elif not User.objects.exists():
            self.stdout.write("There is no user yet: make one with .venv/bin/python manage.py createsuperuser")

    def _has_any(self, name: str) -> bool:
        """Whether a table has rows; before the first migration it is not there yet."""
        model = apps.get_model(name)
        return model._meta.db_table in connection.introspection.table_names() and model._default_manager.exists()

    def _has_demo_logins(self) -> bool:
        return User.objects.filter(email__in=DEMO_LOGINS, is_active=True).exists()
