"""What beat does when it starts."""

import json

import pytest

from config.celery import app, sweep_at_once


@pytest.fixture
def queue():
    """The names of the tasks that wait in the queue."""
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.client.delete("celery")
        yield lambda: [json.loads(row)["headers"]["task"] for row in channel.client.lrange("celery", 0, -1)]
        channel.client.delete("celery")


def test_a_start_waits_for_no_interval(queue):
    app.loader.import_default_modules()
    sweep_at_once()

    waiting = queue()
    assert "communications.tasks.start_due_mail" in waiting
    assert "leads.tasks.resume_stalled_imports" in waiting
    assert "crm.tasks.forget_old_notifications" not in waiting  # once a day is soon enough
    assert len(waiting) == len(set(waiting))
    assert set(waiting) <= set(app.tasks)
