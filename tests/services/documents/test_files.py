"""What files may be uploaded, and what is said of those that may not."""

from dataclasses import replace

import pytest

from backend.errors import AppError, Invalid, QuotaExceeded, TooLarge
from backend.services.documents import files
from backend.services.documents.files import FileRequest, UploadLimits

LIMITS = UploadLimits(max_bytes=1024**2, presign_seconds=60)
GOOD = FileRequest(name="report.pdf", content_type="application/pdf", size=10, sha256="a" * 64)


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"name": " \t "}, Invalid, "files.1.name"),
        ({"name": "folder/.."}, Invalid, "files.1.name"),
        ({"size": 0}, Invalid, "files.1.size"),
        ({"size": -1}, Invalid, "files.1.size"),
        ({"size": 1024**2 + 1}, TooLarge, "files.1.size"),
        ({"sha256": "a" * 63}, Invalid, "files.1.sha256"),
        ({"sha256": "g" * 64}, Invalid, "files.1.sha256"),
        ({"content_type": "image/gif"}, Invalid, "files.1.content_type"),
        ({"content_type": "", "name": "picture.xyz"}, Invalid, "files.1.content_type"),
    ],
)
def test_a_refused_file_is_named_with_the_field_at_fault(
    change: dict[str, object], error: type[AppError], field: str
) -> None:
    with pytest.raises(error) as refused:
        files.checked([GOOD, replace(GOOD, **change)], LIMITS)
    assert refused.value.field == field


@pytest.mark.parametrize(("number", "error"), [(0, Invalid), (4, QuotaExceeded)])
def test_no_files_and_too_many_files_are_refused(number: int, error: type[AppError]) -> None:
    limits = replace(LIMITS, files_per_request=3)
    assert len(files.checked([GOOD] * 3, limits)) == 3
    with pytest.raises(error) as refused:
        files.checked([GOOD] * number, limits)
    assert refused.value.field == "files"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("report.pdf", "report.pdf"),
        ("/home/ada/report.pdf", "report.pdf"),
        ("C:\\Users\\Ada\\my  report.pdf", "my report.pdf"),
        ("re\x00po\u202ert.pdf", "re po rt.pdf"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_the_visible_last_part_of_the_path(name: str, clean: str) -> None:
    assert files.checked([replace(GOOD, name=name)], LIMITS)[0].name == clean


@pytest.mark.parametrize(
    ("declared", "name", "content_type"),
    [
        ("application/pdf", "a", "application/pdf"),
        ("Text/Plain; charset=utf-8", "a.txt", "text/plain"),
        ("", "a.MD", "text/markdown"),
        ("", "a.DOC", "application/msword"),
        ("application/x-msword", "a", "application/msword"),
        ("application/octet-stream", "a.b.htm", "text/html"),
        ("text/x-markdown", "a", "text/markdown"),
        ("application/vnd.ms-excel", "a.csv", "text/csv"),
        ("", "a.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_type_is_what_was_declared_or_else_what_the_name_says(
    declared: str, name: str, content_type: str
) -> None:
    file = replace(GOOD, name=name, content_type=declared)
    assert files.checked([file], LIMITS)[0].content_type == content_type


def test_a_hash_may_come_in_capitals() -> None:
    assert files.checked([replace(GOOD, sha256="AB" * 32)], LIMITS)[0].sha256 == "ab" * 32
