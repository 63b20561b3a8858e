"""Comments on a lead: written, mentioned in, changed, taken away."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.errors import RuleError, StaleObject
from crm.models import Notification, NotificationKind, SystemSettings, User, Visibility
from leads.mentions import find_mentions
from leads.models import Comment, CommentMention, Lead
from leads.services.comments import add_comment, edit_comment
from leads.templatetags.work import comment_text
from tests.cast import FunnelCast
from tests.factories.crm import UserFactory
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(name="Regały", status=funnel.new, sales_person=ola)


@pytest.fixture
def own_only(db: None) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()


def _write(client: Client, lead: Lead, text: str, **more: str) -> Any:
    return client.post(reverse("leads:comment_create", args=[lead.pk]), {"text": text, **more}, headers=HTMX)


def _mentions() -> list[Notification]:
    return list(Notification.objects.filter(kind=NotificationKind.MENTION))


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_a_comment_is_written_and_shown(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)

    answer = _write(client, lead, "Dzwonili.\r\nPytają o www.regaly.com.pl i <b>rabat</b>")

    assert answer.status_code == 200
    comment = Comment.objects.get()
    assert (comment.lead, comment.author, comment.edited_at) == (lead, ola, None)
    assert comment.text == "Dzwonili.\nPytają o www.regaly.com.pl i <b>rabat</b>"
    html = client.get(reverse("leads:lead_comments", args=[lead.pk])).content.decode()
    assert "Dzwonili.<br>Pytają o <a href=" in html
    assert "&lt;b&gt;rabat&lt;/b&gt;" in html
    assert "<b>rabat" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        'http://x.pl/"onmouseover="alert(1)',
        "@Ewa <svg onload=alert(1)>",
        "[klik](javascript:alert(1))",
        "data:text/html,<script>alert(1)</script>",
    ],
)
def test_markup_in_a_comment_is_only_text(ola: User, ewa: User, lead: Lead, text: str) -> None:
    html = comment_text(add_comment(lead=lead, text=text, by=ola))

    assert "<script" not in html
    assert "<img" not in html
    assert "<svg" not in html
    assert 'href="javascript' not in html
    assert not re.search(r"<[^>]*onmouseover", html)
    assert Comment.objects.get().text == text


def test_a_form_sent_twice_writes_once(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)

    for _ in range(2):
        assert _write(client, lead, "Raz", once="abc").status_code == 200

    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Najpierw coś napisz."),
        (" \n\t ", "Najpierw coś napisz."),
        ("x" * 1_000_000, "najwyżej 10000 znaków, ten ma ich 1000000"),
        ("zły\x07znak", "znaki sterujące"),
    ],
)
def test_what_can_not_be_kept_is_refused_and_stays_in_the_form(
    client: Client, ola: User, lead: Lead, text: str, message: str
) -> None:
    client.force_login(ola)

    answer = _write(client, lead, text)

    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#comment-form"
    assert message in answer.content.decode()
    assert answer.context["form"]["text"].value() == text
    assert not Comment.objects.exists()


def test_older_comments_come_page_by_page(client: Client, ola: User, lead: Lead) -> None:
    written = [add_comment(lead=lead, text=f"Uwaga {number}", by=ola).pk for number in range(25)]
    client.force_login(ola)
    url = reverse("leads:lead_comments", args=[lead.pk])

    first = client.get(url)
    second = client.get(url, {"before": first.context["older"]})

    assert [row.pk for row in first.context["comments"]] == written[:4:-1]
    assert [row.pk for row in second.context["comments"]] == written[4::-1]
    assert second.context["older"] is None
    assert first.context["count"] == 25


# --- Mentions ---------------------------------------------------------------------------------------------------------


def test_who_is_mentioned_is_told(ola: User, ewa: User, marek: User, lead: Lead) -> None:
    comment = add_comment(lead=lead, text="Jutro oferta, @Ewa Lis i @marek@lejek.test.", by=ola)

    assert {mention.user: mention.name for mention in comment.mentions.all()} == {
        ewa: "Ewa Lis",
        marek: "marek@lejek.test",
    }
    told = _mentions()
    assert {row.user for row in told} == {ewa, marek}
    assert all((row.by, row.details) == (ola, comment.text) for row in told)
    assert told[0].url == f"/leads/{lead.pk}/#comment-{comment.pk}"
    html = comment_text(comment)
    assert '<span class="comment-mention">@Ewa Lis</span>' in html
    assert "mailto:" not in html


def test_who_may_not_see_the_lead_is_neither_mentioned_nor_told(
    client: Client, ola: User, marek: User, lead: Lead, own_only: None
) -> None:
    client.force_login(ola)

    assert _write(client, lead, "@Marek Ćwik, zerknij").status_code == 200

    assert not CommentMention.objects.exists()
    assert not Notification.objects.exists()
    people = client.get(reverse("leads:lead_people", args=[lead.pk]), {"q": "mar"}).json()
    assert people == []


def test_nobody_is_told_of_an_own_mention(ola: User, lead: Lead) -> None:
    add_comment(lead=lead, text="@Ola Żak pamiętaj", by=ola)

    assert CommentMention.objects.get().user == ola
    assert not Notification.objects.exists()


def test_the_picker_offers_those_who_see_the_lead(client: Client, ola: User, ewa: User, lead: Lead) -> None:
    UserFactory(first_name="Ewa", last_name="Lis", email="druga.ewa@lejek.test", role="Sprzedawca")
    UserFactory(first_name="Ewa", last_name="Dawna", is_active=False, role="Sprzedawca")
    client.force_login(ola)

    people = client.get(reverse("leads:lead_people", args=[lead.pk]), {"q": "ewa"}).json()

    assert {row["mention"] for row in people} == {"ewa@lejek.test", "druga.ewa@lejek.test"}


def test_mentions_are_whole_names(ola: User, ewa: User, marek: User) -> None:
    anna = UserFactory(first_name="Ewa", last_name="Lis-Kowalska")
    people = [ola, ewa, marek, anna]

    assert find_mentions("@Ewa Lis-Kowalska, @OLA ŻAK", people) == {anna: "Ewa Lis-Kowalska", ola: "OLA ŻAK"}
    assert find_mentions("@Ewa Lisowska i ktos@Ola Żak", people) == {}
    assert find_mentions("(@Marek Ćwik)", people) == {marek: "Marek Ćwik"}
    assert find_mentions("bez nikogo", people) == {}
    assert find_mentions("@", []) == {}


# --- Changing and taking away -----------------------------------------------------------------------------------------


def test_the_author_changes_a_comment_and_it_says_so(client: Client, ola: User, ewa: User, lead: Lead) -> None:
    comment = add_comment(lead=lead, text="Oferta w piątek", by=ola)
    client.force_login(ola)
    url = reverse("leads:comment_edit", args=[comment.pk])
    version = client.get(url, headers=HTMX).context["form"]["version"].value()

    answer = client.post(url, {"text": "Oferta w czwartek, @Ewa Lis", "version": version}, headers=HTMX)

    assert answer.status_code == 200
    assert "edytowany" in answer.content.decode()
    comment.refresh_from_db()
    assert comment.text == "Oferta w czwartek, @Ewa Lis"
    assert comment.edited_at is not None
    assert [row.user for row in _mentions()] == [ewa]

    edit_comment(comment=comment, text="Oferta w środę, @Ewa Lis", by=ola)
    assert len(_mentions()) == 1


def test_others_do_not_change_it(client: Client, ola: User, marek: User, ewa: User, lead: Lead) -> None:
    comment = add_comment(lead=lead, text="Moje słowa", by=ola)
    for user in (marek, ewa):
        client.force_login(user)
        answer = client.post(reverse("leads:comment_edit", args=[comment.pk]), {"text": "Cudze"})
        assert answer.status_code == 403
    assert Comment.objects.get().text == "Moje słowa"


def test_of_two_windows_the_second_is_asked(client: Client, ola: User, lead: Lead) -> None:
    comment = add_comment(lead=lead, text="Stary", by=ola)
    client.force_login(ola)
    url = reverse("leads:comment_edit", args=[comment.pk])
    form = client.get(url, headers=HTMX).context["form"]
    sent = {"version": str(form["version"].value()), "seen": form["seen"].value()}
    edit_comment(comment=comment, text="Z pierwszego okna", by=ola)

    answer = client.post(url, {**sent, "text": "Z drugiego okna"}, headers=HTMX)

    assert answer.status_code == 409
    assert "Z pierwszego okna" in answer.content.decode()
    assert "Z drugiego okna" in answer.content.decode()
    assert Comment.objects.get().text == "Z pierwszego okna"

    again = {"version": answer.context["form"].data["version"], "text": "Z drugiego okna"}
    assert client.post(url, again, headers=HTMX).status_code == 200
    assert Comment.objects.get().text == "Z drugiego okna"


def test_the_service_refuses_an_outdated_version(ola: User, lead: Lead) -> None:
    comment = add_comment(lead=lead, text="Stary", by=ola)
    edit_comment(comment=comment, text="Nowy", by=ola, version=comment.version)

    with pytest.raises(StaleObject):
        edit_comment(comment=comment, text="Inny", by=ola, version=comment.version)
    with pytest.raises(RuleError):
        edit_comment(comment=comment, text=" ", by=ola)

    assert Comment.objects.get().text == "Nowy"


def test_it_is_taken_away_by_its_author_or_a_manager(
    client: Client, ola: User, marek: User, ewa: User, lead: Lead
) -> None:
    kept = add_comment(lead=lead, text="Zostaje", by=ola)
    gone = add_comment(lead=lead, text="Znika", by=ola)
    other = add_comment(lead=lead, text="Też znika", by=ola)

    client.force_login(marek)
    assert client.post(reverse("leads:comment_delete", args=[kept.pk])).status_code == 403
    client.force_login(ewa)
    assert client.post(reverse("leads:comment_delete", args=[gone.pk]), headers=HTMX).status_code == 200
    client.force_login(ola)
    assert client.post(reverse("leads:comment_delete", args=[other.pk])).status_code == 302

    assert list(Comment.objects.all()) == [kept]


def test_a_stranger_to_the_lead_finds_no_comment(
    client: Client, ola: User, marek: User, lead: Lead, own_only: None
) -> None:
    comment = add_comment(lead=lead, text="Tajne", by=ola)
    client.force_login(marek)

    assert client.get(reverse("leads:lead_comments", args=[lead.pk])).status_code == 404
    assert client.get(reverse("leads:comment_show", args=[comment.pk])).status_code == 404
    for name in ("edit", "delete"):
        assert client.post(reverse(f"leads:comment_{name}", args=[comment.pk]), {"text": "X"}).status_code == 404
    assert not Comment.objects.visible_to(marek).exists()
    assert Comment.objects.get().text == "Tajne"
