"""What a person reads on the terminal: sentences, sources on a line each, and never a traceback."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.cli import ask, commands, upload
from backend.local.installation import PROJECT
from tests.e2e.product import Product


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("OPENTRACE_")]:
        monkeypatch.delenv(name)
    yield


def run(*words: str) -> Result:
    return CliRunner().invoke(commands.main, words)


def test_missing_settings_are_named_as_they_are_set(bare_environment: None) -> None:
    result = run("worker", "answers")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "These settings are missing or wrong (.env.example explains each):",
        *(
            f"  OPENTRACE_{name}: Field required"
            for name in (
                "DATABASE__URL",
                "DATABASE__API_URL",
                "REDIS__URL",
                "STORAGE__BUCKET",
                "STORAGE__ACCESS_KEY",
                "STORAGE__SECRET_KEY",
                "MODELS__API_KEY",
                "AUTH__JWKS_URL",
                "AUTH__ISSUER",
            )
        ),
    ]


def test_a_number_that_is_no_port_is_refused_before_anything_starts() -> None:
    result = run("up", "--port", "80000")
    assert result.exit_code == 2
    assert "80000 is not in the range 1<=x<=65535" in result.stderr


def test_control_c_ends_a_command_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("backend.cli.local.status", interrupted)
    result = run("status")
    assert (result.exit_code, result.stderr) == (130, "Stopped.\n")


def test_counts_are_told_in_the_right_number() -> None:
    assert upload.summary({"numPages": 1, "numChunks": 12}) == "1 page, 12 chunks"
    assert upload.summary({"numPages": None, "numChunks": 1}) == "1 chunk"


def test_a_quote_that_ran_over_lines_of_the_page_stays_on_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    citation = {"marker": 1, "documentName": "a.pdf", "page": 2, "score": 0.5, "status": "VERIFIED"}
    ask.show_sources([{**citation, "quote": "two certified\nkeepers", "foundIn": None}])
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "  [1] a.pdf, page 2  score 0.50  verified",
        "      “two certified keepers”",
    ]


def test_a_misattributed_quote_is_shown_with_its_true_place(capsys: pytest.CaptureFixture[str]) -> None:
    citation = {"marker": 1, "documentName": "a.pdf", "page": 2, "score": 0.5, "status": "MISATTRIBUTED"}
    ask.show_sources([{**citation, "quote": None, "foundIn": {"marker": 3, "page": 7}}])
    assert capsys.readouterr().out.splitlines()[-1] == (
        "  [1] a.pdf, page 2  score 0.50  misattributed, stands in [3], page 7"
    )


async def test_a_document_that_cannot_be_read_ends_ask_with_its_reason_alone(
    product: Product, tmp_path: Path
) -> None:
    client = await product.start_api()
    await product.start_worker("ingestion")
    file = tmp_path / "damaged.pdf"
    file.write_bytes(b"%PDF-1.7\nnothing that a reader could follow\n%%EOF\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.cli", "ask", str(file), "What is in it?"),
        env={**os.environ, "OPENTRACE_API_URL": client.url, "OPENTRACE_TOKEN": client.token()},
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    bar, *said = errors.decode().splitlines()
    assert (process.returncode, output) == (1, b"")
    assert bar.split()[0] == "damaged.pdf" and bar.split()[-1] == "failed"
    assert said == ["This document is damaged and cannot be opened. Save it again and upload the copy."]
