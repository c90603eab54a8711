"""Subscriptions: a snapshot or what was missed, then what comes, then an end."""

import asyncio
from typing import Any

from tests.fixtures import asking
from tests.fixtures.served import Served, Socket

DOCUMENT_EVENTS = """
subscription ($id: ID!, $after: String) {
  documentEvents(documentId: $id, after: $after) {
    __typename
    ... on Event { cursor attempt }
    ... on DocumentSnapshot { document { status stages { stage } project { name } } }
    ... on DocumentCancelled { document { status } }
    ... on DocumentDeleted { documentId }
  }
}
"""
PROJECT_EVENTS = """
subscription ($id: ID!, $after: String) {
  projectEvents(projectId: $id, after: $after) {
    __typename
    ... on Event { cursor attempt }
    ... on ProjectSnapshot { counts { status count } }
    ... on DocumentChanged {
      documentId document { id status placeInQueue } counts { status count }
    }
    ... on ChatChanged { chatId chat { title } }
  }
}
"""
CANCEL = "mutation ($id: ID!) { cancelDocument(input: {documentId: $id}) { __typename } }"
DELETE = "mutation ($id: ID!) { deleteDocument(input: {documentId: $id}) { __typename } }"


async def until_complete(socket: Socket, id: str) -> list[Any]:
    """The events of a subscription up to its end."""
    events = []
    while (message := await socket.receive()) != {"id": id, "type": "complete"}:
        assert "errors" not in message["payload"], message
        events += message["payload"]["data"].values()
    return events


async def test_a_document_is_followed_from_its_snapshot_to_its_end(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document)
        first = (await socket.receive())["payload"]["data"]["documentEvents"]
        assert first == {
            "__typename": "DocumentSnapshot",
            "cursor": "0-0",
            "attempt": 0,
            "document": {"status": "UPLOADING", "stages": [], "project": {"name": "Lighthouse"}},
        }
        await served.ask(CANCEL, {"id": document})
        (last,) = await until_complete(socket, "1")
    assert last["__typename"] == "DocumentCancelled"
    assert last["document"] == {"status": "CANCELLED"}


async def test_a_cursor_brings_only_what_came_later(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    await served.ask(CANCEL, {"id": document})
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document)
        snapshot, end = await until_complete(socket, "1")
        assert (snapshot["__typename"], end["__typename"]) == ("DocumentSnapshot", "DocumentCancelled")
        await socket.subscribe("2", DOCUMENT_EVENTS, id=document, after="0-0")
        assert await until_complete(socket, "2") == [end]
        await socket.subscribe("3", DOCUMENT_EVENTS, id=document, after=end["cursor"])
        assert await until_complete(socket, "3") == []


async def test_deleting_a_document_is_the_last_event_of_its_followers(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document)
        await socket.receive()
        await served.ask(DELETE, {"id": document})
        (last,) = await until_complete(socket, "1")
    assert (last["__typename"], last["documentId"]) == ("DocumentDeleted", document)


async def test_a_cursor_that_never_was_is_named(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document, after="soon")
        (error,) = (await socket.receive())["payload"]
        assert error["extensions"] == {"code": "INVALID", "field": "after"}


async def test_a_project_is_followed_through_all_of_its_documents_and_on_from_a_cursor(
    served: Served,
) -> None:
    project = await asking.new_project(served)
    async with served.socket() as socket:
        await socket.subscribe("1", PROJECT_EVENTS, id=project)
        snapshot = (await socket.receive())["payload"]["data"]["projectEvents"]
        assert snapshot == {"__typename": "ProjectSnapshot", "cursor": "0-0", "attempt": 0, "counts": []}
        document = await asking.new_document(served, project)
        changed = (await socket.receive())["payload"]["data"]["projectEvents"]
        assert changed == {
            "__typename": "DocumentChanged",
            "cursor": "0-1",
            "attempt": 0,
            "documentId": document,
            "document": {"id": document, "status": "UPLOADING", "placeInQueue": None},
            "counts": [{"status": "UPLOADING", "count": 1}],
        }
        await served.ask(DELETE, {"id": document})
        deleted = (await socket.receive())["payload"]["data"]["projectEvents"]
        assert (deleted["cursor"], deleted["documentId"], deleted["document"]) == ("0-2", document, None)
        await socket.subscribe("2", PROJECT_EVENTS, id=project, after="0-1")
        while (again := await socket.receive())["id"] != "2":
            continue
        assert again["payload"]["data"]["projectEvents"] == deleted


async def test_ones_chats_are_followed_with_their_project(served: Served) -> None:
    project = await asking.new_project(served)
    async with served.socket() as socket:
        await socket.subscribe("1", PROJECT_EVENTS, id=project)
        await socket.receive()
        chat = await asking.new_chat(served, project)
        changed = (await socket.receive())["payload"]["data"]["projectEvents"]
        place = {"__typename": "ChatChanged", "cursor": "0-1", "attempt": 0, "chatId": chat}
        assert changed == place | {"chat": {"title": "Lamps"}}
        await served.ask(f'mutation {{ deleteChat(input: {{chatId: "{chat}"}}) {{ __typename }} }}')
        changed = (await socket.receive())["payload"]["data"]["projectEvents"]
        assert changed == place | {"cursor": "0-2", "chat": None}


async def channels(served: Served) -> list[Any]:
    """The topics that the API listens to at Redis, but for the control channel."""
    found: list[Any] = await served.runtime.redis.pubsub_channels("*document*")
    return found


async def nobody_listens(served: Served) -> None:
    """Wait for it; to ask Redis takes long enough for the API to go on meanwhile."""
    async with asyncio.timeout(5):
        while await channels(served):
            pass


async def test_completing_a_subscription_leaves_nobody_listening(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document)
        await socket.receive()
        assert len(await channels(served)) == 1
        await socket.send(id="1", type="complete")
        await nobody_listens(served)


async def test_a_socket_that_breaks_leaves_nobody_listening(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    async with served.socket() as socket:
        await socket.subscribe("1", DOCUMENT_EVENTS, id=document)
        await socket.receive()
        socket.raw.transport.abort()
        await nobody_listens(served)
