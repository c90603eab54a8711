"""The graph checks the question, searches first, streams the answer, and ends whatever the model does."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from backend.agents import graph
from backend.agents.context import Budget, Prompt, Shape
from backend.errors import AppError, Unavailable
from backend.llm import ChatDelta, ModelAnswerInvalid, TokenUsage
from db.models import AgentType, UsageKind
from db.queries.search import Hit
from tests.agents.scripted import FINE, Play, ScriptedModels, hit, saying, searching

SIMPLE = AgentType.SIMPLE
QUESTION = "When is the lamp lit?"
ANSWER = saying('"The lamp is lit ', 'at dusk" [1].')


async def test_the_answer_is_searched_for_and_then_streamed_delta_by_delta() -> None:
    play = Play(ScriptedModels([ANSWER]))
    assert await graph.answer(play.context, SIMPLE) is None
    assert play.reader.events == [
        ("GuardrailPassed", {}),
        ("ToolStarted", {"tool": "rag_search", "query": QUESTION}),
        ("ToolFinished", {"tool": "rag_search", "num_hits": 2}),
        ("TextAppended", {"text": '"The lamp is lit '}),
        ("TextAppended", {"text": 'at dusk" [1].'}),
    ]


async def test_the_question_is_searched_for_first_the_model_may_search_again_and_must_then_answer() -> None:
    play = Play(ScriptedModels([searching("b"), ANSWER]), hits=[[hit(1)], [hit(2), hit(1)]])
    assert await graph.answer(play.context, SIMPLE) is None
    assert [choice for _, choice in play.models.asked] == ["auto", "none"]
    assert play.searched == [QUESTION, "b"]
    assert play.reader.words == '"The lamp is lit at dusk" [1].'


async def test_a_passage_found_twice_keeps_its_number() -> None:
    play = Play(ScriptedModels([searching("b"), ANSWER]), hits=[[hit(1)], [hit(2), hit(1)]])
    context = play.context
    await graph.answer(context, SIMPLE)
    assert [each.chunk_id.int for each in context.passages.hits] == [1, 2]
    second = play.models.asked[1][0][-1]["content"]
    assert second.index('<passage id="2"') < second.index('<passage id="1"')


async def test_the_prompt_is_system_history_question_call_and_result() -> None:
    history = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day."}]
    play = Play(ScriptedModels([ANSWER]), history=history)
    await graph.answer(play.context, SIMPLE)
    prompt = play.models.asked[0][0]
    assert [turn["role"] for turn in prompt] == ["system", "user", "assistant", "user", "assistant", "tool"]
    assert prompt[1:3] == history
    assert prompt[3]["content"] == "When is the lamp lit?"
    assert prompt[4]["tool_calls"][0]["id"] == prompt[5]["tool_call_id"] == "call_0"
    assert "2026-11-23" in prompt[0]["content"]


async def test_every_call_is_in_the_account_with_what_the_model_says_it_cost() -> None:
    play = Play(ScriptedModels([ANSWER]))
    await graph.answer(play.context, SIMPLE)
    assert [(call.kind, call.model, call.usage, call.ended) for call in play.account.calls] == [
        (UsageKind.GUARDRAIL, "guardrail", TokenUsage(30, 3), True),
        (UsageKind.CHAT, "chat", TokenUsage(100, 20), True),
    ]
    assert all(call.num_input_tokens > 50 for call in play.account.calls)


@pytest.mark.parametrize(
    ("field", "check"),
    [
        ("toxicity", "TOXICITY"),
        ("prompt_injection", "PROMPT_INJECTION"),
        ("personal_data", "PERSONAL_DATA"),
    ],
)
async def test_a_refused_question_never_reaches_the_answering_model(field: str, check: str) -> None:
    play = Play(ScriptedModels([], verdict=FINE | {field: True, "reason": " It insults. "}))
    assert await graph.answer(play.context, SIMPLE) == {"check": check, "reason": "It insults."}
    assert (play.models.asked, play.reader.events) == ([], [])


async def test_a_refusal_without_a_reason_gets_the_products_own() -> None:
    play = Play(ScriptedModels([], verdict=FINE | {"toxicity": True}))
    assert await graph.answer(play.context, SIMPLE) == {
        "check": "TOXICITY",
        "reason": "The question is toxic.",
    }


async def test_a_question_that_is_too_long_is_refused_without_any_model() -> None:
    play = Play(ScriptedModels([]), question="word " * 2000)
    refusal = await graph.answer(play.context, SIMPLE)
    assert refusal is not None
    assert refusal["check"] == "TOKEN_LIMIT"
    assert "2000" in refusal["reason"]
    assert (play.models.num_judged, play.models.asked, play.account.calls) == (0, [], [])


async def test_a_follow_up_is_searched_for_in_words_that_stand_alone() -> None:
    history = [{"role": "user", "content": "Who lights the lamp?"}, {"role": "assistant", "content": "Ada."}]
    models = ScriptedModels([ANSWER], rewritten="  When does Ada light the lamp? ")
    play = Play(models, question="And when?", history=history)
    await graph.answer(play.context, SIMPLE)
    assert play.searched == ["When does Ada light the lamp?"]
    assert play.models.asked[0][0][3]["content"] == "And when?"
    assert sorted((call.kind, call.model) for call in play.account.calls[:2]) == [
        (UsageKind.GUARDRAIL, "guardrail"),
        (UsageKind.REWRITE, "guardrail"),
    ]


@pytest.mark.parametrize("rewritten", [Unavailable("Away."), ModelAnswerInvalid("Garbage."), " \0"])
async def test_a_follow_up_that_cannot_be_rewritten_is_searched_for_as_it_is(rewritten: Any) -> None:
    history = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day."}]
    play = Play(ScriptedModels([ANSWER], rewritten=rewritten), history=history)
    assert await graph.answer(play.context, SIMPLE) is None
    assert play.searched == [QUESTION]


async def test_the_first_search_is_made_while_the_guardrail_judges() -> None:
    searched = asyncio.Event()

    class Patient(ScriptedModels):
        async def structured(self, model_cls: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
            await asyncio.wait_for(searched.wait(), 5)
            return await super().structured(model_cls, messages)

    class Searching(Play):
        async def search(self, query: str) -> list[Hit]:
            searched.set()
            return await super().search(query)

    play = Searching(Patient([ANSWER]))
    assert await graph.answer(play.context, SIMPLE) is None
    assert play.reader.kinds[:3] == ["GuardrailPassed", "ToolStarted", "ToolFinished"]


async def test_a_search_that_is_under_way_ends_with_a_refusal() -> None:
    ended = asyncio.Event()

    class Searching(Play):
        async def search(self, query: str) -> list[Hit]:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return []

    class Later(ScriptedModels):
        async def structured(self, model_cls: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
            await asyncio.sleep(0)
            return await super().structured(model_cls, messages)

    play = Searching(Later([], verdict=FINE | {"toxicity": True}))
    assert await graph.answer(play.context, SIMPLE) is not None
    assert (ended.is_set(), play.models.asked, play.reader.events) == (True, [], [])


async def test_a_search_that_fails_ends_the_answer_only_if_the_question_passes() -> None:
    class Failing(Play):
        async def search(self, query: str) -> list[Hit]:
            raise Unavailable("The database does not answer.")

    assert await failure_of(Failing(ScriptedModels([]))) == "UNAVAILABLE"
    play = Failing(ScriptedModels([], verdict=FINE | {"toxicity": True}))
    assert await graph.answer(play.context, SIMPLE) is not None


async def failure_of(play: Play) -> str:
    with pytest.raises(AppError) as caught:
        await graph.answer(play.context, SIMPLE)
    assert isinstance(caught.value, Unavailable)
    return caught.value.code


@pytest.mark.parametrize(
    "call",
    [
        searching(name="delete_everything"),
        searching(arguments="{not json"),
        searching(arguments="{}"),
        searching(arguments='{"query": "  "}'),
        searching(arguments='{"query": "lamp", "project_id": "another"}'),
        searching(arguments='["lamp"]'),
    ],
    ids=["unknown tool", "no json", "no query", "blank query", "a project's id", "a list"],
)
async def test_a_call_that_makes_no_sense_is_a_typed_failure_and_nothing_more_is_searched(
    call: list[ChatDelta],
) -> None:
    play = Play(ScriptedModels([call]))
    assert await failure_of(play) == "MODEL_ANSWER_INVALID"
    assert play.searched == [QUESTION]


@pytest.mark.parametrize("answer", [[], saying(), saying(" ", "\n"), saying("\0")])
async def test_an_empty_answer_is_a_typed_failure(answer: list[ChatDelta]) -> None:
    assert await failure_of(Play(ScriptedModels([answer]))) == "MODEL_ANSWER_INVALID"


async def test_a_model_that_only_searches_is_a_typed_failure_after_two_rounds() -> None:
    play = Play(ScriptedModels([searching("a"), searching("b"), searching("c")]))
    assert await failure_of(play) == "MODEL_ANSWER_INVALID"
    assert play.searched == [QUESTION, "a"]


async def test_searches_beyond_the_budget_are_not_made() -> None:
    both = [ChatDelta(tool_calls=searching("a")[0].tool_calls + searching("b", id="call_2")[0].tool_calls)]
    play = Play(ScriptedModels([both, ANSWER]), budget=Budget(max_searches=2))
    await graph.answer(play.context, SIMPLE)
    assert play.searched == [QUESTION, "a"]
    assert play.models.asked[1][0][-1]["content"] == "No search is left. Answer from the passages you have."


async def test_a_model_that_never_ends_is_cut_off() -> None:
    play = Play(ScriptedModels([saying(*["word "] * 100)]), budget=Budget(max_answer_characters=50))
    assert await failure_of(play) == "MODEL_ANSWER_INVALID"
    assert play.reader.words == "word " * 10
    assert play.models.num_closed == 1


async def test_characters_that_no_database_holds_are_left_out() -> None:
    play = Play(ScriptedModels([saying("a\0b", "c\ud800d", "é")]))
    await graph.answer(play.context, SIMPLE)
    assert play.reader.words == "abc?dé"


async def test_cancelling_the_answer_closes_the_models_stream_and_counts_what_it_wrote() -> None:
    begun = asyncio.Event()

    class Stalling(ScriptedModels):
        async def stream_chat(
            self, messages: Prompt, *, tools: Prompt = (), tool_choice: Any = None
        ) -> AsyncGenerator[ChatDelta, None]:
            async for delta in super().stream_chat(messages, tool_choice=tool_choice):
                yield delta
            if len(self.asked) == 1:
                try:
                    begun.set()
                    await asyncio.Event().wait()
                finally:
                    self.num_closed += 10

    play = Play(Stalling([[ChatDelta(text="The lamp")]]))
    task = asyncio.create_task(graph.answer(play.context, SIMPLE))
    await asyncio.wait_for(begun.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert play.models.num_closed == 11
    last = play.account.calls[-1]
    assert (last.written, last.usage, last.ended) == ("The lamp", None, True)
