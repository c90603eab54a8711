"""The examples as their readers run them: real programs, the real stack, signed in by an API key."""

import asyncio
import json
import shutil
import sys
from pathlib import Path

import pytest

from backend.cli.client import Client, result_of
from backend.local.sample import PDF, QUESTION
from tests.e2e.product import Product
from tests.fixtures.browser import CHROMIUM
from tests.fixtures.suites import finished, installed, run

EXAMPLES = Path(__file__).parents[2] / "examples"
READY = f"{PDF.name} is ready: 3 chunks"
QUOTE = "The lamp must be serviced every 90 days by two certified keepers."
SOURCE = f"{PDF.name}, page 2: “{QUOTE}”"
CREATE_KEY = """mutation { createApiKey(input: {
  name: "Examples", capabilities: [READ, ASK, WRITE_DOCUMENTS, MANAGE_PROJECTS]
}) { ... on NewApiKeyPayload { secret } ... on Error { code message } } }"""


@pytest.fixture
async def api(product: Product) -> Client:
    """The whole product on the origin that pages are taken from, and a key to it."""
    api, *_ = await asyncio.gather(
        product.start_api(OPENTRACE_API__ALLOWED_ORIGINS='["http://localhost:3000"]'),
        product.start_worker("ingestion"),
        product.start_worker("answers"),
    )
    secret = result_of(await api.execute(CREATE_KEY))["secret"]
    return Client(api.url, lambda: secret)


async def printed(api: Client, *command: str) -> list[str]:
    """The lines that an example prints, given the document and the question."""
    said = finished(
        *command, str(PDF), QUESTION, cwd=EXAMPLES, OPENTRACE_API_URL=api.url, OPENTRACE_TOKEN=api.token()
    )
    code, out, err = await said
    assert (code, err) == (0, ""), f"{command[-1]}: {out}{err}"
    return [line for line in out.splitlines() if line.strip()]


async def compiled() -> str:
    """The TypeScript example as `npm start` compiles it."""
    folder = await installed(EXAMPLES / "typescript")
    code, out, err = await finished("node_modules/.bin/tsc", cwd=folder)
    assert code == 0, out + err
    return "typescript/build/ask.js"


async def test_curl_python_and_typescript_upload_ask_and_print_checked_sources(api: Client) -> None:
    if shutil.which("jq") is None or shutil.which("curl") is None:
        pytest.skip("needs curl and jq: apt-get install curl jq")
    javascript = await compiled()
    results = await asyncio.gather(
        printed(api, "curl/ask.sh"),
        printed(api, sys.executable, "python/ask.py"),
        printed(api, "node", javascript),
    )
    for name, lines in zip(("curl", "python", "typescript"), results, strict=True):
        assert (name, lines[0], lines[-1]) == (name, READY, f"[1] {SOURCE}")
        assert QUOTE in " ".join(lines[1:-1])


async def test_the_page_uploads_asks_and_shows_checked_sources_in_a_browser(
    api: Client, suites: Path
) -> None:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    told = {"chromium": CHROMIUM, "folder": str(await installed(EXAMPLES / "browser"))}
    told |= {"url": f"{api.url}/graphql", "token": api.token(), "pdf": str(PDF), "question": QUESTION}
    (seen,) = await run("node", "page.mjs", json.dumps(told))
    assert seen["complaints"] == []
    assert (seen["status"], seen["sources"]) == (READY, [SOURCE])
    assert QUOTE in " ".join(seen["answer"].split())
