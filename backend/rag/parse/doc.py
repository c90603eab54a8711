"""Old Word documents (.doc): made DOCX by LibreOffice, else read by antiword, where one is installed."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.rag.elements import Element
from backend.rag.parse import docbook, docx, programs
from backend.rag.parse.page import Limits, Page, ParseError, Reason

PROGRAMS = ("soffice", "antiword")


def program() -> str | None:
    """Where the first of the programs is that is installed."""
    return next(filter(None, map(programs.find, PROGRAMS)), None)


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    """One page of the whole text; raises ParseError(CONVERTER_MISSING) without any of the programs."""
    office, reader = map(programs.find, PROGRAMS)
    if office is not None:
        try:
            yield from _converted(office, path, limits)
            return
        except ParseError:
            if reader is None:
                raise
    if reader is None:
        raise ParseError(Reason.CONVERTER_MISSING)
    yield Page(None, tuple(_read(reader, path, limits)))


def _converted(office: str, path: Path, limits: Limits) -> list[Page]:
    """By way of DOCX; beside the file, in a folder that goes with it even when we are killed."""
    with TemporaryDirectory(dir=path.parent, prefix="office-") as folder:
        programs.run(
            office,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={Path(folder, 'profile').resolve().as_uri()}",
            "--convert-to",
            "docx",
            "--outdir",
            folder,
            str(path),
            seconds=limits.seconds,
            environment={"HOME": folder, "PATH": "/usr/bin:/bin"},
        )
        converted = next(Path(folder).glob("*.docx"), None)
        if converted is None:
            raise ParseError(Reason.CORRUPT)
        return list(docx.pages(converted, limits))


def _read(reader: str, path: Path, limits: Limits) -> Iterator[Element]:
    """Its DocBook has the structure and its plain text the line breaks."""
    structure, text = (
        programs.run(reader, *way, str(path), seconds=limits.seconds, environment={"HOME": "/"})
        for way in (("-x", "db"), ("-m", "UTF-8.txt", "-w", "0"))
    )
    return docbook.elements(structure, text.decode("utf-8", "replace").splitlines())
