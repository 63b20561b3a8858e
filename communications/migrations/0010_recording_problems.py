from django.db import migrations, models


class Migration(migrations.Migration):
    """Errors were sentences in the language of the worker. Failed recordings are asked for anew, and fail by a code."""

    dependencies = [
        ("communications", "0009_index_of_automatic"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE communications_callrecording SET state = 'waiting', tries = 0, next_at = now() WHERE state = 'failed'",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(
            model_name="callrecording",
            name="error",
        ),
        migrations.AddField(
            model_name="callrecording",
            name="details",
            field=models.CharField(blank=True, max_length=300, verbose_name="what it is about"),
        ),
        migrations.AddField(
            model_name="callrecording",
            name="problem",
            field=models.CharField(blank=True, max_length=12, verbose_name="last error"),
        ),
    ]
