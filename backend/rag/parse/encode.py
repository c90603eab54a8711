"""Pictures of any format as PNG or JPEG of a sane size; the only module that decodes what strangers drew."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageOps

from backend.rag.elements import Image

MAX_SIDE = 1600
_MIN_SIDE = 40
_MIN_PIXELS = 4000
_SAME_COLOUR = 12
_MAX_PNG = 300 * 1024
_QUALITY = 85
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, ZeroDivisionError, OverflowError)


class TooManyPixels(Exception):
    """Decoding the picture would take more memory than it is worth."""


@dataclass(frozen=True)
class Encoded:
    data: bytes
    image: Image


def encoded(data: bytes, *, max_pixels: int) -> Encoded | None:
    """The picture upright, on white, at most 1,600 pixels wide and high, without anything but its pixels.

    None for decoration (tiny, or of one colour) and for what cannot be read. Raises TooManyPixels. The same
    bytes give the same bytes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Pillow.open(io.BytesIO(data), formats=_FORMATS) as found:
                if found.width * found.height > max_pixels:
                    raise TooManyPixels
                if _is_tiny(found.width, found.height):
                    return None
                shown = _shown(found)
        except Pillow.DecompressionBombError as error:
            raise TooManyPixels from error
        except _DAMAGED:
            return None
    return None if _is_plain(shown) else _written(shown, is_photo=found.format == "JPEG")


def frame(path: Path, number: int) -> bytes | None:
    """One picture of a file of several, counted from 1, as a file of its own."""
    output = io.BytesIO()
    try:
        with Pillow.open(path, formats=("TIFF",)) as found:
            found.seek(number - 1)
            found.save(output, "TIFF")
    except (*_DAMAGED, Pillow.DecompressionBombError):
        return None
    return output.getvalue()


def _is_tiny(width: int, height: int) -> bool:
    return min(width, height) < _MIN_SIDE or width * height < _MIN_PIXELS


def _shown(found: Pillow.Image) -> Pillow.Image:
    """As a viewer would see it: the first frame, turned upright, transparency on white."""
    found.draft("RGB", (MAX_SIDE, MAX_SIDE))
    upright = ImageOps.exif_transpose(found)
    if upright.mode in ("I;16", "I", "F"):
        upright = ImageOps.autocontrast(upright.convert("F").convert("L"))
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        painted = upright.convert("RGBA")
        return Pillow.alpha_composite(Pillow.new("RGBA", painted.size, "white"), painted).convert("RGB")
    return upright if upright.mode in ("RGB", "L") else upright.convert("RGB")


def _is_plain(shown: Pillow.Image) -> bool:
    small = shown.resize((32, 32)).convert("RGB")
    return all(high - low < _SAME_COLOUR for low, high in small.getextrema())  # type: ignore[misc] # of three bands


def _written(shown: Pillow.Image, *, is_photo: bool) -> Encoded:
    """Drawings as PNG, which keeps their edges; photographs and what would be large as JPEG."""
    data, kind = b"", "image/png"
    if not is_photo:
        data = _saved(shown, "PNG")
    if is_photo or len(data) > _MAX_PNG:
        photo = _saved(shown, "JPEG", quality=_QUALITY)
        if is_photo or len(photo) < len(data):
            data, kind = photo, "image/jpeg"
    digest = hashlib.sha256(data).hexdigest()
    return Encoded(data, Image(digest, kind, len(data), shown.width, shown.height))


def _saved(shown: Pillow.Image, name: str, **options: object) -> bytes:
    output = io.BytesIO()
    shown.save(output, name, **options)
    return output.getvalue()
