"""/healthz, which load balancers ask."""

import pytest
from django.db import DatabaseError
from django.urls import reverse


@pytest.mark.django_db
def test_all_is_well_without_a_login(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get("/healthz")

    assert reverse("crm:health_show") == "/healthz"
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": True, "redis": True}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_redis_down(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": True, "redis": False}


@pytest.mark.django_db
def test_database_down(client, monkeypatch):
    def refuse(*_arguments: object, **_options: object) -> None:
        raise DatabaseError("the server is gone")

    monkeypatch.setattr("crm.views.health.connection.cursor", refuse)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "database": False, "redis": True}
    assert b"gone" not in response.content


@pytest.mark.django_db
def test_it_changes_nothing(client):
    assert client.post("/healthz").status_code == 405
