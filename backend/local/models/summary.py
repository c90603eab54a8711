"""Sums up an excerpt without understanding it: heads and first rows of tables, plain facts of images."""

import base64
import binascii
import io
import re
from collections.abc import Iterator
from typing import Any

from PIL import Image

from backend.local.models import passages, sentences
from backend.local.models.protocol import ChatRequest
from backend.local.models.refusals import Refusal

_EXCERPT = re.compile(r"<excerpt>\n(.*)\n</excerpt>", re.DOTALL)
_TITLES = re.compile(r"<titles>(.*)</titles>")
_ALT = re.compile(r"<alt>(.*)</alt>")
_CELLS = " | "
_MAX_SENTENCES = 4
_MAX_ROWS = 12


def is_asked(request: ChatRequest) -> bool:
    """Whether the answer is to be a form of a summary and descriptions of images."""
    wanted = request.response_format
    schema = wanted.json_schema.body if wanted and wanted.json_schema else {}
    return {"summary", "images"} <= set(schema.get("properties", {}))


def write(request: ChatRequest) -> dict[str, Any]:
    """The filled form; the same request always gets the same one."""
    text = request.messages[-1].text
    return {"summary": " ".join(_sentences(text)), "images": list(_descriptions(request))}


def _sentences(prompt: str) -> Iterator[str]:
    found = _EXCERPT.search(prompt)
    text = passages.unescaped(found[1]) if found else prompt
    rows = [line for line in text.split("\n") if _CELLS in line]
    plain = "\n".join(line for line in text.split("\n") if _CELLS not in line)
    if titles := _TITLES.search(prompt):
        yield f"About {passages.unescaped(titles[1])}."
    yield from list(sentences.of(plain))[:_MAX_SENTENCES]
    if rows:
        yield f"A table with the columns {', '.join(_cells(rows[0]))}."
    for row in rows[1:_MAX_ROWS]:
        first, *rest = _cells(row) or [""]
        yield f"{first}: {', '.join(rest)}."


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(_CELLS) if cell.strip()]


def _descriptions(request: ChatRequest) -> Iterator[str]:
    alt = ""
    content = request.messages[-1].content
    for part in content if isinstance(content, list) else []:
        if "text" in part:
            found = _ALT.search(str(part["text"]))
            alt = passages.unescaped(found[1]) if found else ""
        elif part.get("type") == "image_url":
            facts = _facts(str(part["image_url"]["url"]))
            yield f"{facts} The document calls it: {alt}" if alt else facts


def _facts(address: str) -> str:
    """Format and size, as a sentence; a model that sees nothing else can say nothing else."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2], validate=True))) as image:
            return f"A {image.format} image of {image.width} x {image.height} pixels."
    except (OSError, ValueError, Image.DecompressionBombError, binascii.Error) as error:
        raise Refusal("Invalid image data.", param="messages.content.image_url") from error
