"""The inside of a Word paragraph: its text, the boxes and pictures anchored in it, the notes it refers to."""

from backend.rag.parse import docx_math, xml
from backend.rag.parse.page import ParseError, Reason

MAX_DEPTH = 60
_HIDDEN = frozenset(
    [
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "pPr",
        "rPr",
        "sdtPr",
        "sdtEndPr",
        "rt",
        "rubyPr",
    ]
)
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_REFERENCES = ("footnoteReference", "endnoteReference", "docPr", "blip", "imagedata")
_OFF = ("0", "false", "off")


class Reading:
    """What one paragraph holds; raises ParseError(TOO_LARGE) where it is nested deeper than any document."""

    def __init__(self, paragraph: xml.Node) -> None:
        self.parts: list[str] = []
        self.boxes: list[xml.Node] = []
        self.notes: list[tuple[str, str]] = []
        self.pictures: list[tuple[str, str]] = []
        """The relation and the alternative text of each."""
        self.is_bold = True
        self._alt = ""
        self._inline(paragraph, 0)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def _inline(self, node: xml.Node, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ParseError(Reason.TOO_LARGE)
        for child in xml.children(node):
            name = xml.name(child)
            if name == "t":
                self.parts.append(child.text or "")
                self.is_bold = self.is_bold and _has(node, "b")
            elif name in _MARKS:
                self.parts.append(_MARKS[name])
            elif name == "oMath":
                self.parts.append(docx_math.text(child))
            elif name in _REFERENCES:
                self._refer(child, name)
            elif name == "txbxContent":
                self.boxes.append(child)
            elif name == "AlternateContent":
                self._inline(alternative(child), depth + 1)
            elif name not in _HIDDEN and not (name == "r" and _has(child, "vanish")):
                self._inline(child, depth + 1)

    def _refer(self, node: xml.Node, name: str) -> None:
        """A note, or a picture: a drawing says what it shows before the picture, an older one with it."""
        if name == "docPr":
            self._alt = xml.attribute(node, "descr") or ""
        elif name == "blip":
            self.pictures.append((xml.attribute(node, "embed") or "", self._alt))
        elif name == "imagedata":
            self.pictures.append((xml.attribute(node, "id") or "", xml.attribute(node, "title") or ""))
        else:
            self.notes.append((name.removesuffix("Reference"), xml.attribute(node, "id") or ""))


def alternative(node: xml.Node) -> xml.Node:
    """One of several drawings of the same content; reading all would repeat its text."""
    return next(xml.children(node, "Choice", "Fallback"), node)


def _has(run: xml.Node, mark: str) -> bool:
    found = xml.child(run, "rPr", mark)
    return found is not None and xml.attribute(found, "val") not in _OFF
