"""The bell, the list of notifications, and the choice of ways in the profile."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from crm.models import Notification, NotificationKind, NotificationPreference, User
from crm.services.notifications import Ways, choose_ways, notify, ways_of
from tests.worker import Worker

LIST = reverse("crm:notification_list")
MENTION = NotificationKind.MENTION


def _mention(user: User, by: User, **more: str) -> Notification:
    row = notify(user=user, kind=MENTION, by=by, **{"what": "000001 Biuro", "url": "/leads/", **more})
    assert row
    return row


def _page(client: Client, user: User, url: str = LIST) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_bell_counts_what_is_unread(client: Client, ola: User, ewa: User, marek: User) -> None:
    assert "lj-bell-count" not in _page(client, ola)
    _mention(ola, ewa)
    _mention(marek, ewa)
    assert '<span class="lj-bell-count" aria-hidden="true">1</span>' in _page(client, ola)
    for _ in range(100):
        _mention(ola, ewa)
    assert ">99+</span>" in _page(client, ola, reverse("crm:notification_bell"))
    assert "101 nieprzeczytanych" in _page(client, ola)


def test_the_bell_asks_for_nothing_more(
    client: Client, ola: User, ewa: User, django_assert_num_queries: object
) -> None:
    client.force_login(ola)
    client.get(reverse("crm:notification_bell"))
    _mention(ola, ewa)
    with django_assert_num_queries(1):  # type: ignore[operator]
        client.get(reverse("crm:notification_bell"))


def test_list_shows_ones_own_alone_newest_first(client: Client, ola: User, ewa: User, marek: User) -> None:
    _mention(ola, ewa, what="000001 Pierwszy", details="<script>alert(1)</script>")
    _mention(ola, ewa, what="000002 Drugi")
    _mention(marek, ewa, what="000003 Cudzy")
    page = _page(client, ola)
    assert page.index("000002 Drugi") < page.index("000001 Pierwszy")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "Ewa Lis" in page
    assert "Cudzy" not in page


def test_empty_lists_say_what_will_stand_there(client: Client, ola: User) -> None:
    assert "Nie ma jeszcze powiadomień" in _page(client, ola)
    assert "Wszystko przeczytane" in _page(client, ola, f"{LIST}?unread=1")
    assert "Nic nowego" in _page(client, ola, reverse("crm:notification_menu"))


def test_long_lists_have_pages(client: Client, ola: User, ewa: User) -> None:
    for number in range(60):
        _mention(ola, ewa, what=f"lead nr {number:02}.")
    first = _page(client, ola)
    assert "lead nr 59." in first
    assert "lead nr 09." not in first
    last_shown = Notification.objects.order_by("-pk")[49].pk
    assert f"before={last_shown}" in first
    second = _page(client, ola, f"{LIST}?before={last_shown}")
    assert "lead nr 09." in second
    assert "lead nr 10." not in second
    assert "lead nr 59." in _page(client, ola, f"{LIST}?before=x")


def test_opening_goes_there_and_counts_as_read(client: Client, ola: User, ewa: User, marek: User) -> None:
    row = _mention(ola, ewa, url="/partners/")
    client.force_login(marek)
    assert client.get(reverse("crm:notification_open", args=[row.pk])).status_code == 404
    assert Notification.objects.get().read_at is None
    client.force_login(ola)
    response = client.get(reverse("crm:notification_open", args=[row.pk]))
    assert response.url == "/partners/"  # type: ignore[attr-defined]
    assert Notification.objects.get().read_at
    assert "lj-bell-count" not in _page(client, ola)


def test_marking_one_and_all(client: Client, ola: User, ewa: User) -> None:
    first, second = _mention(ola, ewa), _mention(ola, ewa)
    client.force_login(ola)
    answer = client.post(reverse("crm:notification_read", args=[first.pk]), headers={"HX-Request": "true"})
    assert "is-unread" not in answer.content.decode()
    assert [row.pk for row in Notification.objects.unread()] == [second.pk]
    client.post(reverse("crm:notification_read_all"))
    assert not Notification.objects.unread().exists()


def test_a_failed_mail_is_shown_and_sent_again(client: Client, ola: User, ewa: User, worker: Worker) -> None:
    choose_ways(user=ola, ways={MENTION: Ways(in_app=False, by_email=True)})
    row = _mention(ola, ewa)
    assert "000001 Biuro" not in _page(client, ola)
    Notification.objects.filter(pk=row.pk).update(mail=Notification.Mail.FAILED, mail_error="Skrzynka pełna")
    page = _page(client, ola)
    assert "E-mail nie został wysłany." in page
    assert "Skrzynka pełna" in page
    url = reverse("crm:notification_send_again", args=[row.pk])
    with worker():
        assert client.post(url, headers={"HX-Request": "true"}).status_code == 200
    assert [message.to for message in mail.outbox] == [["ola@lejek.test"]]
    row.refresh_from_db()
    assert row.mail == Notification.Mail.SENT
    with worker():
        assert client.post(url, headers={"HX-Request": "true"}).status_code == 404  # it is nowhere shown any more
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("kind", NotificationKind.values)
def test_ways_are_chosen_in_the_profile(client: Client, ola: User, ewa: User, kind: str) -> None:
    page = _page(client, ola, reverse("crm:profile_edit"))
    assert f'name="{kind}-in_app"' in page
    response = client.post(reverse("crm:notification_choose_ways"), {f"{kind}-by_email": "on", "made-up-in_app": "on"})
    assert response.status_code == 302
    ways = ways_of(User.objects.get(pk=ola.pk))
    assert ways.pop(kind) == Ways(in_app=False, by_email=True)
    assert set(ways.values()) == {Ways(in_app=False, by_email=False)}
    assert NotificationPreference.objects.filter(user=ola).count() == len(NotificationKind)
    assert not NotificationPreference.objects.filter(user=ewa).exists()
