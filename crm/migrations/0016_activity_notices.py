"""Users are told of activities that are given to them."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0015_duplicate_questions")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "Somebody mentions me"),
                    ("assignment", "A lead is assigned to me"),
                    ("activity", "An activity is assigned to me"),
                    ("activity_due", "An activity is due"),
                    ("duplicate", "Somebody asks about a similar lead that they do not see"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="notificationpreference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "Somebody mentions me"),
                    ("assignment", "A lead is assigned to me"),
                    ("activity", "An activity is assigned to me"),
                    ("activity_due", "An activity is due"),
                    ("duplicate", "Somebody asks about a similar lead that they do not see"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
    ]
