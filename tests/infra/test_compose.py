"""docker-compose.yml and the Dockerfile hold what the settings need and start what `make run` starts."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.urls import reverse

from config.env import BASE_DIR
from crm.embedded import checks, commands
from crm.embedded.postgres import OPTIONS
from tests.infra.test_production import manage

COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
OURS = ["migrate", "web", "worker", "beat"]
# Read by granian and Celery themselves.
OF_PROGRAMS = {"GRANIAN_WORKERS", "CELERY_WORKER_CONCURRENCY", "DJANGO_SETTINGS_MODULE"}
GIVEN = {
    "SECRET_KEY": "k7Jt0s-long-enough-and-random-enough-for-a-test-of-compose",
    "ENCRYPTION_KEY": "bGVqZWstdGVzdHMtb25seS1sZWplay10ZXN0cy1vbmw=",
    "ALLOWED_HOSTS": "crm.example.com",
    "POSTGRES_PASSWORD": "tajne",
}


def resolved(value: str) -> str:
    """A value as compose passes it on when only the variables that must be given are."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: GIVEN.get(found[1], found[2] or ""), value)


def environment(service: str) -> dict[str, str]:
    return {name: resolved(str(value)) for name, value in SERVICES[service]["environment"].items()}


def read_by_settings() -> set[str]:
    """The variables that the settings read."""
    sources = [path.read_text() for path in (BASE_DIR / "config").rglob("*.py")]
    return {name for source in sources for name in re.findall(r"(?:env\.\w+|_required)\(\s*\"(\w+)\"", source)}


def test_services():
    assert set(SERVICES) == {*OURS, "postgres", "redis", "mailpit"}


def test_programs_are_started_the_way_make_run_starts_them():
    assert SERVICES["web"]["command"] == commands.web(host="0.0.0.0", port=8000)
    assert SERVICES["worker"]["command"] == commands.worker()
    assert SERVICES["beat"]["command"] == commands.beat(schedule="/tmp/celerybeat-schedule")
    assert "scale" not in SERVICES["beat"]


@pytest.mark.parametrize("service", OURS)
def test_each_variable_is_read_by_the_settings(service):
    assert set(environment(service)) - OF_PROGRAMS <= read_by_settings()
    assert environment(service)["DJANGO_SETTINGS_MODULE"] == "config.settings.prod"


@pytest.mark.parametrize("service", OURS)
def test_production_starts_with_the_variables_of_the_service(service):
    done = manage("check", **environment(service))

    assert done.returncode == 0, done.stderr


def test_each_variable_that_production_requires_is_there():
    required = set(re.findall(r"_required\(\"(\w+)\"", (BASE_DIR / "config/settings/prod.py").read_text()))

    assert required == {"SECRET_KEY", "ENCRYPTION_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"}
    assert required <= set(environment("web"))


def test_no_secret_has_a_default():
    text = (BASE_DIR / "docker-compose.yml").read_text()

    for secret in ("SECRET_KEY", "ENCRYPTION_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS"):
        assert set(re.findall(rf"\$\{{{secret}(:.)", text)) == {":?"}


def test_addresses_are_those_of_the_services():
    web = environment("web")
    database, postgres = urlsplit(web["DATABASE_URL"]), environment("postgres")

    assert (database.hostname, database.port) == ("postgres", 5432)
    assert database.username == postgres["POSTGRES_USER"]
    assert database.password == postgres["POSTGRES_PASSWORD"]
    assert database.path == f"/{postgres['POSTGRES_DB']}"
    assert urlsplit(web["REDIS_URL"]).hostname == "redis"
    assert urlsplit(web["EMAIL_URL"]).hostname == "mailpit"


def test_postgres_is_new_enough():
    assert int(SERVICES["postgres"]["image"].removeprefix("postgres:").partition("-")[0]) >= checks.OLDEST_POSTGRES


def test_postgres_is_set_as_the_embedded_one():
    program, *given = SERVICES["postgres"]["command"]
    options = dict(option.removeprefix("--").split("=", 1) for option in given)

    assert program == "postgres"
    assert re.fullmatch(r"\d+GB", resolved(options.pop("shared_buffers")))
    assert options == {name: value for name, value in OPTIONS.items() if name != "listen_addresses"}


def test_everything_that_stays_up_is_watched():
    for name, service in SERVICES.items():
        assert name == "migrate" or service["healthcheck"]["test"], name
    assert reverse("crm:health_show") in str(SERVICES["web"]["healthcheck"]["test"])


def test_programs_start_after_the_migration():
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_nothing_but_the_loopback_is_opened():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_volumes_are_declared():
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


def test_images_have_a_version():
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert all(re.search(r":v?\d", image) for image in images), images


def test_our_containers_have_no_rights_to_spare():
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["read_only"] is True


def test_the_image_is_built_in_stages_and_runs_as_a_plain_user():
    stages = DOCKERFILE.split("\nFROM ")
    last = stages[-1]

    assert len(stages) == 4  # what stands before the first one, and three stages
    assert re.findall(r"^USER (\w+)", last, re.MULTILINE) == ["lejek"]
    assert "useradd" in last
    assert "pip install" not in last
    assert json.loads(re.findall(r"^CMD (.*)", last, re.MULTILINE)[0]) == commands.web(host="0.0.0.0", port=8000)


def test_the_image_gets_every_folder_of_the_project():
    let_in = set(re.findall(r"^!(\w+)/", (BASE_DIR / ".dockerignore").read_text(), re.MULTILINE))
    packages = {path.parent.name for path in BASE_DIR.glob("*/__init__.py")} - {"tests"}

    assert packages | {"locale", "static", "templates"} <= let_in
    assert "requirements.lock" in DOCKERFILE
