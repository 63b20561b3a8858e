"""Production settings: they refuse to start half-set, and what they set is safe."""

import json
import os
import subprocess
import sys

import pytest

from config.env import BASE_DIR

GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "k7Jt0s-long-enough-and-random-enough-for-a-test-of-production",
    "ENCRYPTION_KEY": "bGVqZWstdGVzdHMtb25seS1sZWplay10ZXN0cy1vbmw=",
    "ALLOWED_HOSTS": "crm.example.com",
    "DATABASE_URL": "postgresql://lejek:tajne@db.example.com:5432/lejek",
    "REDIS_URL": "redis://redis.example.com:6379/0",
    "EMAIL_URL": "smtp+tls://mail:tajne@mail.example.com:587",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **GOOD, **variables}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)


def values(*names: str, **variables: str) -> dict[str, object]:
    """Settings of production with these variables, as JSON has them."""
    script = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}))"
    )
    environment = {"PATH": os.environ["PATH"], **GOOD, **variables}
    command = [sys.executable, "-c", script, *names]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set: give a random text of at least 50 characters, and keep it."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak: give 50 or more random characters."),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too weak: give 50 or more random characters."),
        (
            {"SECRET_KEY": "django-insecure-" + "abcdef" * 9},
            "SECRET_KEY is too weak: give 50 or more random characters.",
        ),
        (
            {"ALLOWED_HOSTS": ""},
            "ALLOWED_HOSTS is not set: name the hosts that Lejek is served from, separated by commas.",
        ),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS is open to every host: name those that Lejek is served from."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is open to every host: name those that Lejek is served from."),
        ({"ALLOWED_HOSTS": "crm.example.com, *"}, "ALLOWED_HOSTS is open to every host"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set: give the address of PostgreSQL"),
        ({"REDIS_URL": " "}, "REDIS_URL is not set: give the address of Redis"),
        ({"ENCRYPTION_KEY": ""}, "ENCRYPTION_KEY is not set: give the key of stored passwords"),
        ({"ENCRYPTION_KEY": "short"}, "ENCRYPTION_KEY is no key: give 32 random bytes in URL-safe Base64."),
        ({"EMAIL_URL": ""}, "EMAIL_URL is not set: give the address of the mail server"),
    ],
)
def test_refuses_to_start(variables, sentence):
    done = manage("check", **variables)

    assert done.returncode == 1
    assert sentence in done.stderr


def test_the_deployment_check_finds_nothing():
    # Being on the browsers' preload list is the operator's own decision.
    done = manage("check", "--deploy", "--fail-level", "WARNING", SECURE_HSTS_PRELOAD="true")

    assert done.returncode == 0, done.stderr


def test_what_the_browser_is_told():
    found = values(
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
        "CSRF_TRUSTED_ORIGINS",
        "SESSION_ENGINE",
    )

    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_PROXY_SSL_HEADER": None,
        "CSRF_TRUSTED_ORIGINS": ["https://crm.example.com"],
        "SESSION_ENGINE": "crm.sessions",
    }
    assert values("SECURE_PROXY_SSL_HEADER", BEHIND_TLS_PROXY="true") == {
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"]
    }


def test_files_go_to_s3_when_a_bucket_is_named():
    assert "FileSystemStorage" in str(values("STORAGES"))

    found = values("STORAGES", S3_BUCKET="lejek", S3_ENDPOINT_URL="https://s3.example.com")["STORAGES"]

    assert isinstance(found, dict)
    assert found["default"]["BACKEND"] == "storages.backends.s3.S3Storage"
    assert found["default"]["OPTIONS"]["bucket_name"] == "lejek"
    assert found["default"]["OPTIONS"]["endpoint_url"] == "https://s3.example.com"
    assert found["default"]["OPTIONS"]["default_acl"] is None


@pytest.mark.long
def test_static_files_have_hashed_names_and_modules_import_them(tmp_path):
    script = (
        "import django, sys; from django.conf import settings; settings.STATIC_ROOT = sys.argv[1]; django.setup();"
        "from django.core.management import call_command; call_command('collectstatic', interactive=False, verbosity=0)"
    )
    environment = {"PATH": os.environ["PATH"], **GOOD}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=BASE_DIR, env=environment, check=True)

    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    app = (tmp_path / names["js/app.js"]).read_text()
    assert names["js/app.js"] != "js/app.js"
    assert names["js/toasts.js"].removeprefix("js/") in app
    assert "'./toasts.js'" not in app
    assert (tmp_path / (names["css/lejek.css"] + ".gz")).is_file()
