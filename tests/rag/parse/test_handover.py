"""Images on their way out of the parsing process: what is believed of them, and which are decoration."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.rag.elements import Element, ElementKind, Image, Line
from backend.rag.parse import Limits, ParseError, Reason, child, handover, ocr
from tests.fixtures.drawings import address, drawing, plain

needs_program = pytest.mark.skipif(ocr.program() is None, reason="tesseract is not installed")
Change = Callable[[Path, Image], Image]


def kept(folder: Path, seed: int = 1) -> Image:
    data = drawing(seed)
    image = Image(hashlib.sha256(data).hexdigest(), "image/png", len(data), 300, 200)
    (folder / image.sha256).write_bytes(data)
    return image


def placed(image: Image, page: int | None = None) -> Element:
    return Element(ElementKind.IMAGE, (Line("", page),), image=image)


def text(page: int | None = None) -> Element:
    return Element(ElementKind.PARAGRAPH, (Line("Text.", page),))


async def test_images_cross_from_the_process_as_files_named_by_their_hash(tmp_path: Path) -> None:
    path, folder = tmp_path / "page", tmp_path / "album"
    folder.mkdir()
    path.write_text(f'<html><body><p>A wave.</p><img alt="It" src="{address(drawing())}"></body></html>')
    counts: dict[str, int] = {}
    found = await child.run(path, limits=Limits(), album=folder, on_counts=counts.update)
    assert [(str(element.kind), element.text) for element in found] == [
        ("PARAGRAPH", "A wave."),
        ("IMAGE", "It"),
    ]
    image = found[1].image
    assert image is not None
    [file] = folder.iterdir()
    assert file.name == image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert counts == {"num_ocr_pages": 0, "num_unread_pages": 0, "num_images_left_out": 0}


async def test_without_a_folder_no_image_comes(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_text(f'<html><body><p>A wave.</p><img src="{address(drawing())}"></body></html>')
    assert [str(element.kind) for element in await child.run(path, limits=Limits())] == ["PARAGRAPH"]


@needs_program
async def test_a_picture_with_few_words_is_an_image_and_its_words(tmp_path: Path) -> None:
    path, folder = tmp_path / "picture", tmp_path / "album"
    folder.mkdir()
    path.write_bytes(drawing(size=(900, 600)))
    found = await child.run(path, limits=Limits(), album=folder)
    assert found[0].kind is ElementKind.IMAGE
    assert found[0].page == 1


@needs_program
async def test_a_picture_of_one_colour_is_empty(tmp_path: Path) -> None:
    path, folder = tmp_path / "picture", tmp_path / "album"
    folder.mkdir()
    path.write_bytes(plain())
    with pytest.raises(ParseError) as refused:
        await child.run(path, limits=Limits(), album=folder)
    assert refused.value.reason is Reason.EMPTY


def other_bytes(folder: Path, image: Image) -> Image:
    (folder / image.sha256).write_bytes(drawing(2))
    return image


def a_link(folder: Path, image: Image) -> Image:
    (folder / image.sha256).rename(folder / "elsewhere")
    (folder / image.sha256).symlink_to(folder / "elsewhere")
    return image


def a_script(folder: Path, image: Image) -> Image:
    data = b"<script>alert(1)</script>"
    image = replace(image, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    (folder / image.sha256).write_bytes(data)
    return image


CHANGES: dict[str, Change] = {
    "other bytes": other_bytes,
    "a link": a_link,
    "a script": a_script,
    "a script by its type": lambda _, image: replace(image, content_type="image/svg+xml"),
    "another size": lambda _, image: replace(image, size=image.size + 1),
    "a path": lambda _, image: replace(image, sha256="../../etc/passwd"),
    "no file": lambda _, image: replace(image, sha256="f" * 64),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_process_that_was_taken_over_hands_nothing_over(change: str, tmp_path: Path) -> None:
    genuine = kept(tmp_path)
    assert len(handover.checked([placed(genuine)], tmp_path, Limits())) == 1
    forged = CHANGES[change](tmp_path, genuine)
    with pytest.raises(ParseError) as refused:
        handover.checked([placed(forged)], tmp_path, Limits())
    assert refused.value.reason is Reason.CRASHED


@pytest.mark.parametrize("limits", [Limits(max_images=1), Limits(max_image_bytes=100)])
def test_more_than_the_limits_is_not_taken(limits: Limits, tmp_path: Path) -> None:
    elements = [placed(kept(tmp_path, seed)) for seed in (1, 2)]
    with pytest.raises(ParseError):
        handover.checked(elements, tmp_path, limits)


def test_what_comes_on_most_pages_is_decoration(tmp_path: Path) -> None:
    logo, figure = kept(tmp_path, 1), kept(tmp_path, 2)
    pages = [element for page in range(1, 9) for element in (text(page), placed(logo, page))]
    elements = [*pages, placed(figure, 2), placed(figure, 3)]
    found = handover.checked(elements, tmp_path, Limits())
    assert [element.image for element in found if element.image] == [figure, figure]
    assert len(found) == 10


def test_where_there_are_no_pages_an_image_may_come_three_times(tmp_path: Path) -> None:
    bullet, figure = kept(tmp_path, 1), kept(tmp_path, 2)
    elements = [text(), *[placed(bullet)] * 4, *[placed(figure)] * 3]
    found = handover.checked(elements, tmp_path, Limits())
    assert [element.image for element in found if element.image] == [figure] * 3
