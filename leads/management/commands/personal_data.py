"""`manage.py personal_data` writes the table of docs/personal-data.md anew."""

from typing import Any

from django.core.management.base import BaseCommand

from config.env import BASE_DIR
from leads.personal.registry import documentation


class Command(BaseCommand):
    help = "Writes the table of docs/personal-data.md anew."

    def handle(self, *args: Any, **options: Any) -> None:
        path = BASE_DIR / "docs" / "personal-data.md"
        head = path.read_text(encoding="utf-8").split("| column |")[0]
        path.write_text(head + documentation(), encoding="utf-8")
