"""One sender has so much open at a time and no more; what is closed makes room, and others go on."""

import asyncio
from typing import Any

from websockets.exceptions import ConnectionClosed

from backend.settings import Settings
from tests.fixtures import asking
from tests.fixtures.served import Served, Socket, serving

EVENTS = "subscription ($id: ID!) { projectEvents(projectId: $id) { __typename } }"


async def opening(served: Served, person: str) -> tuple[int, str]:
    """How a socket is refused to somebody."""
    async with served.raw_socket() as raw:
        socket = Socket(raw)
        try:
            await socket.send(type="connection_init", payload=served.bearer(person))
            while True:
                await socket.receive()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code, closed.rcvd.reason


async def opens_again(served: Served, person: str) -> None:
    """A place that was given up is free as soon as the server has seen it."""
    async with asyncio.timeout(10):
        while True:
            try:
                async with served.socket(person):
                    return
            except ConnectionClosed:
                await asyncio.sleep(0.01)


async def test_a_person_has_so_many_sockets_and_no_more(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, connections_per_sender=2) as served, served.socket():
        async with served.socket():
            refused = await opening(served, "alice")
            assert refused == (
                1013,
                "You may have 2 connections open at a time, and have: close some of them first.",
            )
            async with served.socket("bob"):
                pass
        await opens_again(served, "alice")


async def test_who_has_not_said_who_they_are_counts_by_address(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, connections_per_sender=1) as served, served.socket("ada"):
        async with served.raw_socket() as silent:
            assert (await opening(served, "bob"))[0] == 1013
            await silent.close()
        await opens_again(served, "bob")


async def test_streams_count_too_and_are_refused_before_they_begin(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, connections_per_sender=1) as served:
        project = await asking.new_project(served)
        body = {"query": EVENTS, "variables": {"id": project}}
        async with served.socket():
            headers = {**served.bearer("alice"), "accept": "text/event-stream"}
            response = await served.http.post("/graphql", json=body, headers=headers)
        assert response.status_code == 429
        (error,) = response.json()["errors"]
        assert error["extensions"] == {"code": "TOO_MANY_OPEN"}


async def test_operations_of_all_sockets_of_a_person_count_together(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, subscriptions_per_sender=2) as served:
        project = await asking.new_project(served)
        async with served.socket() as one, served.socket() as other:
            for socket, id in ((one, "1"), (other, "2")):
                await socket.subscribe(id, EVENTS, id=project)
                assert (await socket.receive())["type"] == "next"
            await one.subscribe("3", EVENTS, id=project)
            said = await one.receive()
            assert (said["id"], said["type"]) == ("3", "error")
            assert said["payload"][0]["extensions"] == {"code": "TOO_MANY_OPEN"}
            await other.send(type="complete", id="2")
            async with asyncio.timeout(10):
                while True:
                    await one.subscribe("4", EVENTS, id=project)
                    if (await one.receive())["type"] == "next":
                        break
