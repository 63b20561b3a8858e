from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_saved_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedreport",
            name="kind",
            field=models.CharField(
                choices=[("pivot", "Report"), ("funnel", "Funnel")],
                db_default="pivot",
                default="pivot",
                max_length=10,
                verbose_name="kind",
            ),
        ),
    ]
