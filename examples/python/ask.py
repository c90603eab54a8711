"""Uploads a file, asks a question of it and prints the answer as it is written, then its sources.

pip install -r requirements.txt
OPENTRACE_TOKEN=otk_… python ask.py FILE.pdf 'QUESTION'
"""

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportConnectionFailed
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

URL = os.environ.get("OPENTRACE_API_URL", "http://localhost:8000") + "/graphql"
HEADERS = {"Authorization": f"Bearer {os.environ['OPENTRACE_TOKEN']}"}

CREATE_PROJECT = """mutation ($name: String!) {
  createProject(input: {name: $name}) {
    ... on CreateProjectPayload { project { id } }
    ... on Error { code message }
  }
}"""
REQUEST_UPLOAD = """mutation ($project: ID!, $file: FileInput!) {
  requestUploads(input: {projectId: $project, files: [$file]}) {
    ... on RequestUploadsPayload { tickets { url headers { name value } document { id } } }
    ... on Error { code message }
  }
}"""
CONFIRM_UPLOAD = """mutation ($id: ID!) {
  confirmUpload(input: {documentId: $id}) {
    ... on DocumentPayload { document { status } }
    ... on Error { code message }
  }
}"""
CREATE_CHAT = """mutation ($project: ID!) {
  createChat(input: {projectId: $project}) {
    ... on ChatPayload { chat { id } }
    ... on Error { code message }
  }
}"""
SEND_MESSAGE = """mutation ($chat: ID!, $content: String!) {
  sendMessage(input: {chatId: $chat, content: $content}) {
    ... on SendMessagePayload { answer { id } }
    ... on Error { code message }
  }
}"""
DOCUMENT_EVENTS = """subscription ($id: ID!, $after: String) {
  documentEvents(documentId: $id, after: $after) {
    __typename
    ... on Event { cursor }
    ... on DocumentCompleted { document { name numChunks } }
    ... on DocumentFailed { message }
  }
}"""
MESSAGE_EVENTS = """subscription ($id: ID!, $after: String) {
  messageEvents(messageId: $id, after: $after) {
    __typename
    ... on Event { cursor }
    ... on MessageSnapshot { message { content } }
    ... on TextAppended { text }
    ... on MessageCompleted { message { citations { marker documentName page quote status } } }
    ... on MessageRefused { reason }
    ... on MessageFailed { messageText }
  }
}"""


async def run(query: str, **variables: Any) -> Any:
    """The payload of a mutation; its error ends the program."""
    async with Client(transport=HTTPXAsyncTransport(URL, headers=HEADERS)) as session:
        data = await session.execute(GraphQLRequest(query, variable_values=variables))
    (result,) = data.values()
    if "code" in result:
        sys.exit(f"{result['code']}: {result['message']}")
    return result


async def follow(query: str, id: str) -> AsyncIterator[Any]:
    """The events of a subscription to its end; a cut connection is gone on with behind the last cursor."""
    after = None
    while True:
        transport = WebsocketsTransport(URL.replace("http", "ws", 1), init_payload=HEADERS)
        try:
            async with Client(transport=transport) as session:
                request = GraphQLRequest(gql(query), variable_values={"id": id, "after": after})
                async for data in session.subscribe(request):
                    (event,) = data.values()
                    after = event["cursor"]
                    yield event
                return
        except TransportConnectionFailed:
            await asyncio.sleep(1)


async def upload(project: str, path: Path) -> str:
    """Announce the file, PUT its bytes to the object store, say that they are there: the document's id."""
    content = path.read_bytes()
    file = {
        "name": path.name,
        "contentType": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (ticket,) = (await run(REQUEST_UPLOAD, project=project, file=file))["tickets"]
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient() as http:
        (await http.put(ticket["url"], content=content, headers=headers)).raise_for_status()
    await run(CONFIRM_UPLOAD, id=ticket["document"]["id"])
    return str(ticket["document"]["id"])


async def wait_for(document: str) -> None:
    """Until it can be asked about; ends the program if it cannot be taken in."""
    async for event in follow(DOCUMENT_EVENTS, document):
        match event:
            case {"__typename": "DocumentCompleted", "document": done}:
                print(f"{done['name']} is ready: {done['numChunks']} chunks")
            case {"__typename": "DocumentFailed", "message": why}:
                sys.exit(why)


async def show(answer: str) -> None:
    """Print the answer as it is written, then the sources that were found word for word."""
    async for event in follow(MESSAGE_EVENTS, answer):
        match event:
            case {"__typename": "MessageSnapshot", "message": message}:
                print(message["content"], end="")
            case {"__typename": "TextAppended", "text": text}:
                print(text, end="", flush=True)
            case {"__typename": "AnswerRestarted"}:
                print()
            case {"__typename": "MessageCompleted", "message": message}:
                print("", *map(line, message["citations"]), sep="\n")
            case {"reason": why} | {"messageText": why}:
                sys.exit(why)


def line(citation: Any) -> str:
    place = f"[{citation['marker']}] {citation['documentName']}, page {citation['page']}"
    if citation["status"] != "VERIFIED":
        return f"{place}: not found word for word"
    return f"{place}: “{' '.join(citation['quote'].split())}”"


async def main(path: Path, question: str) -> None:
    project = (await run(CREATE_PROJECT, name="Example: Python"))["project"]["id"]
    await wait_for(await upload(project, path))
    chat = (await run(CREATE_CHAT, project=project))["chat"]["id"]
    await show((await run(SEND_MESSAGE, chat=chat, content=question))["answer"]["id"])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
