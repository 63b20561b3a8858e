"""Files for tests: their content, and a file kept with a lead."""

import zipfile
from io import BytesIO

from openpyxl import Workbook
from PIL import Image

from crm.models import User
from leads.models import Lead, LeadFile
from leads.services.files import add_file

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def picture(kind: str = "PNG", *, size: tuple[int, int] = (40, 30)) -> bytes:
    """An image with something hidden behind its pixels."""
    result = BytesIO()
    Image.new("RGB", size, "#4f56d6").save(result, kind)
    return result.getvalue() + b"<script>hidden</script>"


def workbook() -> bytes:
    result = BytesIO()
    Workbook().save(result)
    return result.getvalue()


def packed(**files: str) -> bytes:
    """A ZIP archive."""
    result = BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return result.getvalue()


def add(lead: Lead, content: bytes, name: str, *, by: User | None = None) -> LeadFile:
    return add_file(lead=lead, file=BytesIO(content), name=name, size=len(content), by=by)


def add_text(lead: Lead, *, by: User | None = None) -> LeadFile:
    return add(lead, "Zażółć gęślą jaźń".encode(), "notatka.txt", by=by)
