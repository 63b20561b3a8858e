"""Merges of leads, suspected pairs, and who reviews them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    for role in (MANAGER, ADMINISTRATOR):
        grant(apps, role, ["leads.review_duplicates"])


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0014_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(max_length=100, unique=True, verbose_name="external ID")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="aliases", to="leads.lead"
                    ),
                ),
            ],
            options={
                "verbose_name": "external ID of a merged lead",
                "verbose_name_plural": "external IDs of merged leads",
            },
        ),
        migrations.CreateModel(
            name="NameScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_event", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "comparison of names",
                "verbose_name_plural": "comparisons of names",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="namescan_one_row")],
            },
        ),
        migrations.CreateModel(
            name="LeadMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("survivor_id", models.BigIntegerField()),
                ("loser_id", models.BigIntegerField()),
                ("loser_name", models.CharField(max_length=200)),
                (
                    "merged_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="when"
                    ),
                ),
                ("loser_row", models.JSONField()),
                ("survivor_before", models.JSONField()),
                ("survivor_after", models.JSONField(default=dict)),
                ("taggings_before", models.JSONField(default=list)),
                ("taggings_after", models.JSONField(default=list)),
                ("moved", models.JSONField(default=list)),
                ("set_aside", models.JSONField(default=dict)),
                ("logged", models.JSONField(default=list)),
                ("undone_at", models.DateTimeField(editable=False, null=True, verbose_name="undone")),
                ("report", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "sales_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sales person",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of leads",
                "verbose_name_plural": "merges of leads",
                "ordering": ["-id"],
                "permissions": [("review_duplicates", "Reviews suspected duplicates and undoes merges of others")],
                "indexes": [
                    models.Index(models.F("survivor_id"), models.F("id"), name="leadmerge_by_survivor"),
                    models.Index(models.F("loser_id"), models.F("id"), name="leadmerge_by_loser"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("loser_id",), name="leadmerge_loser_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("survivor_id", models.F("loser_id")), _negated=True),
                        name="leadmerge_two_leads",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("has_similar_names", models.BooleanField(default=False)),
                ("dismissed_at", models.DateTimeField(null=True, verbose_name="not a duplicate since")),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pairs_as_first", to="leads.lead"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pairs_as_second", to="leads.lead"
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of leads",
                "verbose_name_plural": "pairs of leads",
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="leadpair_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="leadpair_older_first"
                    ),
                ],
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
