"""The web is searched by Tavily, else by DuckDuckGo where that is allowed; else the failure is typed."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from backend.errors import Unavailable
from backend.local.model_server import ModelServer
from backend.web import DuckDuckGo, Tavily, WebResult, WebSearch

NO_SERVER = "http://127.0.0.1:9"


@pytest.fixture
async def tavily(model_server: ModelServer) -> AsyncIterator[Tavily]:
    """Tavily's client, in front of a stand-in that speaks its protocol and has just been reset."""
    await control(model_server, "/control/reset")
    engine = Tavily(model_server.tavily_url, "tvly-key")
    yield engine
    await engine.close()
    await control(model_server, "/control/reset")


async def control(server: ModelServer, path: str = "/control", **order: Any) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.post(f"{server.address}{path}", json=order)).raise_for_status()


def a_page(**changes: Any) -> dict[str, Any]:
    return {"url": "https://a.example/", "title": "Lamps", "content": "Lamps need watts."} | changes


async def test_results_carry_address_title_snippet_date_and_score(
    tavily: Tavily, model_server: ModelServer
) -> None:
    pages = [a_page(published_date="Mon, 02 Mar 2026 10:00:00 GMT"), a_page(url="https://b.example/x")]
    await control(model_server, pages=pages)
    assert await WebSearch([tavily]).search("How many watts do lamps need?") == [
        WebResult("https://a.example/", "Lamps", "Lamps need watts.", date(2026, 3, 2), 1.0),
        WebResult("https://b.example/x", "Lamps", "Lamps need watts.", None, 1.0),
    ]


async def test_results_that_no_person_may_open_or_that_say_nothing_are_left_out(
    tavily: Tavily, model_server: ModelServer
) -> None:
    urls = ["javascript:alert(1)", "file:///etc/passwd", "https://user:secret@a.example/", "nonsense"]
    pages = [a_page(url=url) for url in urls] + [a_page(title="Lamps watts", content=" ")]
    await control(model_server, pages=pages)
    assert await WebSearch([tavily]).search("watts of lamps") == []


async def test_long_and_strange_words_are_cut_and_cleaned(tavily: Tavily, model_server: ModelServer) -> None:
    await control(model_server, pages=[a_page(title="Lamps \n" * 200, content="watts\0 " + "x" * 9000)])
    (found,) = await WebSearch([tavily]).search("lamps watts")
    assert (len(found.title), len(found.text), "\0" in found.text) == (300, 4000, False)


@pytest.mark.parametrize("mode", ["429", "500", "garbage", "drop"])
async def test_a_tavily_that_fails_is_a_typed_failure(
    tavily: Tavily, model_server: ModelServer, mode: str
) -> None:
    await control(model_server, mode=mode, endpoint="web_search")
    with pytest.raises(Unavailable) as caught:
        await WebSearch([tavily]).search("lamps")
    assert (caught.value.code, caught.value.message) == (
        "WEB_SEARCH_FAILED",
        "The web cannot be searched at the moment.",
    )


async def test_a_tavily_that_hangs_is_given_up(tavily: Tavily, model_server: ModelServer) -> None:
    await control(model_server, mode="hang", endpoint="web_search")
    with pytest.raises(Unavailable):
        await WebSearch([tavily], seconds=0.2).search("lamps")


async def test_a_wrong_key_and_a_server_that_is_away_are_typed_failures(model_server: ModelServer) -> None:
    for engine in (Tavily(model_server.tavily_url, " "), Tavily(NO_SERVER, "key")):
        with pytest.raises(Unavailable):
            await WebSearch([engine]).search("lamps")
        await engine.close()


@pytest.fixture
def duckduckgo(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """DuckDuckGo's library, told what to find: it has no address that could lead to a server of ours."""
    asked: list[str] = []

    def text(_: Any, query: str, **options: Any) -> list[dict[str, str]]:
        assert options == {"backend": "duckduckgo", "max_results": 5}
        asked.append(query)
        if query == "nothing":
            raise RuntimeError("No results found.")
        return [{"href": f"https://{n}.example/", "title": f"Page {n}", "body": "Lamps."} for n in (1, 2)]

    monkeypatch.setattr("ddgs.ddgs.DDGS.text", text)
    return asked


async def test_duckduckgo_answers_where_tavily_fails(duckduckgo: list[str]) -> None:
    tavily = Tavily(NO_SERVER, "key")
    found = await WebSearch([tavily, DuckDuckGo()]).search("lamps")
    await tavily.close()
    assert [(each.url, each.title, each.text, each.score) for each in found] == [
        ("https://1.example/", "Page 1", "Lamps.", 1.0),
        ("https://2.example/", "Page 2", "Lamps.", 0.5),
    ]


async def test_duckduckgo_is_not_asked_where_tavily_answers(tavily: Tavily, duckduckgo: list[str]) -> None:
    assert await WebSearch([tavily, DuckDuckGo()]).search("Which lamps do lighthouses have?") != []
    assert duckduckgo == []


async def test_a_duckduckgo_that_fails_is_a_typed_failure(duckduckgo: list[str]) -> None:
    with pytest.raises(Unavailable) as caught:
        await WebSearch([DuckDuckGo()]).search("nothing")
    assert caught.value.code == "WEB_SEARCH_FAILED"
