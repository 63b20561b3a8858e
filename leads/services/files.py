"""All writes of files of leads. What is stored for a row is taken away after the commit that deletes the row."""

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.history import acting_as
from crm.models import User
from crm.references import check_references
from leads.files import MAX_BYTES, clean_name, detect_kind, make_preview
from leads.models import Lead, LeadFile
from leads.services.announce import announce


class FileTooLarge(RuleError):
    """A file is larger than the limit (413)."""


def add_file(*, lead: Lead, file: IO[bytes], name: str, size: int, by: User | None) -> LeadFile:
    """Keep `file` (seekable, of `size` bytes) with a lead.

    Raises FileTooLarge, RuleError when it is empty.
    """
    shown = clean_name(name)
    if size > MAX_BYTES:
        message = _("“%(name)s” has %(size)s MB. A file may have at most %(limit)s MB.")
        values = {"name": shown, "size": -(-size // 2**20), "limit": MAX_BYTES // 2**20}
        raise FileTooLarge(message % values, field="files")
    if size == 0:
        raise RuleError(_("“%(name)s” is empty.") % {"name": shown}, field="files")
    found = detect_kind(file, name=shown)
    row = LeadFile(lead=lead, name=shown, size=size, kind=found.kind, content_type=found.content_type, uploaded_by=by)
    preview = make_preview(file) if row.kind == LeadFile.Kind.IMAGE else None
    file.seek(0)
    try:
        row.file.save(shown, File(file), save=False)
        if preview is not None:
            row.preview.save(shown, ContentFile(preview), save=False)
        with transaction.atomic(), acting_as(by):
            row.save()
            check_references()
            announce(leads=[lead], by=by)
    except BaseException:
        _remove(_stored([row]))
        raise
    row.refresh_from_db(fields=["created_at"])
    return row


def delete_file(*, file: LeadFile, by: User | None) -> None:
    """Take a file away for good."""
    with transaction.atomic(), acting_as(by):
        forget_files(files=[file])
        announce(leads=[file.lead], by=by)
        file.delete()


def forget_files(*, files: Iterable[LeadFile]) -> None:
    """Let what is stored for `files` go when the transaction that deletes their rows is committed."""
    forget_stored(stored=_stored(files))


def forget_stored(*, stored: Sequence[tuple[Storage, str]]) -> None:
    """Delete what is stored in a storage under a name, once the transaction is committed."""
    if stored:
        transaction.on_commit(partial(_remove, stored), robust=True)


def forget_files_of(*, leads: Collection[int]) -> None:
    """The same for all files of leads (by ID) that are about to be deleted."""
    forget_files(files=LeadFile.objects.filter(lead__in=leads))


def _stored(files: Iterable[LeadFile]) -> list[tuple[Storage, str]]:
    return [(kept.storage, kept.name) for row in files for kept in (row.file, row.preview) if kept.name]


def _remove(stored: Iterable[tuple[Storage, str]]) -> None:
    for storage, name in stored:
        storage.delete(name)
