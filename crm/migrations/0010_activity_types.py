"""Activity types, and those of the seed for a system that is in use already."""

from typing import ClassVar

import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

TYPES = (
    ("Telefon", "call", "phone", "green"),
    ("E-mail", "email", "mail", "blue"),
    ("Spotkanie", "meeting", "users", "purple"),
    ("Zadanie", "task", "checkbox", "gray"),
)


def add_types(apps, schema_editor):
    """A new system gets them with the rest of the seed (load_seed)."""
    if not apps.get_model("crm", "LeadStatus").objects.exists():
        return
    model = apps.get_model("crm", "ActivityType")
    model.objects.bulk_create(
        model(name=name, kind=kind, icon=icon, colour=colour, sort_order=place)
        for place, (name, kind, icon, colour) in enumerate(TYPES, 1)
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0009_names_of_deleted_partners")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ActivityType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("sort_order", models.PositiveIntegerField(default=0, verbose_name="sorting order")),
                ("is_archived", models.BooleanField(default=False, verbose_name="archived")),
                (
                    "name_sort",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("name"), function="lejek_sort_key"),
                        output_field=models.TextField(db_collation="C"),
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("gray", "Gray"),
                            ("blue", "Blue"),
                            ("azure", "Azure"),
                            ("indigo", "Indigo"),
                            ("purple", "Purple"),
                            ("pink", "Pink"),
                            ("red", "Red"),
                            ("orange", "Orange"),
                            ("yellow", "Yellow"),
                            ("lime", "Lime"),
                            ("green", "Green"),
                            ("teal", "Teal"),
                            ("cyan", "Cyan"),
                        ],
                        default="gray",
                        max_length=10,
                        verbose_name="colour",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "Call"), ("email", "E-mail"), ("meeting", "Meeting"), ("task", "Task")],
                        default="task",
                        max_length=7,
                        verbose_name="kind of activity",
                    ),
                ),
                (
                    "icon",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("mail", "Envelope"),
                            ("users", "People"),
                            ("checkbox", "Tick"),
                            ("calendar-event", "Calendar"),
                            ("message-circle", "Message"),
                            ("video", "Camera"),
                            ("presentation", "Presentation"),
                            ("file-text", "Document"),
                            ("truck", "Delivery"),
                            ("tool", "Tool"),
                            ("star", "Star"),
                        ],
                        default="checkbox",
                        max_length=14,
                        verbose_name="icon",
                    ),
                ),
            ],
            options={
                "verbose_name": "activity type",
                "verbose_name_plural": "activity types",
                "ordering": ["sort_order", "name_sort", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="activitytype_name_unique"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activitytype",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_name",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='\n        INSERT INTO crm_deletedname ("table", row_id, name) VALUES (TG_TABLE_NAME, OLD.id, OLD.name)\n            ON CONFLICT DO NOTHING;\n        RETURN NULL;\n    ',
                    hash="0d440f316b9263ca697b8b3b0cc0e2f1bde255b7",
                    operation="DELETE",
                    pgid="pgtrigger_keep_name_857f8",
                    table="crm_activitytype",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(add_types, migrations.RunPython.noop),
    ]
