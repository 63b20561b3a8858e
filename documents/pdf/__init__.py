"""Documents as PDF: pure, from a frozen `PrintedDocument` to the bytes of a file."""

from documents.pdf.printed import (
    Kind,
    PriceBasis,
    PrintedDocument,
    PrintedLine,
    PrintedParty,
    PrintedRate,
    PrintedTotals,
)
from documents.pdf.render import Language, render_pdf

__all__ = [
    "Kind",
    "Language",
    "PriceBasis",
    "PrintedDocument",
    "PrintedLine",
    "PrintedParty",
    "PrintedRate",
    "PrintedTotals",
    "render_pdf",
]
