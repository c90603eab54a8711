"""Parsing asks nobody: whatever a document points at, nothing is fetched, even without the sandbox's wall."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.rag.parse import Limits, ParseError, stream
from backend.rag.parse.detect import detect
from tests.fixtures import samples

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
KINDS = ("attachedTemplate", "image", "header", "footer", "styles", "numbering", "aFChunk", "slide")


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address that nobody should ask, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    asked.append(connection.recv(100))
                    connection.close()
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)


def declaration(address: str) -> str:
    """A document type with external entities of every kind."""
    entities = f'<!ENTITY % p SYSTEM "{address}/p"> %p; <!ENTITY x SYSTEM "{address}/x">'
    return f'<!DOCTYPE a SYSTEM "{address}/dtd" [{entities}]>'


def relations(address: str) -> str:
    links = "".join(
        f'<Relationship Id="{kind}" Type="{samples.OFFICE}/{kind}" Target="{address}/{kind}"{mode}/>'
        for kind in KINDS
        for mode in ("", ' TargetMode="External"')
    )
    return f"<Relationships>{links}</Relationships>"


def word(address: str) -> bytes:
    field = f'<w:fldSimple w:instr="INCLUDETEXT {address}/text"><w:r><w:t>safe &x;</w:t></w:r></w:fldSimple>'
    body = f'<w:p>{field}</w:p><w:altChunk w:id="aFChunk"/>'
    return samples.zipped(
        {
            "word/document.xml": f'{declaration(address)}<w:d xmlns:w="{WORD}"><w:body>{body}</w:body></w:d>',
            "word/_rels/document.xml.rels": relations(address),
            "_rels/.rels": relations(address),
        }
    )


def web_page(address: str) -> str:
    return f"""{declaration(address)}<html><head><base href="{address}/"><link rel="stylesheet" href="css">
    <script src="{address}/js"></script><meta http-equiv="refresh" content="0;url={address}/"></head><body>
    <nav>n</nav><p>safe</p><img src="{address}/img"><iframe src="{address}/frame"></iframe>
    <object data="{address}/o"></object></body></html>"""


def workbook(address: str) -> bytes:
    links = samples.relations(s1="worksheet:s1.xml").replace("</R", f"{relations(address)[15:-16]}</R")
    return samples.zipped(
        {**samples.parts_of(samples.workbook()), "xl/_rels/workbook.xml.rels": links.encode()}
    )


def pointing_at(address: str) -> dict[str, bytes]:
    """Files of every kind that point at the address with all that they can."""
    slides = {"ppt/presentation.xml": declaration(address) + "<p/>"}
    book = {"META-INF/container.xml": declaration(address) + "<a>&x;</a>", "c.xhtml": web_page(address)}
    return {
        "docx": word(address),
        "pptx": samples.zipped({**slides, "ppt/_rels/presentation.xml.rels": relations(address)}),
        "xlsx": workbook(address),
        "epub": samples.zipped(book),
        "html": web_page(address).encode(),
        "md": f"safe ![image]({address}/i)\n\n<img src='{address}/j'>\n\n[x]: {address}/k".encode(),
    }


@pytest.mark.parametrize("name", ["docx", "pptx", "xlsx", "epub", "html", "md"])
def test_nothing_is_fetched(tmp_path: Path, listener: tuple[str, list[bytes]], name: str) -> None:
    address, asked = listener
    path = tmp_path / "document"
    path.write_bytes(pointing_at(address)[name])
    text = ""
    try:
        for page in stream(path, content_type=detect(path, samples.hint(name)), limits=Limits()):
            text += "\n".join(element.text for element in page.elements)
    except ParseError:
        assert name in ("pptx", "epub"), "their text lies in parts that these do not have"
    assert "safe" in text or name in ("pptx", "epub", "xlsx")
    # Proves that the listener hears: the only request is our own.
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"ours")
        connection.recv(1)
    assert asked == [b"ours"]
