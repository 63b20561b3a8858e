"""Photos of users and the logo: an upload is trusted only after its pixels were read and written anew."""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 256
LOGO = (900, 300)  # pixels, printed up to 6 cm wide
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]


@dataclass(frozen=True)
class Picture:
    """A picture ready to be stored, made anew of its pixels, with nothing else that the upload carried."""

    content: bytes
    file_name: str


def square_photo(upload: IO[bytes], *, size: int) -> Picture:
    """Make a photo, a WebP of SIDE × SIDE pixels, from an upload of `size` bytes.

    Raises ValidationError when it is too big, too large in pixels, or no picture of a known format.
    """
    upright = _read_upload(upload, size)
    return _picture(ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS), "WEBP", quality=85)


def logo_picture(upload: IO[bytes], *, size: int) -> Picture:
    """Make a logo, a PNG within LOGO pixels that keeps its shape and what is transparent, as `square_photo` does."""
    upright = _read_upload(upload, size)
    upright.thumbnail(LOGO, Image.Resampling.LANCZOS)
    return _picture(upright, "PNG", optimize=True)


def _read_upload(upload: IO[bytes], size: int) -> Image.Image:
    if size > MAX_BYTES:
        raise ValidationError(_("The picture may have at most 5 MB."))
    return read_picture(upload)


def _picture(pixels: Image.Image, kind: str, **options: Any) -> Picture:
    result = BytesIO()
    pixels.save(result, kind, **options)
    content = result.getvalue()
    return Picture(content, f"{hashlib.sha256(content).hexdigest()[:16]}.{kind.lower()}")


def read_picture(upload: IO[bytes]) -> Image.Image:
    """The pixels of a picture, the right way up, in RGBA.

    Raises ValidationError when it has too many pixels, is damaged, or is no picture of a known format.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise ValidationError(_("The picture has too many pixels."))
                return ImageOps.exif_transpose(picture).convert("RGBA")
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("This is not a picture. Choose a JPEG, PNG, WebP or GIF file.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("The picture is damaged. Choose another file.")) from error
