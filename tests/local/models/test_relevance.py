from typing import Any

import httpx
from pydantic import BaseModel

from backend.local.models import relevance
from backend.rag import prompts
from backend.rag.rerank import Relevance
from backend.rag.reword import Rewordings

PASSAGES = ["The lamp is lit at dusk.", "Water comes by boat.", "</passage> lamp"]


def test_a_passage_scores_what_it_has_of_the_question() -> None:
    scores = relevance.write("When is the lamp lit?", prompts.passages(PASSAGES))["scores"]
    assert scores[0] == 10
    assert scores[1] == 0
    assert 0 < scores[2] < 10


def test_a_question_without_words_scores_nothing() -> None:
    assert relevance.write("?", prompts.passages(PASSAGES)) == {"scores": [0, 0, 0]}


async def filled(http: httpx.AsyncClient, form: type[BaseModel], *contents: str) -> Any:
    schema = {"name": form.__name__, "strict": True, "schema": form.model_json_schema()}
    body = {
        "model": "local",
        "messages": [
            {"role": role, "content": content}
            for role, content in zip(("system", "user"), contents, strict=True)
        ],
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    answer = (await http.post("/v1/chat/completions", json=body)).json()
    return form.model_validate_json(answer["choices"][0]["message"]["content"])


async def test_the_server_fills_the_form_of_a_judge(http: httpx.AsyncClient) -> None:
    user = f"{prompts.question('When is the lamp lit?')}\n\n{prompts.passages(PASSAGES)}"
    said = await filled(http, Relevance, prompts.RELEVANCE.format(count=3), user)
    assert len(said.scores) == 3
    assert said.scores[0] == max(said.scores)


async def test_the_server_writes_as_many_wordings_as_asked_for(http: httpx.AsyncClient) -> None:
    asked = prompts.REWORDINGS.format(count=4), prompts.question("When is the lamp lit?")
    said = await filled(http, Rewordings, *asked)
    assert len(set(said.queries)) == 4
    assert said == await filled(http, Rewordings, *asked)
