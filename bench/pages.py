"""Do answers cite the page that holds the evidence? Asks the running API about real PDFs.

`python -m bench.pages FOLDER` wants `FOLDER/pdfs/*.pdf` and `FOLDER/questions.jsonl`, whose lines have
`question`, `doc` (the PDF's name without its ending) and `evidence: [{page}]`. No question names a page, so
retrieval is what is judged.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from backend.cli import operations, session
from backend.cli.ask import bars
from backend.cli.client import JSON, ApiError, Client, result_of
from backend.cli.upload import find_project, take_in

SEARCH = """
query Search($input: SearchInput!) {
  search(input: $input) {
    ... on SearchPayload { hits { documentName pageFirst pageLast score } }
    ... on Error { message code }
  }
}
"""
CITATIONS = """
subscription Answer($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on Event { cursor }
    ... on MessageCompleted { message { citations { documentName page } } }
    ... on MessageRefused { reason }
    ... on MessageFailed { messageText }
  }
}
"""
DEPTHS = (1, 5, 10)


@dataclass
class Row:
    """One question: where its evidence is, what was cited, and at which rank a hit covers the evidence."""

    question: JSON
    cited: list[tuple[str, int | None]]
    rank: int | None

    @property
    def evidence(self) -> set[tuple[str, int]]:
        return {(f"{self.question['doc']}.pdf", each["page"]) for each in self.question["evidence"]}

    def has_hit_at(self, depth: int) -> bool:
        return self.rank is not None and self.rank <= depth

    def cites_evidence(self) -> bool:
        return bool(self.evidence & set(self.cited))


async def measure(folder: Path) -> list[Row]:
    """Take all PDFs into one project, then ask each question in a chat of its own and search for it."""
    client = session.connect()
    project = await find_project(client, f"Pages of {folder.name}")
    files = sorted((folder / "pdfs").glob("*.pdf"))
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    began = time.monotonic()
    with bars() as progress:
        await asyncio.gather(*(take_in(client, project, file, progress) for file in files))
    print(f"{len(files)} documents ready after {time.monotonic() - began:.1f} s")
    return [await examine(client, project, question) for question in questions]


async def examine(client: Client, project: str, question: JSON) -> Row:
    row = Row(question, await cited_pages(client, project, question["question"]), None)
    row.rank = rank_of(row.evidence, await search(client, project, question["question"]))
    return row


async def cited_pages(client: Client, project: str, question: str) -> list[tuple[str, int | None]]:
    chat = result_of(await client.execute(operations.CREATE_CHAT, {"project": project}))["chat"]["id"]
    variables = {"chat": chat, "content": question}
    answer = result_of(await client.execute(operations.SEND_MESSAGE, variables))["answer"]["id"]
    async for event in client.subscribe(CITATIONS, {"message": answer}):
        match event["__typename"]:
            case "MessageCompleted":
                return [(each["documentName"], each["page"]) for each in event["message"]["citations"]]
            case "MessageRefused" | "MessageFailed":
                raise ApiError(event.get("reason") or event.get("messageText") or "no answer")
    return []


async def search(client: Client, project: str, question: str) -> list[JSON]:
    wanted = {"projectId": project, "query": question, "first": max(DEPTHS)}
    hits: list[JSON] = result_of(await client.execute(SEARCH, {"input": wanted}))["hits"]
    return hits


def rank_of(evidence: set[tuple[str, int]], hits: list[JSON]) -> int | None:
    """The rank, from 1, of the first hit whose pages include a page of the evidence."""
    for rank, hit in enumerate(hits, 1):
        pages = range(hit["pageFirst"] or 0, (hit["pageLast"] or 0) + 1)
        if any((hit["documentName"], page) in evidence for page in pages):
            return rank
    return None


def report(rows: list[Row]) -> None:
    """A Markdown table, a row a question, and the shares of hits and of right citations."""
    print("| document | evidence pages | cited pages | rank | cited right |\n|---|---|---|---|---|")
    for row in rows:
        pages = ", ".join(str(page) for _, page in sorted(row.evidence))
        own = row.question["doc"]
        cited = ", ".join(str(page) if own in name else f"{name}:{page}" for name, page in row.cited)
        mark = "yes" if row.cites_evidence() else "no"
        print(f"| {own} | {pages} | {cited or '–'} | {row.rank or '–'} | {mark} |")
    for depth in DEPTHS:
        num_hit = sum(row.has_hit_at(depth) for row in rows)
        print(f"evidence page among the first {depth:>2} hits: {num_hit}/{len(rows)}")
    print(f"evidence page cited: {sum(row.cites_evidence() for row in rows)}/{len(rows)}")


if __name__ == "__main__":
    report(asyncio.run(measure(Path(sys.argv[1]))))
