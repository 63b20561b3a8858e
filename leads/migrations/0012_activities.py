"""Activities."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("leads", "0011_saved_views"),
        ("crm", "0010_activity_types"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(db_default=1, editable=False, verbose_name="version")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="last change"
                    ),
                ),
                ("summary", models.CharField(max_length=200, verbose_name="summary")),
                ("note", models.TextField(blank=True, max_length=10000, verbose_name="note")),
                ("due_on", models.DateField(verbose_name="due")),
                ("due_at", models.TimeField(blank=True, null=True, verbose_name="time")),
                ("done_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="done")),
                ("feedback", models.TextField(blank=True, max_length=10000, verbose_name="feedback")),
                (
                    "assignee",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="planned by",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="done by",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="leads.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="crm.partner",
                        verbose_name="partner",
                    ),
                ),
                (
                    "type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="crm.activitytype",
                        verbose_name="activity type",
                    ),
                ),
            ],
            options={
                "verbose_name": "activity",
                "verbose_name_plural": "activities",
                "ordering": ["due_on", "due_at", "pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        models.F("lead"),
                        models.F("done_at"),
                        models.F("due_on"),
                        condition=models.Q(("lead__isnull", False)),
                        name="activity_by_lead",
                    ),
                    models.Index(
                        models.F("partner"),
                        models.F("done_at"),
                        models.F("due_on"),
                        condition=models.Q(("partner__isnull", False)),
                        name="activity_by_partner",
                    ),
                    models.Index(
                        models.F("assignee"),
                        models.F("due_on"),
                        condition=models.Q(("done_at__isnull", True)),
                        name="activity_open_by_assignee",
                    ),
                    models.Index(models.F("assignee"), name="activity_by_assignee"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lead__isnull", False), ("partner__isnull", True)),
                            models.Q(("lead__isnull", True), ("partner__isnull", False)),
                            _connector="OR",
                        ),
                        name="activity_of_one_lead_or_partner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("summary", ""), _negated=True), name="activity_summary_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", False),
                            models.Q(("done_by__isnull", True), ("feedback", "")),
                            _connector="OR",
                        ),
                        name="activity_feedback_when_done",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activity",
            trigger=pgtrigger.compiler.Trigger(
                name="a_count_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.version = OLD.version + 1; NEW.updated_at = now(); RETURN NEW;",
                    hash="90f23093446b959d260c3b466f1d22df583e30e5",
                    operation="UPDATE",
                    pgid="pgtrigger_a_count_version_e6d8e",
                    table="leads_activity",
                    when="BEFORE",
                ),
            ),
        ),
    ]
