import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    for role in (MANAGER, ADMINISTRATOR):
        grant(apps, role, ["reports.manage_shared_reports"])


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_shared", models.BooleanField(default=False, verbose_name="shared with everybody")),
                ("query", models.TextField(blank=True, verbose_name="report")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved report",
                "verbose_name_plural": "saved reports",
                "ordering": ["name", "pk"],
                "permissions": [("manage_shared_reports", "Can change shared reports of others")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"), django.db.models.functions.text.Lower("name"), name="savedreport_name_unique"
                    )
                ],
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
