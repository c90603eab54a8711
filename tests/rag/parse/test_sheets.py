"""Spreadsheets: sheets are titles, rows keep their header, values read as people write them."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from backend.rag.elements import ElementKind
from backend.rag.parse import Limits, ParseError, Reason, sheet
from backend.rag.parse.detect import detect
from backend.rag.parse.formats import CSV, XLSX
from tests.fixtures import samples

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
DATES = f'<styleSheet {MAIN}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def words(*texts: str) -> str:
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def workbook(path: Path, sheets: dict[str, str]) -> Path:
    """Write the XML of each sheet's rows under its name."""
    names, relations = "", ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, rows) in enumerate(sheets.items(), 1):
            names += f'<sheet name="{name}" sheetId="{number}" r:id="s{number}"/>'
            relations += f'<Relationship Id="s{number}" Type="{OFFICE}/worksheet" Target="s{number}.xml"/>'
            content = f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
            archive.writestr(f"xl/s{number}.xml", content)
        relations += f'<Relationship Id="y" Type="{OFFICE}/styles" Target="styles.xml"/>'
        archive.writestr("xl/styles.xml", DATES)
        book = f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        archive.writestr("xl/workbook.xml", book)
        linked = f"<Relationships {RELATIONS}>{relations}</Relationships>"
        archive.writestr("xl/_rels/workbook.xml.rels", linked)
        target = f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f"<Relationships {RELATIONS}>{target}</Relationships>")
    return path


def test_sheets_are_titles_and_their_rows_tables_with_headers(tmp_path: Path, tools: Any) -> None:
    values = '<c><v>12</v></c><c><v>0.5</v></c><c s="1"><v>45000</v></c>'
    formula = words("South") + '<c><f>A1+A2</f><v>7</v></c><c t="b"><v>1</v></c>'
    sales = (
        row(1, words("Sales of the year"))
        + row(3, words("Region", "Number", "Share", "Day"))
        + row(4, words("North") + values)
        + row(5, formula)
    )
    path = workbook(tmp_path / "document", {"Sales": sales, "Empty": "", "Notes": row(1, words("a note"))})
    assert detect(path) == XLSX
    found = tools.read(path, XLSX)
    assert tools.brief(found) == [
        ("TITLE", "Sales"),
        ("PARAGRAPH", "Sales of the year"),
        ("TABLE", "Region | Number | Share | Day\nNorth | 12 | 0.5 | 2023-03-15\nSouth | 7 | True | "),
        ("TITLE", "Notes"),
        ("PARAGRAPH", "a note"),
    ]
    assert found[2].num_header_lines == 1
    assert found[2].html.startswith("<table><tr><th>Region</th>")


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_a_csv_file_is_cut_at_the_delimiter_it_uses(tmp_path: Path, tools: Any, delimiter: str) -> None:
    lines = ["Name;Note, short;Amount", 'Ada;"two\nlines";1,5', "Bob;x;2"]
    path = tmp_path / "document"
    path.write_text("\n".join(lines).replace(";", delimiter) if delimiter != "," else COMMAS)
    assert detect(path, CSV) == CSV
    [found] = tools.read(path, CSV)
    assert found.kind is ElementKind.TABLE
    assert found.text == "Name | Note, short | Amount\nAda | two lines | 1,5\nBob | x | 2"
    assert found.num_header_lines == 1


COMMAS = 'Name,"Note, short",Amount\nAda,"two\nlines","1,5"\nBob,x,2\n'


def test_numbers_in_the_first_row_are_no_header(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_text("1,2\n3,4\n")
    [found] = tools.read(path, CSV)
    assert (found.num_header_lines, found.text) == (0, "1 | 2\n3 | 4")


def test_a_long_block_goes_on_in_another_table_with_the_same_header() -> None:
    rows = [["Name", "Amount"], *([f"n{number}", str(number)] for number in range(12_000))]
    found = list(sheet.elements("", rows))
    assert len(found) == 3
    assert all(each.lines[0].text == "Name | Amount" and each.num_header_lines == 1 for each in found)
    assert [line.text for each in found for line in each.lines[1:]] == [" | ".join(row) for row in rows[1:]]


def test_a_workbook_that_is_none_is_corrupt_and_one_that_unpacks_too_far_too_large(
    tmp_path: Path, tools: Any
) -> None:
    path = tmp_path / "document"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<nothing/>")
    with pytest.raises(ParseError) as broken:
        tools.read(path, XLSX)
    assert broken.value.reason is Reason.CORRUPT
    big = workbook(path, {"S": row(1, words("x" * 200_000))})
    with pytest.raises(ParseError) as vast:
        tools.read(big, XLSX, Limits(max_expanded_bytes=100_000))
    assert vast.value.reason is Reason.TOO_LARGE


def test_an_external_entity_in_a_sheet_is_not_read(tmp_path: Path, tools: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    path = workbook(tmp_path / "document", {"S": row(1, words("kept", "x")) + row(2, words("&e;", "y"))})
    data = zipfile.ZipFile(path).read("xl/s1.xml").decode()
    tools.replace_part(
        path.read_bytes(), path, "xl/s1.xml", f'<!DOCTYPE w [<!ENTITY e SYSTEM "{secret}">]>{data}'.encode()
    )
    try:
        text = " ".join(element.text for element in tools.read(path, XLSX))
    except ParseError as refused:
        assert refused.reason is Reason.CORRUPT
    else:
        assert "SECRET" not in text


def far(ref: str, inner: str = "<v>1</v>", extent: str = "") -> bytes:
    """A workbook with one cell at this place, and perhaps what it says of its extent."""
    parts = samples.parts_of(samples.workbook())
    cell = f'<row r="{ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{ref}">{inner}</c></row>'
    sheet = parts["xl/s1.xml"].replace(b"</sheetData>", f"{cell}</sheetData>".encode())
    parts["xl/s1.xml"] = sheet.replace(b"<sheetData>", f"{extent}<sheetData>".encode())
    return samples.zipped(parts)


def test_a_cell_far_away_from_all_others_is_refused_with_its_place(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_bytes(far("XFD1048576"))
    with pytest.raises(ParseError, match="reaches to cell XFD1048576, and most of it is empty") as caught:
        tools.read(path, XLSX)
    assert caught.value.reason is Reason.TOO_LARGE


def test_an_extent_that_counts_empty_cells_is_not_believed(tmp_path: Path, tools: Any) -> None:
    path = tmp_path / "document"
    path.write_bytes(far("C4", extent='<dimension ref="A1:XFD1048576"/>'))
    assert tools.read(path, XLSX)[0].text == "Lamps"
    # Cells that are only painted hold nothing.
    parts = samples.parts_of(samples.workbook())
    painted = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    parts["xl/s1.xml"] = parts["xl/s1.xml"].replace(b"</sheetData>", painted)
    path.write_bytes(samples.zipped(parts))
    assert tools.read(path, XLSX)[0].text == "Lamps"
