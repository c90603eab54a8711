"""Pictures of every format: kept once, in their place, and told from decoration, scans and backgrounds."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from backend.rag.elements import Element, ElementKind
from backend.rag.parse import Limits, ParseError, Reason, encode, formats, stream
from backend.rag.parse.pictures import Album
from tests.fixtures.drawings import address, drawing, plain

PROSE = "The keeper of the tower writes down the height of every wave. "
WIDTH, HEIGHT = A4


def paint(data: bytes, x: float, y: float, width: float, height: float) -> Callable[[Canvas], None]:
    """Draw at points from the left and from the top of an A4 page."""

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(io.BytesIO(data)), x, HEIGHT - y - height, width, height)

    return draw


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Element]]:
    """All elements of a file, its pictures kept in the folder `album`."""
    folder = tmp_path / "album"
    folder.mkdir()

    def run(path: Path, content_type: str, **limits: Any) -> list[Element]:
        within = Limits(**limits)
        found = stream(path, content_type=content_type, limits=within, album=Album(folder, within))
        return [element for page in found for element in page.elements]

    return run


def images(elements: list[Element]) -> list[Element]:
    return [element for element in elements if element.kind is ElementKind.IMAGE]


def kinds(elements: list[Element]) -> list[str]:
    return [str(element.kind) for element in elements]


def test_a_picture_of_a_pdf_stands_between_its_texts_with_page_and_box(
    pdf: Any, tools: Any, read: Any, tmp_path: Path
) -> None:
    page = tools.both(
        tools.text((72, 100, PROSE)), paint(drawing(), 72, 200, 300, 200), tools.text((72, 500, PROSE[::-1]))
    )
    found = read(pdf(tools.text((72, 100, PROSE)), page), formats.PDF)
    assert kinds(found) == ["PARAGRAPH", "PARAGRAPH", "IMAGE", "PARAGRAPH"]
    [element] = images(found)
    assert element.page == 2
    box, image = element.lines[0].box, element.image
    assert box is not None
    assert image is not None
    wanted = (72 / WIDTH, 200 / HEIGHT, 372 / WIDTH, 400 / HEIGHT)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(wanted, abs=0.002)
    with Pillow.open(tmp_path / "album" / image.sha256) as kept:
        assert (kept.format, kept.size) == ("PNG", (image.width, image.height))
        assert kept.size == pytest.approx((300, 200), abs=2)


def test_a_turned_page_shows_its_picture_upright_and_in_its_place(pdf: Any, read: Any) -> None:
    def turned(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.drawString(72, 200, PROSE)
        canvas.drawImage(ImageReader(io.BytesIO(drawing())), 72, 300, 300, 200)

    [element] = images(read(pdf(turned), formats.PDF))
    box, image = element.lines[0].box, element.image
    assert box is not None
    assert image is not None
    # The page lies on its side in the file: what goes up there goes right when displayed.
    wanted = (300 / WIDTH, 72 / HEIGHT, 500 / WIDTH, 372 / HEIGHT)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(wanted, abs=0.002)
    assert (image.width, image.height) == pytest.approx((200, 300), abs=2)


def test_strips_of_one_picture_are_one(pdf: Any, tools: Any, read: Any) -> None:
    strips = [paint(drawing(seed), 72, 200 + seed * 20, 300, 20) for seed in range(1, 9)]
    found = read(pdf(tools.both(tools.text((72, 100, PROSE)), *strips)), formats.PDF)
    [element] = images(found)
    box = element.lines[0].box
    assert box is not None
    assert (box.y0, box.y1) == pytest.approx((220 / HEIGHT, 380 / HEIGHT), abs=0.002)


@pytest.mark.parametrize(
    "decoration",
    [
        paint(plain(), 72, 200, 300, 200),
        paint(drawing(size=(20, 20)), 72, 200, 15, 15),
        paint(drawing(), 0, 0, WIDTH, HEIGHT),
    ],
    ids=["of one colour", "tiny", "a background"],
)
def test_decoration_is_no_picture(pdf: Any, tools: Any, read: Any, decoration: Any) -> None:
    found = read(pdf(tools.both(decoration, tools.text((72, 100, PROSE)))), formats.PDF)
    assert kinds(found) == ["PARAGRAPH"]


def with_parts(path: Path, parts: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_pictures_of_a_word_file_follow_their_paragraph_or_table(word: Any, read: Any) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("Before.")
        document.add_paragraph("With it.").add_run().add_picture(io.BytesIO(drawing(1)))
        document.add_table(1, 2).cell(0, 0).paragraphs[0].add_run("A cell").add_picture(
            io.BytesIO(drawing(2))
        )
        document.sections[0].header.paragraphs[0].add_run("Head").add_picture(io.BytesIO(drawing(3)))

    found = read(word(build), formats.DOCX)
    told = [(str(element.kind), element.text) for element in found]
    assert told == [
        ("PARAGRAPH", "Before."),
        ("PARAGRAPH", "With it."),
        ("IMAGE", ""),
        ("TABLE", "A cell | "),
        ("IMAGE", ""),
        ("PARAGRAPH", "Head"),
    ]


def test_what_a_word_file_says_of_a_picture_is_kept(word: Any, read: Any) -> None:
    def build(document: Any) -> None:
        shape = document.add_paragraph().add_run().add_picture(io.BytesIO(drawing()))
        assert shape is not None
        document.inline_shapes[0]._inline.docPr.set("descr", "Waves by month")

    [element] = images(read(word(build), formats.DOCX))
    assert element.text == "Waves by month"


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(**targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for id, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{RELATIONS}">{lines}</Relationships>'


def test_pictures_of_slides_have_page_box_and_words(tmp_path: Path, read: Any) -> None:
    picture = (
        '<p:pic><p:nvPicPr><p:cNvPr id="2" descr="A chart"/></p:nvPicPr>'
        '<p:blipFill><a:blip r:embed="rId1"/></p:blipFill><p:spPr><a:xfrm><a:off x="100" y="200"/>'
        '<a:ext cx="500" cy="400"/></a:xfrm></p:spPr></p:pic>'
    )
    spaces = f'xmlns:p="p" xmlns:a="a" xmlns:r="{OFFICE}"'
    parts: dict[str, bytes | str] = {
        "_rels/.rels": related(rId1=("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation {spaces}><p:sldIdLst><p:sldId r:id="rId1"/></p:sldIdLst>'
        '<p:sldSz cx="1000" cy="1000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": related(rId1=("slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": f"<p:sld {spaces}><p:cSld><p:spTree>{picture}<p:grpSp>{picture}</p:grpSp>"
        "</p:spTree></p:cSld></p:sld>",
        "ppt/slides/_rels/slide1.xml.rels": related(rId1=("image", "../media/image1.png")),
        "ppt/media/image1.png": drawing(),
    }
    one, grouped = images(read(with_parts(tmp_path / "slides", parts), formats.PPTX))
    box = one.lines[0].box
    assert box is not None
    assert (one.text, one.page, box.to_json()) == ("A chart", 1, [0.1, 0.2, 0.6, 0.6])
    assert (grouped.image, grouped.lines[0].box) == (one.image, None)


def test_pictures_of_a_book_are_its_own_parts_and_nothing_else(tmp_path: Path, read: Any) -> None:
    parts: dict[str, bytes | str] = {
        "META-INF/container.xml": "<container><rootfiles>"
        '<rootfile full-path="in/book.opf"/></rootfiles></container>',
        "in/book.opf": '<package><manifest><item id="a" href="text/a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>',
        "in/text/a.xhtml": "<html><body><p>Before.</p>"
        '<img src="../images/a%20b.png" alt="A tower"/><p>After.</p>'
        '<img src="../../../etc/passwd"/><img src="http://127.0.0.1:9/x.png"/></body></html>',
        "in/images/a b.png": drawing(),
    }
    found = read(with_parts(tmp_path / "book", parts), formats.EPUB)
    assert [(str(e.kind), e.text) for e in found] == [
        ("PARAGRAPH", "Before."),
        ("IMAGE", "A tower"),
        ("PARAGRAPH", "After."),
    ]


def test_pictures_that_stand_in_a_page_are_kept_and_nothing_is_fetched(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "page"
    path.write_text(
        f'<html><body><p>One <img src="{address(drawing())}" alt="A wave"> two.</p><p>Three.</p>'
        '<img src="http://127.0.0.1:9/a.png"><img src="file:///etc/passwd">'
        '<img src="data:image/png;base64,%%">'
        '<img src="data:image/svg+xml;base64,PHN2Zy8+"><img></body></html>'
    )
    found = read(path, formats.HTML)
    assert [(str(e.kind), e.text) for e in found] == [
        ("PARAGRAPH", "One two."),
        ("IMAGE", "A wave"),
        ("PARAGRAPH", "Three."),
    ]


def test_pictures_of_a_page_reduced_to_its_main_text_stay_where_they_were(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "page"
    paragraphs = [f"<p>{PROSE * 3}This is paragraph {number}.</p>" for number in range(6)]
    paragraphs.insert(3, f'<p><img src="{address(drawing())}"></p>')
    path.write_text(
        f"<html><body><nav><a href='/'>Home</a></nav><article>{''.join(paragraphs)}</article></body></html>"
    )
    found = read(path, formats.HTML)
    assert kinds(found).index("IMAGE") == 3


def test_a_picture_above_the_limits_is_left_out_and_counted(tmp_path: Path) -> None:
    def html(*pictures: bytes) -> Path:
        path = tmp_path / "page"
        path.write_text("<p>Text.</p>" + "".join(f'<img src="{address(data)}">' for data in pictures))
        return path

    def kept(path: Path, **limits: Any) -> tuple[int, int]:
        album = Album(tmp_path, Limits(**limits))
        pages = list(stream(path, content_type=formats.HTML, limits=Limits(**limits), album=album))
        return len(images([e for page in pages for e in page.elements])), album.num_left_out

    three = html(*(drawing(seed) for seed in (1, 2, 3)))
    assert kept(three) == (3, 0)
    assert kept(three, max_images=2) == (2, 1)
    sizes = [path.stat().st_size for path in tmp_path.iterdir() if len(path.name) == 64]
    assert kept(three, max_image_bytes=max(sizes)) == (1, 2)
    assert kept(three, max_image_pixels=50_000) == (0, 3)


def test_a_picture_that_is_damaged_or_a_bomb_costs_nothing_but_itself(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "page"
    whole = drawing()
    damaged = [whole[:200], b"\x89PNG\r\n\x1a\n" + b"x" * 100, b"GIF89a", plain((9000, 9000))]
    path.write_text("<p>Text.</p>" + "".join(f'<img src="{address(data)}">' for data in [*damaged, whole]))
    assert kinds(read(path, formats.HTML)) == ["PARAGRAPH", "IMAGE"]


def test_large_pictures_are_scaled_down_photographs_are_jpeg_and_glass_is_white() -> None:
    large = encode.encoded(drawing(size=(4000, 2000)), max_pixels=50_000_000)
    assert large is not None
    assert (large.image.width, large.image.height, large.image.content_type) == (1600, 800, "image/png")
    photo = encode.encoded(drawing(kind="JPEG"), max_pixels=50_000_000)
    assert photo is not None
    assert photo.image.content_type == "image/jpeg"
    glass = Pillow.new("RGBA", (100, 100), (0, 0, 0, 0))
    ImageDraw.Draw(glass).rectangle((20, 20, 60, 60), fill=(200, 0, 0, 255))
    output = io.BytesIO()
    glass.save(output, "PNG")
    seen = encode.encoded(output.getvalue(), max_pixels=50_000_000)
    assert seen is not None
    with Pillow.open(io.BytesIO(seen.data)) as opened:
        assert (opened.mode, opened.getpixel((0, 0))) == ("RGB", (255, 255, 255))


def test_a_document_of_pictures_alone_is_not_empty(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "page"
    path.write_text(f'<html><body><img src="{address(drawing())}"></body></html>')
    assert kinds(read(path, formats.HTML)) == ["IMAGE"]
    path.write_text(f'<html><body><img src="{address(plain())}"></body></html>')
    with pytest.raises(ParseError) as refused:
        read(path, formats.HTML)
    assert refused.value.reason is Reason.EMPTY


def test_without_an_album_there_are_no_images(word: Any) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("Text.").add_run().add_picture(io.BytesIO(drawing()))

    pages = stream(word(build), content_type=formats.DOCX, limits=Limits())
    assert kinds([e for page in pages for e in page.elements]) == ["PARAGRAPH"]
