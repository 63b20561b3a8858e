"""ASGI entry point, served by granian."""

import os
from typing import cast

from django.conf import settings
from django.core.asgi import get_asgi_application

from crm.body_limit import Application, limit_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

_django = limit_bodies(cast(Application, get_asgi_application()), limit=settings.REQUEST_MAX_BYTES)

from crm.live.stream import with_live_stream  # noqa: E402 - it needs the models, which Django has loaded by now

application = with_live_stream(_django)
