"""Background work in tests: what a request left for the worker is done at once, in this process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from config.celery import app

Worker = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def worker(django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[object]]]) -> Worker:
    """`with worker():` runs the tasks that the block enqueues on commit; a task that fails is not repeated."""

    @contextmanager
    def at_once() -> Iterator[None]:
        before = app.conf.task_always_eager
        app.conf.task_always_eager = True
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield
        finally:
            app.conf.task_always_eager = before

    return at_once
