"""Notifications and how each user wants them."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("mention", "Somebody mentions me"),
    ("assignment", "A lead is assigned to me"),
    ("activity_due", "An activity is due"),
]
MAIL = [
    ("none", "no e-mail"),
    ("waiting", "waiting"),
    ("sending", "being sent"),
    ("sent", "sent"),
    ("failed", "not sent"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0010_activity_types")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
                ("what", models.CharField(max_length=300, verbose_name="what it is about")),
                ("details", models.CharField(blank=True, max_length=500, verbose_name="details")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="count")),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                ("key", models.CharField(max_length=100, null=True, verbose_name="key")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read")),
                ("in_app", models.BooleanField(default=True, verbose_name="in the application")),
                ("mail", models.CharField(choices=MAIL, default="none", max_length=10, verbose_name="e-mail")),
                ("mail_at", models.DateTimeField(null=True, verbose_name="time of the e-mail")),
                ("mail_tries", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("mail_error", models.TextField(blank=True, verbose_name="error")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=["user", "key"], name="notification_once")],
                "indexes": [
                    models.Index(models.F("user"), models.F("id").desc(), name="notification_of_user"),
                    models.Index(models.F("user"), condition=models.Q(read_at=None), name="notification_unread"),
                    models.Index(
                        models.F("mail_at"),
                        condition=models.Q(mail__in=["waiting", "sending"]),
                        name="notification_mail",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=20, verbose_name="kind")),
                ("in_app", models.BooleanField(verbose_name="in the application")),
                ("by_email", models.BooleanField(verbose_name="by e-mail")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notification_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "way of notification",
                "verbose_name_plural": "ways of notification",
                "constraints": [models.UniqueConstraint(fields=["user", "kind"], name="notificationpreference_unique")],
            },
        ),
    ]
