"""How the parts of an Office package (DOCX, PPTX) refer to each other."""

import posixpath

from backend.rag.parse import xml
from backend.rag.parse.archive import Archive


def relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Id → (kind, path in the package) of one part, "" for the package itself.

    Whatever lies outside of the package does not exist for us.
    """
    folder, file = posixpath.split(part)
    data = archive.read(posixpath.join(folder, "_rels", f"{file}.rels"))
    found = {}
    for node in xml.children(xml.parse(data) if data else None, "Relationship"):
        if node.attrib.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, node.attrib.get("Target", "")))
        kind = node.attrib.get("Type", "").rpartition("/")[2]
        found[node.attrib.get("Id", "")] = (kind, target.lstrip("/"))
    return found


def first(found: dict[str, tuple[str, str]], kind: str) -> str | None:
    """The path of the first part of this kind."""
    return next((target for name, target in found.values() if name == kind), None)
