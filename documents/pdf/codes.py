"""QR codes (ISO/IEC 18004)."""

from io import BytesIO

import segno


def qr_svg(text: str) -> str:
    """The code of `text` as an SVG picture, with the quiet zone of four modules that the standard asks for."""
    picture = BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False)
    return picture.getvalue().decode()
