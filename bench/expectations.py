"""What should become of a file (text, a refusal, nothing), and whether it did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backend.rag.parse import Reason

if TYPE_CHECKING:
    from bench.extraction import Reading

_REFUSALS = {"reject": {Reason.CORRUPT}, "password": {Reason.ENCRYPTED}, "empty": {Reason.EMPTY}}
_NEVER = {Reason.CRASHED, Reason.TIMED_OUT, Reason.OUT_OF_MEMORY}


def problem(row: dict[str, Any], reading: "Reading") -> str:
    """Why the expectation is not met, empty where it is; a parser that crashes meets none."""
    reason = reading.error.reason if reading.error else None
    expected = row["expect"]
    if reason in _NEVER:
        return f"{reason}"
    if expected in _REFUSALS:
        return "" if reason in _REFUSALS[expected] else f"expected {expected}"
    if expected in ("text", "ocr") and reason is not None:
        return "expected text"
    if expected == "ocr" and not reading.counts.get("num_ocr_pages"):
        return "not recognised"
    return _words_problem(row, _plain(reading.text)) if reason is None else ""


def _words_problem(row: dict[str, Any], text: str) -> str:
    missing = [words for words in row.get("must_contain", ()) if _plain(words) not in text]
    unwanted = [words for words in row.get("must_not_contain", ()) if _plain(words) in text]
    return "; ".join([*(f"misses “{words}”" for words in missing), *(f"has “{words}”" for words in unwanted)])


def _plain(text: str) -> str:
    """Collapsed white space; what stands between the cells of a table is no more than that."""
    return " ".join(text.replace(" | ", " ").split())


def report(rows: Sequence[dict[str, Any]], readings: "Sequence[Reading]") -> bool:
    print("| file | oddity | expected | got | characters | s | peak MB | |")
    print("|---|---|---|---|---|---|---|---|")
    num_met = 0
    for row, reading in zip(rows, readings, strict=True):
        wrong = problem(row, reading)
        num_met += not wrong
        cells = [
            row["file"].rpartition("/")[2],
            row.get("odd", ""),
            row["expect"],
            reading.outcome + (" (OCR)" if reading.counts.get("num_ocr_pages") else ""),
            f"{len(reading.text):,}",
            f"{reading.seconds:.2f}",
            f"{reading.peak_bytes / 1024**2:.0f}",
            wrong or "met",
        ]
        print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    print(f"\n{num_met} of {len(rows)} expectations met")
    return num_met == len(rows)
