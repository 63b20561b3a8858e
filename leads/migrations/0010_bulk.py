"""Bulk changes."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("leads", "0009_board_totals")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("idle", "to be set up"),
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="idle",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("error", models.TextField(blank=True, verbose_name="what went wrong")),
                ("cancel_requested", models.BooleanField(default=False)),
                ("claim", models.UUIDField(editable=False, null=True)),
                ("heartbeat", models.DateTimeField(editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("sales_person", "Sales person"),
                            ("status", "Lead status"),
                            ("type", "Lead type"),
                            ("priority", "Lead priority"),
                            ("add_tags", "Add tags"),
                            ("remove_tags", "Remove tags"),
                            ("lose", "Lost"),
                            ("delete", "Delete"),
                        ],
                        max_length=12,
                        verbose_name="action",
                    ),
                ),
                ("values", models.JSONField(default=dict, verbose_name="new values")),
                (
                    "stage",
                    models.CharField(
                        choices=[("change", "Change"), ("undo", "Undo")],
                        default="change",
                        max_length=6,
                        verbose_name="step",
                    ),
                ),
                ("rows_total", models.PositiveIntegerField(default=0, verbose_name="leads")),
                ("changed_count", models.PositiveIntegerField(default=0, verbose_name="changed")),
                ("unchanged_count", models.PositiveIntegerField(default=0, verbose_name="unchanged")),
                ("refused_count", models.PositiveIntegerField(default=0, verbose_name="refused")),
                ("undone_count", models.PositiveIntegerField(default=0, verbose_name="undone")),
                ("kept_count", models.PositiveIntegerField(default=0, verbose_name="kept")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_runs",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk change",
                "verbose_name_plural": "bulk changes",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lead_id", models.BigIntegerField(verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("changed", "changed"), ("unchanged", "unchanged"), ("refused", "refused")],
                        db_default="",
                        max_length=9,
                        verbose_name="result",
                    ),
                ),
                (
                    "undone",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("done", "undone"), ("kept", "kept")],
                        db_default="",
                        max_length=4,
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", max_length=500)),
                ("label", models.CharField(blank=True, db_default="", max_length=220)),
                ("version", models.PositiveIntegerField(null=True)),
                ("old_values", models.JSONField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="leads.bulkrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "lead of a bulk change",
                "verbose_name_plural": "leads of bulk changes",
                "ordering": ["lead_id"],
            },
        ),
        migrations.AddIndex(
            model_name="bulkrun",
            index=models.Index(models.F("state"), name="bulkrun_by_state"),
        ),
        migrations.AddIndex(
            model_name="bulkrow",
            index=models.Index(
                models.F("run"), models.F("result"), models.F("undone"), models.F("lead_id"), name="bulkrow_by_result"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkrow",
            constraint=models.UniqueConstraint(fields=("run", "lead_id"), name="bulkrow_lead_once"),
        ),
    ]
