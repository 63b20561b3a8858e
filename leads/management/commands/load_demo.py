"""Fill a new system with demo data."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm.models import User
from leads.demo.build import build_demo
from leads.models import Lead


class Command(BaseCommand):
    """Demo data never go into a database that has data."""

    help = "Loads demo data (Polish names, about 300 leads, three logins) into a system without users and leads."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the seed funnel, too, when it is not there yet."""
        if User.objects.exists() or Lead.objects.exists():
            raise CommandError("This database has data: demo data are only for an empty one.")
        call_command("load_seed", verbosity=0)
        build_demo()
        self.stdout.write(f"Demo data loaded: {Lead.objects.count()} leads.")
