"""Saved views, and who may change the shared ones of others."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    for role in (MANAGER, ADMINISTRATOR):
        grant(apps, role, ["leads.manage_shared_views"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0010_bulk")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_shared", models.BooleanField(default=False, verbose_name="shared with everybody")),
                (
                    "kind",
                    models.CharField(
                        choices=[("list", "List"), ("board", "Kanban")],
                        default="list",
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("query", models.TextField(blank=True, verbose_name="filter")),
                ("columns", models.JSONField(blank=True, default=list, verbose_name="columns")),
                ("sort", models.CharField(blank=True, max_length=40, verbose_name="order")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ["name", "pk"],
                "permissions": [("manage_shared_views", "Can change shared views of others")],
            },
        ),
        migrations.CreateModel(
            name="SavedViewChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_pinned", models.BooleanField(default=False, verbose_name="pinned as a tab")),
                ("is_default", models.BooleanField(default=False, verbose_name="default")),
                ("place", models.PositiveIntegerField(default=0, verbose_name="place")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_view_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="leads.savedview"
                    ),
                ),
            ],
            options={
                "verbose_name": "choice of a saved view",
                "verbose_name_plural": "choices of saved views",
            },
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("owner"), django.db.models.functions.text.Lower("name"), name="savedview_name_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedviewchoice",
            constraint=models.UniqueConstraint(fields=("user", "view"), name="savedviewchoice_once"),
        ),
        migrations.AddConstraint(
            model_name="savedviewchoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)), fields=("user",), name="savedviewchoice_one_default"
            ),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
