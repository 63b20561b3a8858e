"""Comments; and an activity that is opened again keeps what was written of it."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from crm.roles import ADMINISTRATOR, MANAGER, grant


def give(apps, schema_editor):
    for role in (MANAGER, ADMINISTRATOR):
        grant(apps, role, ["leads.delete_any_comment"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("leads", "0012_activities"),
        ("crm", "0002_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Comment",
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
                ("text", models.TextField(max_length=10000, verbose_name="comment")),
                ("edited_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="edited")),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
                "ordering": ["-pk"],
                "permissions": [("delete_any_comment", "Can delete comments of others")],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CommentMention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=320)),
            ],
            options={
                "verbose_name": "mention",
                "verbose_name_plural": "mentions",
            },
        ),
        migrations.RemoveConstraint(
            model_name="activity",
            name="activity_feedback_when_done",
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at__isnull", False), ("done_by__isnull", True), _connector="OR"),
                name="activity_done_by_when_done",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="author",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="leads.lead",
                verbose_name="lead",
            ),
        ),
        migrations.AddField(
            model_name="commentmention",
            name="comment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="leads.comment"
            ),
        ),
        migrations.AddField(
            model_name="commentmention",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="mentioned",
            field=models.ManyToManyField(
                editable=False, related_name="+", through="leads.CommentMention", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="commentmention",
            constraint=models.UniqueConstraint(fields=("comment", "user"), name="commentmention_unique"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(models.F("lead"), models.F("id"), name="comment_by_lead"),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="comment_text_not_empty"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="comment",
            trigger=pgtrigger.compiler.Trigger(
                name="a_count_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.version = OLD.version + 1; NEW.updated_at = now(); RETURN NEW;",
                    hash="9d61fb56a110ccc78cc1c7f1760ac807b39b6419",
                    operation="UPDATE",
                    pgid="pgtrigger_a_count_version_ec354",
                    table="leads_comment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
