"""What is open ends with the access of whoever opened it: told at once, and found by asking otherwise."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from backend.auth import KeyGrant, Viewer
from backend.errors import NotSignedIn
from backend.settings import Settings
from backend.transport import presence as presences
from backend.transport.presence import Ending, Presence
from db.engine import Database
from db.queries import api_keys as api_key_rows
from tests.fixtures import asking
from tests.fixtures.served import Served, Socket, serving

EVENTS = "subscription ($id: ID!) { projectEvents(projectId: $id) { __typename } }"
ROTATE = "mutation ($id: ID!) { rotateApiKey(input: {apiKeyId: $id, overlapSeconds: 0}) { __typename } }"
REVOKE = "mutation ($id: ID!) { revokeApiKey(input: {apiKeyId: $id}) { __typename } }"


def viewer(*, key: bool = False) -> Viewer:
    grant = KeyGrant(uuid4(), frozenset(), None) if key else None
    return Viewer(uuid4(), "user", f"sess_{uuid4().hex}", None, grant)


class Door:
    """Two guests of everybody, and the reasons with which they were sent away."""

    def __init__(self, *viewers: Viewer) -> None:
        self.asked: list[tuple[set[UUID], set[UUID]]] = []
        self.gone: set[UUID] = set()
        self.presence = Presence(self.ended, "ended")
        self.said: dict[Viewer, list[Ending]] = {each: [] for each in viewers}
        self.leave: list[Callable[[], None]] = [
            self.presence.join(each, self.said[each].append) for each in viewers for _ in range(2)
        ]

    async def ended(self, user_ids: Collection[UUID], key_ids: Collection[UUID]) -> set[UUID]:
        self.asked.append((set(user_ids), set(key_ids)))
        return self.gone


async def test_everybody_is_asked_about_in_one_question_and_who_is_gone_is_ended_once() -> None:
    ada, bob = viewer(), viewer(key=True)
    door = Door(ada, bob)
    await door.presence.check()
    assert bob.key_id is not None
    assert door.asked == [({ada.user_id, bob.user_id}, {bob.key_id})]
    assert door.presence.num_open == 4
    door.gone = {bob.key_id}
    for _ in range(2):
        await door.presence.check()
    assert door.said == {ada: [], bob: [presences.REVOKED] * 2}
    assert door.presence.num_open == 2


@pytest.mark.parametrize("name", ["user_id", "session_id", "key_id"])
async def test_a_message_ends_what_is_of_the_one_that_it_names(name: str) -> None:
    ada, bob = viewer(key=True), viewer(key=True)
    door = Door(ada, bob)
    door.presence.hear({"kind": "another", name: str(getattr(ada, name))})
    door.presence.hear({"kind": "ended"})
    assert door.presence.num_open == 4
    door.presence.hear({"kind": "ended", name: str(getattr(ada, name))})
    assert door.said == {ada: [presences.REVOKED] * 2, bob: []}


async def test_who_has_left_or_never_signed_in_is_not_asked_about() -> None:
    door = Door(viewer())
    door.presence.join(NotSignedIn("nobody"), lambda _: None)
    for leave in door.leave:
        leave()
        leave()
    await door.presence.check()
    assert (door.asked, door.presence.num_open) == ([], 0)


async def closing(socket: Socket) -> int:
    """The code with which the socket ends; whatever arrives before is passed over."""
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await socket.receive()
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


async def test_a_key_that_is_revoked_in_mid_stream_ends_its_socket_and_nobody_elses(served: Served) -> None:
    project = await asking.new_project(served)
    key, other = [await asking.new_key(served) for _ in range(2)]
    async with served.socket(key["secret"]) as socket, served.socket(other["secret"]) as spared:
        for each in (socket, spared):
            await each.subscribe("1", EVENTS, id=project)
            assert (await each.receive())["payload"]["data"]
        await served.ask(REVOKE, {"id": key["id"]})
        assert await closing(socket) == 4403
        await spared.subscribe("2", "{ viewer { id } }")
        assert (await spared.receive())["payload"]["data"]["viewer"]


async def test_a_key_that_is_rotated_without_an_overlap_is_told_to_end_at_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> set[UUID]:
        return set()

    monkeypatch.setattr(api_key_rows, "ended", nobody)
    project = await asking.new_project(served)
    key = await asking.new_key(served)
    async with served.socket(key["secret"]) as socket:
        await socket.subscribe("1", EVENTS, id=project)
        assert (await socket.receive())["payload"]["data"]
        await served.ask(ROTATE, {"id": key["id"]})
        async with asyncio.timeout(10):
            assert await closing(socket) == 4403


async def test_a_stream_over_http_ends_with_its_keys_access_too(served: Served) -> None:
    project = await asking.new_project(served)
    key = await asking.new_key(served)
    headers = served.bearer(key["secret"]) | {"Accept": "text/event-stream"}
    body = {"query": EVENTS, "variables": {"id": project}}
    async with asyncio.timeout(10):
        async with served.http.stream("POST", "/graphql", json=body, headers=headers) as response:
            parts = response.aiter_text()
            while "ProjectSnapshot" not in await anext(parts):
                pass
            await served.ask(REVOKE, {"id": key["id"]})
            assert "complete" not in "".join([part async for part in parts])


async def test_a_revocation_that_nobody_was_told_of_is_found_by_asking(
    served: Served, database: Database
) -> None:
    project = await asking.new_project(served)
    key = await asking.new_key(served)
    async with served.socket(key["secret"]) as socket:
        await socket.subscribe("1", EVENTS, id=project)
        assert (await socket.receive())["payload"]["data"]
        await database.pool.execute("UPDATE opentrace.api_keys SET revoked_at = now()")
        async with asyncio.timeout(10):
            assert await closing(socket) == 4403


async def test_whoever_comes_while_the_process_goes_is_sent_on_at_once() -> None:
    ada, bob = viewer(), viewer()
    door = Door(ada)
    door.presence.dismiss()
    assert door.said == {ada: [presences.LEAVING] * 2}
    late: list[Ending] = []
    leave = door.presence.join(bob, late.append)
    leave()
    assert (late, door.presence.num_open) == ([presences.LEAVING], 0)


async def test_streams_end_at_once_when_the_server_goes(runtime_settings: Settings, issuer: Any) -> None:
    async with asyncio.timeout(8), serving(runtime_settings, issuer) as served:
        project = await asking.new_project(served)
        headers = served.bearer("alice") | {"Accept": 'multipart/mixed;subscriptionSpec="1.0"'}
        body = {"query": EVENTS, "variables": {"id": project}}
        async with served.socket() as socket:
            await socket.subscribe("1", EVENTS, id=project)
            await socket.receive()
            async with served.http.stream("POST", "/graphql", json=body, headers=headers) as response:
                parts = response.aiter_text()
                while "ProjectSnapshot" not in await anext(parts):
                    pass
                served.server.should_exit = True
                assert await closing(socket) == 1012
                assert "CONNECT_AGAIN" in "".join([part async for part in parts])
