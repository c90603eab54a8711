"""Wrong quotes are wrong in the way that was ordered, and the same every time."""

import httpx
import pytest

from backend.local.models import misquote
from backend.local.models.misquote import Misquote
from backend.local.models.passages import Passage

FOUND = [
    Passage(1, "The lamp is lit at dusk. The keeper climbs 199 steps.", page=4),
    Passage(2, "Fresh water comes by boat.", page=5),
]
SAID = 'It says:\n\n"The keeper climbs 199 steps." [1]\n\n"Fresh water comes by boat." [2]'


@pytest.mark.parametrize(
    ("kind", "quotes"),
    [
        (Misquote.NONE, ['"The keeper climbs 199 steps." [1]', '"Fresh water comes by boat." [2]']),
        (
            Misquote.FABRICATED,
            ['"The keeper climbs 299 steps." [1]', '"Fresh never water comes by boat." [2]'],
        ),
        (Misquote.STITCHED, ['"The keeper comes by boat." [1]', '"Fresh water climbs 199 steps." [2]']),
        (Misquote.MISATTRIBUTED, ['"The keeper climbs 199 steps." [2]', '"Fresh water comes by boat." [1]']),
        (
            Misquote.OFF_BY_ONE_PAGE,
            ['"The keeper climbs 199 steps." (p. 5) [1]', '"Fresh water comes by boat." (p. 6) [2]'],
        ),
    ],
)
def test_every_quote_of_an_answer_is_spoiled(kind: Misquote, quotes: list[str]) -> None:
    assert misquote.spoil(SAID, kind, FOUND).split("\n\n") == ["It says:", *quotes]


async def test_an_order_to_misquote_holds_until_it_is_taken_back(http: httpx.AsyncClient) -> None:
    prompt = '<passage id="1" document="a.pdf" page="4">\nThe keeper climbs 199 steps.\n</passage>'
    messages = [{"role": "user", "content": f"{prompt}\nHow many steps does the keeper climb?"}]

    async def answer() -> str:
        reply = await http.post("/v1/chat/completions", json={"model": "any", "messages": messages})
        return str(reply.json()["choices"][0]["message"]["content"]).rpartition("\n\n")[2]

    await http.post("/control", json={"misquote": "fabricated"})
    assert [await answer(), await answer()] == ['"The keeper climbs 299 steps." [1]'] * 2
    await http.post("/control", json={"misquote": "none"})
    assert await answer() == '"The keeper climbs 199 steps." [1]'
