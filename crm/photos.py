"""Photos of users: an upload is trusted only after its pixels were read and written anew."""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 256
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]


@dataclass(frozen=True)
class SquarePhoto:
    """A photo ready to be stored: a WebP of SIDE × SIDE pixels, with nothing else that the upload carried."""

    content: bytes
    file_name: str


def square_photo(upload: IO[bytes], *, size: int) -> SquarePhoto:
    """Make a photo from an upload of `size` bytes.

    Raises ValidationError when it is too big, too large in pixels, or no picture of a known format.
    """
    if size > MAX_BYTES:
        raise ValidationError(_("The photo may have at most 5 MB."))
    upright = read_picture(upload)
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    result = BytesIO()
    square.save(result, "WEBP", quality=85)
    content = result.getvalue()
    return SquarePhoto(content, f"{hashlib.sha256(content).hexdigest()[:16]}.webp")


def read_picture(upload: IO[bytes]) -> Image.Image:
    """The pixels of a picture, the right way up, in RGBA.

    Raises ValidationError when it has too many pixels, is damaged, or is no picture of a known format.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(upload, formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise ValidationError(_("The photo has too many pixels."))
                return ImageOps.exif_transpose(picture).convert("RGBA")
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("This is not a photo. Choose a JPEG, PNG, WebP or GIF file.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("The photo is damaged. Choose another file.")) from error
