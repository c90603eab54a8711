"""Documents that the tests write themselves: PDFs, Word files and plain bytes."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from backend.rag.elements import Element
from backend.rag.parse import Limits, stream

Draw = Callable[[Canvas], None]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[..., Path]:
    """Write a PDF with one drawing per page."""

    def write(*pages: Draw, password: str | None = None, owner: str | None = None) -> Path:
        path = tmp_path / "document"
        lock = StandardEncryption(password or "", ownerPassword=owner) if password or owner else None
        canvas = Canvas(str(path), pagesize=A4, encrypt=lock)
        for draw in pages:
            draw(canvas)
            canvas.showPage()
        canvas.save()
        return path

    return write


def text(*lines: tuple[float, float, str], size: float = 11, font: str = "Helvetica") -> Draw:
    """Draw lines at points from the left and from the top of an A4 page."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        for x, y, line in lines:
            canvas.drawString(x, A4[1] - y, line)

    return draw


def both(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for each in draws:
            each(canvas)

    return draw


@pytest.fixture
def word(tmp_path: Path) -> Callable[..., Path]:
    """Write a .docx: by python-docx and a function, or with this XML as its body."""

    def write(build: Callable[[docx.document.Document], None] | None = None, *, body: str = "") -> Path:
        document = docx.Document()
        if build is not None:
            build(document)
        data = io.BytesIO()
        document.save(data)
        path = tmp_path / "document"
        if not body:
            path.write_bytes(data.getvalue())
            return path
        replace_part(data.getvalue(), path, "word/document.xml", wrapped(body).encode())
        return path

    return write


def wrapped(body: str) -> str:
    return f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'


def replace_part(data: bytes, path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)


def read(path: Path, content_type: str, limits: Limits | None = None) -> list[Element]:
    pages = stream(path, content_type=content_type, limits=limits or Limits())
    return [element for page in pages for element in page.elements]


def brief(elements: Sequence[Element]) -> list[tuple[str, str]]:
    return [(str(element.kind), element.text) for element in elements]


@pytest.fixture
def tools() -> "Tools":
    return Tools()


class Tools:
    """The functions above, for test modules that cannot import this file."""

    text = staticmethod(text)
    both = staticmethod(both)
    read = staticmethod(read)
    brief = staticmethod(brief)
    replace_part = staticmethod(replace_part)
    wrapped = staticmethod(wrapped)
