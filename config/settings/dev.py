"""Development and `make run`: embedded servers, demo logins, no TLS."""

import base64
import hashlib

from config.env import env, lejek_home, read_server_addresses

read_server_addresses()

from config.settings.base import *  # noqa: E402, F403
from config.settings.servers import *  # noqa: E402, F403

DEBUG = env.bool("DEBUG", default=False)
# Of one installation only: made from its place, so that two copies on a machine do not share sessions.
SECRET_KEY = env.str("SECRET_KEY", default=hashlib.sha256(f"lejek {lejek_home()}".encode()).hexdigest())
ENCRYPTION_KEYS = env.list(
    "ENCRYPTION_KEY",
    default=[base64.urlsafe_b64encode(hashlib.sha256(f"{SECRET_KEY} at rest".encode()).digest()).decode()],
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The recordings that `manage.py simulate_calls` serves.
TELEPHONY_TRUSTED_HOSTS = env.list("TELEPHONY_TRUSTED_HOSTS", default=["127.0.0.1"])
STATIC_ROOT = lejek_home() / "static"
MEDIA_ROOT = lejek_home() / "media"
DEMO_MAIL_FOLDER = lejek_home() / "demo-mail"
if DEMO_MAIL_PORTS:  # noqa: F405
    MAIL_TRUSTED_HOSTS += [f"localhost:{port}" for port in DEMO_MAIL_PORTS]  # noqa: F405
    DEMO_MAIL_CERTIFICATE = str(DEMO_MAIL_FOLDER / "certificate.pem")
# Security keys on http://localhost, which browsers take for safe.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
