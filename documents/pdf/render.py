"""Rendering by typst: one layout, data as JSON, and only the typeface that comes with the application."""

import json
from functools import cache
from pathlib import Path
from typing import Literal

import fontpkg_inter
import typst
from django.utils import translation

from documents.pdf.content import content_of
from documents.pdf.printed import PrintedDocument

LAYOUT = Path(__file__).with_name("document.typ")
Language = Literal["pl", "en"]


def render_pdf(document: PrintedDocument, *, language: Language) -> bytes:
    """The document as a PDF. Its texts are data to the layout: whatever they hold, nothing of it is run."""
    with translation.override(language):
        content = content_of(document, language=language)
    compiler = typst.Compiler(
        LAYOUT,
        root=LAYOUT.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(content, ensure_ascii=False)},
    )
    rendered = compiler.compile(format="pdf")
    if not isinstance(rendered, bytes):
        raise TypeError("typst made no PDF")
    return rendered


@cache
def _fonts() -> typst.Fonts:
    """Inter, and what typst brings for signs that Inter lacks; the same on every machine."""
    files = [fontpkg_inter.ROOT / "files"]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=files)
