"""Files of leads."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import leads.models.file
from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    for role in (MANAGER, ADMINISTRATOR):
        grant(apps, role, ["leads.delete_any_file"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("leads", "0013_comments"),
        ("crm", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="LeadFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "file",
                    models.FileField(max_length=200, upload_to=leads.models.file.stored_name, verbose_name="file"),
                ),
                (
                    "preview",
                    models.FileField(
                        blank=True, max_length=200, upload_to=leads.models.file.stored_name, verbose_name="preview"
                    ),
                ),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("image", "Picture"),
                            ("pdf", "PDF"),
                            ("text", "Text"),
                            ("document", "Text document"),
                            ("sheet", "Spreadsheet"),
                            ("slides", "Presentation"),
                            ("archive", "Archive"),
                            ("audio", "Sound"),
                            ("video", "Film"),
                            ("email", "E-mail message"),
                            ("program", "Program"),
                            ("other", "Other file"),
                        ],
                        default="other",
                        max_length=8,
                        verbose_name="kind of file",
                    ),
                ),
                ("content_type", models.CharField(max_length=120, verbose_name="content type")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="added"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="leads.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lead_files",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
            ],
            options={
                "verbose_name": "file",
                "verbose_name_plural": "files",
                "ordering": ["-pk"],
                "permissions": [("delete_any_file", "Can delete files of others")],
            },
        ),
        migrations.CreateModel(
            name="LeadFileEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="leads.lead",
                        verbose_name="lead",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="leads.leadfile",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="leadfile",
            index=models.Index(models.F("lead"), models.F("id"), name="leadfile_by_lead"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="leadfile",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "leads_leadfileevent" ("lead_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."lead_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="1f4b0607293450f847f34318caada01556795e8a",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_501b9",
                    table="leads_leadfile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="leadfile",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "leads_leadfileevent" ("lead_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."lead_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;',
                    hash="a2ab33d394daf654897e8a8ba5a56475a93bce47",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f74bc",
                    table="leads_leadfile",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="leadfileevent",
            index=models.Index(models.F("lead"), name="leadfileevent_by_lead"),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
