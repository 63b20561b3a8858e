import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while the log is in use

    dependencies = [
        ("leads", "0016_my_day"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="leadstatuschange",
            index=models.Index(
                fields=["lead", "-id"], include=["to_status", "changed_at", "stayed"], name="statuschange_by_lead"
            ),
        ),
        migrations.AlterField(
            model_name="leadstatuschange",
            name="lead",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="status_changes",
                to="leads.lead",
            ),
        ),
    ]
