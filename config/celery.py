"""The Celery application: tasks of all apps, on Redis."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("lejek")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

OFTEN = 60  # seconds


@beat_init.connect
def sweep_at_once(**_: object) -> None:
    """Do at the start what beat does often: by itself it lets a whole interval pass before the first time."""
    for entry in app.conf.beat_schedule.values():
        if not isinstance(entry["schedule"], crontab) and entry["schedule"] <= OFTEN:
            app.send_task(entry["task"])
