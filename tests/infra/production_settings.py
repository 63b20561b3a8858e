"""Production as it is, with static files in a folder of the test."""

import os

from config.settings.prod import *  # noqa: F403

STATIC_ROOT = os.environ["TEST_STATIC_ROOT"]
