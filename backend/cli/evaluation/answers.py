"""Asks each question in a chat of its own, and sees what the answer cites and whether its quotes are true."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from backend.cli import operations as asking
from backend.cli.client import JSON, ApiError, Client, result_of
from backend.cli.evaluation import operations
from backend.cli.evaluation.data import Dataset, Kind, Question, page_key
from backend.cli.evaluation.intake import Taken


@dataclass(frozen=True, slots=True)
class Cited:
    """What one answer cites, by key; `verification_rate` is None where it quotes nothing."""

    question: Question
    keys: list[str]
    statuses: list[str]
    verification_rate: float | None
    num_unsupported: int

    @property
    def is_right(self) -> bool:
        """Whether a citation is of something relevant."""
        return any(key in self.question.relevant for key in self.keys)


async def all_of(client: Client, dataset: Dataset, taken: Taken, on_each: Callable[[], None]) -> list[Cited]:
    """The answer to every question, one after another. Raises ApiError where one is refused or fails."""
    keys = {file.name: file.key for file in dataset.files}
    cited = []
    for question in dataset.questions:
        message = await _answer(client, taken.project, question.text)
        cited.append(_cited(question, message, keys, dataset.kind))
        on_each()
    return cited


async def _answer(client: Client, project: str, question: str) -> JSON:
    chat = result_of(await client.execute(asking.CREATE_CHAT, {"project": project}))["chat"]["id"]
    sent = result_of(await client.execute(asking.SEND_MESSAGE, {"chat": chat, "content": question}))
    variables = {"message": sent["answer"]["id"]}
    async with aclosing(client.subscribe(operations.CITATIONS, variables)) as events:
        async for event in events:
            if event["__typename"] == "MessageCompleted":
                message: JSON = event["message"]
                return message
            if event["__typename"] in ("MessageRefused", "MessageFailed"):
                raise ApiError(f"{question} {event.get('reason') or event.get('messageText')}")
    raise ApiError(f"{question} This question got no answer.")


def _cited(question: Question, message: JSON, keys: dict[str, str], kind: Kind) -> Cited:
    known = [each for each in message["citations"] if each["documentName"] in keys]
    places = [(keys[each["documentName"]], each["page"]) for each in known]
    return Cited(
        question,
        [key if kind is Kind.DOCUMENTS else page_key(key, page or 0) for key, page in places],
        [each["status"] for each in message["citations"]],
        message["verificationRate"],
        len(message["unsupportedSentences"]),
    )
