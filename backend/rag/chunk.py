"""Elements into chunks: cut at titles, kept between a soft and a hard size, small neighbours merged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend.rag.elements import Chunk, ChunkImage, Element, ElementKind, Image, Line, Region
from backend.rag.split import split_lines

_MAX_TITLE = 200
_MAX_IMAGES = 8
_WORDLESS = "[image]"
"""Stands for each image of a chunk that has no word of its own."""


@dataclass(slots=True)
class _Piece:
    """An element, or a part of one that is too long for a chunk."""

    kind: ElementKind
    lines: list[Line]

    @property
    def size(self) -> int:
        return sum(len(line.text) for line in self.lines) + len(self.lines) - 1


@dataclass(slots=True)
class _Draft:
    path: tuple[str, ...]
    pieces: list[_Piece] = field(default_factory=list)
    images: list[ChunkImage] = field(default_factory=list)
    size: int = 0

    def add(self, piece: _Piece) -> None:
        self.size = self.size_with(piece)
        self.pieces.append(piece)

    def size_with(self, piece: _Piece) -> int:
        gap = len(_gap(self.pieces[-1], piece)) if self.pieces else 0
        return self.size + gap + piece.size

    @property
    def is_empty(self) -> bool:
        return not self.pieces and not self.images

    @property
    def has_only_titles(self) -> bool:
        return all(piece.kind is ElementKind.TITLE for piece in self.pieces)


def by_title(
    elements: Iterable[Element], *, hard: int = 3000, soft: int = 2400, merge_below: int = 500
) -> Iterator[Chunk]:
    """Yield chunks in reading order; equal elements always give equal chunks.

    A title starts a chunk. No chunk is longer than `hard` characters; between elements a chunk ends before
    it passes `soft`, unless only its title has been written so far; a chunk below `merge_below` is joined
    with the next, or with the one before if it belongs to that section, where both fit into `soft`.
    Every line that is not blank appears exactly once and in order, and has a region; lines longer than `soft`
    may be split. Only a table's header appears again, at the start of each of its parts, unless it is longer
    than a third of them. HEADER elements (running heads) are left out.
    An image belongs to the chunk of the text before it, up to 8 to a chunk; where a chunk would have images
    alone, each is a line of its text.
    """
    if not 0 < soft <= hard:
        raise ValueError("0 < soft <= hard does not hold")
    drafts = _cut(elements, hard, soft)
    for position, draft in enumerate(_merge(drafts, soft, merge_below)):
        yield _chunk(position, draft)


def _cut(elements: Iterable[Element], hard: int, soft: int) -> Iterator[_Draft]:
    titles: list[tuple[int, str]] = []
    draft = _Draft(())
    for element in elements:
        lines = [line for line in element.lines if line.text.strip()]
        if element.image is not None:
            if len(draft.images) == _MAX_IMAGES:
                yield draft
                draft = _Draft(draft.path)
            draft.images.append(_placed(element, element.image))
        if element.kind is ElementKind.HEADER or not lines:
            continue
        if element.kind is ElementKind.TITLE:
            _descend(titles, element)
            if not draft.is_empty:
                yield draft
            draft = _Draft(tuple(text for _, text in titles))
        header = [line for line in element.lines[: element.num_header_lines] if line.text.strip()]
        block = _Piece(element.kind, lines)
        for piece in _pieces(block, len(header), room=_room(draft, hard, soft), soft=soft):
            if draft.pieces and draft.size_with(piece) > (hard if draft.has_only_titles else soft):
                yield draft
                draft = _Draft(draft.path)
            draft.add(piece)
    if not draft.is_empty:
        yield draft


def _placed(element: Element, image: Image) -> ChunkImage:
    line = element.lines[0]
    return ChunkImage(image, line.text, line.page, line.box)


def _descend(titles: list[tuple[int, str]], element: Element) -> None:
    level = element.level or 1
    while titles and titles[-1][0] >= level:
        titles.pop()
    titles.append((level, " ".join(element.text.split())[:_MAX_TITLE]))


def _room(draft: _Draft, hard: int, soft: int) -> int:
    """What an element may measure before it is split: less after a title, which must not stand alone."""
    room = hard - draft.size - 2
    return room if draft.pieces and draft.has_only_titles and room >= soft // 2 else hard


def _pieces(whole: _Piece, num_headers: int, *, room: int, soft: int) -> Iterator[_Piece]:
    if whole.size <= room:
        yield whole
        return
    limit = max(1, min(soft, room))
    header = _Piece(whole.kind, whole.lines[:num_headers])
    if header.size > limit // 3 or num_headers == len(whole.lines):
        header = _Piece(whole.kind, [])
    body = whole.lines[len(header.lines) :]
    for part in split_lines(body, limit - header.size - 1 if header.lines else limit):
        yield _Piece(whole.kind, [*header.lines, *part])


def _merge(drafts: Iterable[_Draft], soft: int, below: int) -> Iterator[_Draft]:
    held: _Draft | None = None
    for draft in drafts:
        if held is not None and _belongs(held, draft, soft, below):
            held = _join(held, draft)
        else:
            if held is not None:
                yield held
            held = draft
    if held is not None:
        yield held


def _belongs(held: _Draft, draft: _Draft, soft: int, below: int) -> bool:
    if held.size + 2 + draft.size > soft or len(held.images) + len(draft.images) > _MAX_IMAGES:
        return False
    in_section = draft.path[: len(held.path)] == held.path
    return held.size < below or (draft.size < below and in_section)


def _join(first: _Draft, second: _Draft) -> _Draft:
    if first.has_only_titles and second.path[: len(first.path)] == first.path:
        path = second.path
    else:
        path = _common(first.path, second.path)
    joined = _Draft(path, images=[*first.images, *second.images])
    for piece in (*first.pieces, *second.pieces):
        joined.add(piece)
    return joined


def _common(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    num = 0
    while num < min(len(first), len(second)) and first[num] == second[num]:
        num += 1
    return first[:num]


def _gap(before: _Piece, after: _Piece) -> str:
    both_items = before.kind is after.kind is ElementKind.LIST_ITEM
    return "\n" if both_items or before.kind is ElementKind.TITLE else "\n\n"


def _chunk(position: int, draft: _Draft) -> Chunk:
    if not draft.pieces:
        lines = [Line(_WORDLESS, image.page, image.box) for image in draft.images]
        draft.add(_Piece(ElementKind.IMAGE, lines))
    texts: list[str] = []
    regions: list[Region] = []
    at = 0
    for number, piece in enumerate(draft.pieces):
        gap = _gap(draft.pieces[number - 1], piece) if number else ""
        for line in piece.lines:
            at += len(gap)
            texts += (gap, line.text)
            regions.append(Region(at, at + len(line.text), line.page, line.box))
            at += len(line.text)
            gap = "\n"
    pages = [region.page for region in regions if region.page is not None]
    return Chunk(
        position=position,
        text="".join(texts),
        title_path=draft.path,
        page_first=min(pages, default=None),
        page_last=max(pages, default=None),
        regions=tuple(regions),
        kinds=_kinds(draft),
        images=tuple(draft.images),
    )


def _kinds(draft: _Draft) -> tuple[ElementKind, ...]:
    images = [ElementKind.IMAGE] if draft.images else []
    return tuple(dict.fromkeys([*(piece.kind for piece in draft.pieces), *images]))
