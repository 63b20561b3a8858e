"""Files of a lead: kept, shown, downloaded, taken away."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from crm import photos
from crm.errors import RuleError
from crm.models import SystemSettings, User, Visibility
from leads import files
from leads.files import clean_name, detect_kind, make_preview
from leads.history import history_of
from leads.models import Lead, LeadFile
from leads.services import delete_lead
from leads.services.files import FileTooLarge, add_file, delete_file
from tests.cast import FunnelCast
from tests.factories.leads import LeadFactory
from tests.leads.filing import PDF, add, add_text, packed, picture, workbook

pytestmark = pytest.mark.django_db
SCRIPT = {"Accept": "application/json"}
Kind = LeadFile.Kind


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder of uploads for this test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def lead(funnel: FunnelCast, ola: User) -> Lead:
    return LeadFactory(name="Regały", status=funnel.new, sales_person=ola)


@pytest.fixture
def own_only(db: None) -> None:
    settings = SystemSettings.objects.current()
    settings.sales_visibility = Visibility.OWN
    settings.save()


def _send(client: Client, lead: Lead, *uploads: tuple[str, bytes]) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in uploads]
    return client.post(reverse("leads:file_create", args=[lead.pk]), {"files": sent}, headers=SCRIPT)


def _body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def _kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# --- Adding -----------------------------------------------------------------------------------------------------------


def test_a_file_is_added_and_comes_back_as_it_was(client: Client, ola: User, lead: Lead, media: Path) -> None:
    client.force_login(ola)

    answer = _send(client, lead, ("Oferta – Łódź.pdf", PDF))

    assert answer.status_code == 201
    file = LeadFile.objects.get()
    assert (file.lead, file.uploaded_by, file.name) == (lead, ola, "Oferta – Łódź.pdf")
    assert (file.kind, file.size) == (Kind.PDF, len(PDF))
    assert "Oferta" not in file.file.name
    assert [path.read_bytes() for path in _kept(media)] == [PDF]
    listed = client.get(reverse("leads:lead_files", args=[lead.pk])).content.decode()
    assert "Oferta – Łódź.pdf" in listed
    assert "Ola Żak" in listed

    download = client.get(reverse("leads:file_download", args=[file.pk]))
    assert _body(download) == PDF
    assert download.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''Oferta%20")
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert download.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_several_files_are_answered_each_for_itself(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)

    answer = _send(client, lead, ("jeden.txt", b"1"), ("pusty.txt", b""), ("dwa.txt", b"2"))

    assert answer.status_code == 422
    assert answer.json()["error"] == "„pusty.txt” jest pusty."
    assert {file.name for file in LeadFile.objects.all()} == {"jeden.txt", "dwa.txt"}


def test_what_is_too_large_is_refused_with_its_size(
    client: Client, ola: User, lead: Lead, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.services.files.MAX_BYTES", 3 * 2**20)
    client.force_login(ola)

    answer = _send(client, lead, ("film.mp4", b"x" * (3 * 2**20 + 1)))

    assert answer.status_code == 413
    assert answer.json()["error"] == "„film.mp4” ma 4 MB. Plik może mieć najwyżej 3 MB."
    assert not LeadFile.objects.exists()
    assert not _kept(media)


def test_nothing_sent_is_said(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)

    answer = client.post(reverse("leads:file_create", args=[lead.pk]), headers=SCRIPT)

    assert answer.status_code == 422
    assert answer.json()["error"] == "Wybierz plik."


def test_without_scripts_the_page_answers(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)
    url = reverse("leads:file_create", args=[lead.pk])

    answer = client.post(url, {"files": [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"")]})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/leads/{lead.pk}/#files"
    assert [file.name for file in LeadFile.objects.all()] == ["a.txt"]


def test_a_failed_save_leaves_nothing_in_the_storage(ola: User, lead: Lead, media: Path) -> None:
    gone = Lead.objects.get(pk=lead.pk)
    delete_lead(lead=lead, by=None)

    with pytest.raises(Exception, match="lead"), transaction.atomic():
        add_file(lead=gone, file=BytesIO(b"x"), name="x.txt", size=1, by=ola)

    assert not LeadFile.objects.exists()
    assert not _kept(media)


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../x", "x"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/passwd", "passwd"),
        ("C:\\fakepath\\oferta.pdf", "oferta.pdf"),
        ("faktura\u202egpj.exe", "faktura_gpj.exe"),
        ("a\u200b\u2066b\ufeff.txt", "a__b_.txt"),
        ("x\x00y\r\nz.txt", "x_y__z.txt"),
        ("  spacje   w środku .pdf ", "spacje w środku .pdf"),
        ("..", "plik bez nazwy"),
        ("", "plik bez nazwy"),
        ("Zażo\u0301łc\u0301.txt", "Zażółć.txt"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
    ],
)
def test_names_are_made_safe_and_stay_recognisable(ola: User, lead: Lead, given: str, shown: str) -> None:
    assert clean_name(given) == shown
    assert add(lead, b"x", given, by=ola).name == shown


def test_a_long_name_keeps_its_extension(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)

    assert _send(client, lead, ("d" * 296 + ".pdf", PDF)).status_code == 201

    file = LeadFile.objects.get()
    assert len(file.name) == 150
    assert file.name.endswith("….pdf")
    assert clean_name("x." + "y" * 300) == "x." + "y" * 147 + "…"


def test_markup_in_a_name_is_only_text(client: Client, ola: User, lead: Lead) -> None:
    add(lead, b"x", "<script>alert(1)</script>.txt", by=ola)
    client.force_login(ola)

    listed = client.get(reverse("leads:lead_files", args=[lead.pk])).content.decode()

    assert "<script>" not in listed
    assert "script&gt;.txt" in listed


# --- Kinds and previews -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "faktura.pdf", Kind.PDF),
        (PDF, "zdjecie.png", Kind.PDF),
        (picture("PNG"), "faktura.pdf", Kind.IMAGE),
        (picture("JPEG"), "a.jpg", Kind.IMAGE),
        (picture("WEBP"), "a.webp", Kind.IMAGE),
        (workbook(), "cennik.xlsx", Kind.SHEET),
        (packed(**{"[Content_Types].xml": "x", "word/document.xml": "x"}), "umowa.pdf", Kind.DOCUMENT),
        (packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a.ods", Kind.SHEET),
        (packed(**{"a.txt": "x"}), "a.docx", Kind.ARCHIVE),
        (b"MZ\x90\x00" + bytes(200), "zdjecie.jpg", Kind.PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", "opis.txt", Kind.PROGRAM),
        ("Zażółć".encode(), "a.txt", Kind.TEXT),
        (b"<html><script>alert(1)</script>", "faktura.pdf", Kind.TEXT),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "logo.png", Kind.OTHER),
        (b"\xff\xfe\x00\x01\x02", "a.txt", Kind.OTHER),
    ],
)
def test_the_content_tells_what_a_file_is_not_its_name(content: bytes, name: str, kind: LeadFile.Kind) -> None:
    assert detect_kind(BytesIO(content), name=name).kind == kind


def test_an_image_gets_a_picture_made_anew(client: Client, ola: User, lead: Lead) -> None:
    file = add(lead, picture("PNG", size=(3000, 1500)), "hala.png", by=ola)
    client.force_login(ola)

    answer = client.get(reverse("leads:file_picture", args=[file.pk]))

    content = _body(answer)
    with Image.open(BytesIO(content)) as made:
        assert (made.format, made.size) == ("WEBP", (1280, 640))
    assert b"hidden" not in content
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(reverse("leads:file_preview", args=[file.pk])).status_code == 200
    assert client.get(reverse("leads:file_pdf", args=[file.pk])).status_code == 404


def test_a_bomb_or_a_damaged_image_is_kept_without_a_picture(
    ola: User, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "MAX_PIXELS", 10_000)

    assert make_preview(BytesIO(picture("PNG", size=(200, 200)))) is None
    damaged = add(lead, picture("PNG")[:60], "zdjecie.png", by=ola)

    assert (damaged.kind, damaged.preview.name) == (Kind.IMAGE, "")
    assert not damaged.can_be_previewed


def test_a_pdf_is_shown_in_a_frame_of_ours_and_nothing_else_is(client: Client, ola: User, lead: Lead) -> None:
    file = add(lead, PDF, "oferta.pdf", by=ola)
    text = add(lead, b"<script>alert(1)</script>", "oferta2.pdf", by=ola)
    client.force_login(ola)

    answer = client.get(reverse("leads:file_pdf", args=[file.pk]))

    assert _body(answer) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    for name in ("pdf", "picture", "preview"):
        assert client.get(reverse(f"leads:file_{name}", args=[text.pk])).status_code == 404


# --- Who may, and taking away -----------------------------------------------------------------------------------------


def test_a_stranger_to_the_lead_finds_no_file(
    client: Client, ola: User, marek: User, lead: Lead, own_only: None
) -> None:
    file = add(lead, PDF, "tajne.pdf", by=ola)
    client.force_login(marek)

    for name in ("download", "preview", "picture", "pdf"):
        assert client.get(reverse(f"leads:file_{name}", args=[file.pk])).status_code == 404
    assert client.post(reverse("leads:file_delete", args=[file.pk])).status_code == 404
    assert client.get(reverse("leads:lead_files", args=[lead.pk])).status_code == 404
    assert _send(client, lead, ("a.txt", b"a")).status_code == 404
    assert list(LeadFile.objects.all()) == [file]
    assert not LeadFile.objects.visible_to(marek).exists()


def test_a_guest_gets_no_file(client: Client, ola: User, lead: Lead) -> None:
    file = add_text(lead, by=ola)

    answer = client.get(reverse("leads:file_download", args=[file.pk]))

    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]


def test_it_is_taken_away_with_its_content_after_the_commit(
    client: Client,
    ola: User,
    marek: User,
    lead: Lead,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    file = add(lead, picture(), "hala.png", by=ola)
    assert len(_kept(media)) == 2
    url = reverse("leads:file_delete", args=[file.pk])
    client.force_login(marek)
    assert client.post(url).status_code == 403

    client.force_login(ola)
    with django_capture_on_commit_callbacks() as callbacks:
        assert client.post(url, headers={"HX-Request": "true"}).status_code == 204
    assert not LeadFile.objects.exists()
    assert len(_kept(media)) == 2  # until the commit

    for callback in callbacks:
        callback()
    assert not _kept(media)


def test_the_history_tells_of_files(client: Client, ola: User, lead: Lead) -> None:
    client.force_login(ola)
    _send(client, lead, ("umowa.txt", b"x"))
    client.post(reverse("leads:file_delete", args=[LeadFile.objects.get().pk]))

    removed, added, *_created = history_of(lead).entries

    assert (added.author, added.files_added, added.files_removed) == ("Ola Żak", ["umowa.txt"], [])
    assert (removed.author, removed.files_added, removed.files_removed) == ("Ola Żak", [], ["umowa.txt"])
    page = client.get(reverse("leads:lead_history", args=[lead.pk])).content.decode()
    assert "Pliki usunięte" in page


def test_a_taken_back_deletion_keeps_the_content(ola: User, lead: Lead, media: Path) -> None:
    file = add_text(lead, by=ola)

    with transaction.atomic():
        delete_file(file=file, by=ola)
        transaction.set_rollback(True)

    assert LeadFile.objects.get().name == "notatka.txt"
    assert default_storage.exists(LeadFile.objects.get().file.name)
    assert len(_kept(media)) == 1


def test_lost_content_is_not_found(client: Client, ola: User, lead: Lead) -> None:
    file = add_text(lead, by=ola)
    default_storage.delete(file.file.name)
    client.force_login(ola)

    assert client.get(reverse("leads:file_download", args=[file.pk])).status_code == 404


def test_the_service_refuses_empty_and_large_files(ola: User, lead: Lead) -> None:
    with pytest.raises(RuleError):
        add_file(lead=lead, file=BytesIO(), name="a", size=0, by=ola)
    with pytest.raises(FileTooLarge):
        add_file(lead=lead, file=BytesIO(), name="a", size=files.MAX_BYTES + 1, by=ola)

    assert not LeadFile.objects.exists()
