"""The issuer's webhooks over the wire: who is deleted is shut out at once, and nothing of theirs stays."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr

from backend.auth import Viewer
from backend.errors import Unavailable
from backend.events import Publisher, connect
from backend.local.issuer import Issuer
from backend.runtime import Runtime
from backend.services import people, work
from backend.settings import Settings
from backend.webhook_events import SessionEnded
from db.engine import Database
from tests.fixtures import asking
from tests.fixtures.served import Served, serving
from tests.transport.test_presence import EVENTS, closing

KEY = b"0123456789abcdef0123456789abcdef"
TURN = "opentrace.chores"
IS_RENEWED = f"SELECT leased_until > now() + interval '30 s' FROM {TURN}"
VIEWER = "{ viewer { email name } }"


@pytest.fixture
async def told(runtime_settings: Settings, issuer: Issuer) -> AsyncIterator[Served]:
    """An API that takes webhooks."""
    secret = SecretStr("whsec_" + base64.b64encode(KEY).decode())
    auth = runtime_settings.auth.model_copy(update={"webhook_secret": secret})
    async with serving(runtime_settings.model_copy(update={"auth": auth}), issuer) as running:
        yield running


async def tell(served: Served, kind: str, *, key: bytes = KEY, **data: Any) -> httpx.Response:
    body = orjson.dumps({"type": kind, "object": "event", "data": data})
    at = str(int(time.time()))
    signature = base64.b64encode(hmac.digest(key, f"msg_1.{at}.".encode() + body, "sha256")).decode()
    headers = {"svix-id": "msg_1", "svix-timestamp": at, "svix-signature": f"v1,{signature}"}
    return await served.http.post("/webhooks/clerk", content=body, headers=headers)


async def update(served: Served, name: str, at: int) -> None:
    response = await tell(served, "user.updated", id="user_alice", first_name=name, updated_at=at)
    assert response.status_code == 204


async def test_the_newest_that_the_issuer_told_counts_in_whatever_order_it_comes(told: Served) -> None:
    await told.ask(VIEWER)  # before any webhook
    for name, at in (("Second", 2000), ("First", 1000), ("Second", 2000), ("Third", 3000), ("First", 1000)):
        await update(told, name, at)
    assert await told.ask(VIEWER) == {"viewer": {"email": None, "name": "Third"}}


async def test_a_person_who_was_told_of_first_is_the_one_who_comes(told: Served, database: Database) -> None:
    await update(told, "Alice", 1000)
    assert (await told.ask(VIEWER))["viewer"]["name"] == "Alice"
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.users") == 1


async def test_who_is_deleted_is_shut_out_at_once_with_everything_that_is_open(told: Served) -> None:
    project = await asking.new_project(told)
    key = await asking.new_key(told)
    async with told.socket() as socket, told.socket(key["secret"]) as machine:
        for each in (socket, machine):
            await each.subscribe("1", EVENTS, id=project)
            assert (await each.receive())["payload"]["data"]
        for _ in range(2):
            assert (await tell(told, "user.deleted", id="user_alice", deleted=True)).status_code == 204
        assert [await closing(socket), await closing(machine)] == [4403, 4403]
    await update(told, "Back", 9_000_000_000_000)
    for person in ("alice", key["secret"]):
        errors = await told.refused(VIEWER, person=person)
        assert [error["extensions"]["code"] for error in errors] == ["NOT_SIGNED_IN"]


async def test_nothing_of_a_deleted_person_stays_but_the_bare_row(
    told: Served, worker_runtime: Runtime, database: Database
) -> None:
    project = await asking.new_project(told)
    await asking.new_answer(told, await asking.new_chat(told, project))
    await asking.new_document(told, project)
    await asking.new_key(told)
    kept = await asking.new_project(told, person="bob")
    await tell(told, "user.deleted", id="user_alice", deleted=True)
    opened = worker_runtime
    assert await people.erase(opened.transactions, opened.storage) == 1
    assert await people.erase(opened.transactions, opened.storage) == 0
    counts = {
        table: await database.pool.fetchval(f"SELECT count(*) FROM opentrace.{table}")
        for table in ("projects", "documents", "chats", "messages", "api_keys", "project_members")
    }
    assert counts == dict.fromkeys(counts, 0) | {"projects": 1, "project_members": 1}
    assert await told.ask("{ projects { edges { node { id } } } }", person="bob") == {
        "projects": {"edges": [{"node": {"id": kept}}]}
    }
    row = await database.pool.fetchrow(
        "SELECT email, name, erased_at IS NOT NULL FROM opentrace.users WHERE subject = 'user_alice'"
    )
    assert tuple(row) == (None, None, True)


async def test_a_long_erasure_keeps_its_turn_and_stops_when_another_has_taken_it(
    told: Served, worker_runtime: Runtime, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asking.new_project(told)
    await tell(told, "user.deleted", id="user_alice", deleted=True)
    opened, hold = worker_runtime, work.Limits(lease_seconds=60, renew_seconds=0.02)
    has_begun = asyncio.Event()

    async def endless(*_: Any, **__: Any) -> None:
        has_begun.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(people.projects, "delete", endless)
        erasing = asyncio.create_task(people.erase(opened.transactions, opened.storage, hold))
        async with asyncio.timeout(10):
            await has_begun.wait()
            await database.pool.execute(f"UPDATE {TURN} SET leased_until = now()")
            while not await database.pool.fetchval(IS_RENEWED):  # noqa: ASYNC110 # it is a row that changes
                await asyncio.sleep(0.01)
            assert await people.erase(opened.transactions, opened.storage, hold) == 0
            await database.pool.execute(f"UPDATE {TURN} SET attempt = attempt + 1, leased_until = now()")
            assert await erasing == 0
    assert await people.erase(opened.transactions, opened.storage, hold) == 1


async def test_a_person_who_cannot_be_erased_holds_up_nobody_else(
    told: Served, worker_runtime: Runtime, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete = people.projects.delete
    await asking.new_project(told)
    await asking.new_project(told, person="bob")
    for person in ("alice", "bob"):
        await tell(told, "user.deleted", id=f"user_{person}", deleted=True)

    async def failing(transactions: Any, *, viewer: Viewer, **named: Any) -> Any:
        if viewer.subject == "user_alice":
            raise KeyError("a bug")
        return await delete(transactions, viewer=viewer, **named)

    opened = worker_runtime
    with monkeypatch.context() as patch:
        patch.setattr(people.projects, "delete", failing)
        assert await people.erase(opened.transactions, opened.storage) == 1
    erased = "SELECT array_agg(subject ORDER BY subject) FROM opentrace.users WHERE erased_at IS NOT NULL"
    assert await database.pool.fetchval(erased) == ["user_bob"]
    assert await people.erase(opened.transactions, opened.storage) == 1
    assert await database.pool.fetchval(erased) == ["user_alice", "user_bob"]


async def test_the_end_of_a_session_ends_its_sockets(told: Served) -> None:
    project = await asking.new_project(told)
    token = told.issuer.issue(subject="user_alice", session_id="sess_1")
    async with told.raw_socket(Authorization=f"Bearer {token}") as raw, told.socket() as spared:
        socket = type(spared)(raw)
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.subscribe("1", EVENTS, id=project)
        assert (await socket.receive())["payload"]["data"]
        assert (await tell(told, "session.revoked", id="sess_1")).status_code == 204
        assert await closing(socket) == 4403
        await spared.subscribe("1", "{ __typename }")
        assert await spared.receive()


async def test_what_the_issuer_has_not_signed_changes_nothing(told: Served) -> None:
    await told.ask(VIEWER)
    forged = await tell(told, "user.deleted", key=b"another", id="user_alice")
    assert forged.status_code == 401
    assert (await tell(told, "user.created", id=7)).status_code == 400
    assert (await told.http.post("/webhooks/clerk", content=b"x" * 300_000)).status_code == 413
    assert (await told.ask(VIEWER))["viewer"]


async def test_without_a_secret_there_is_no_such_address(standing: Served) -> None:
    assert (await tell(standing, "user.deleted", id="user_alice")).status_code == 404


async def test_an_ended_session_that_cannot_be_told_is_told_again_by_the_issuer(told: Served) -> None:
    async with connect("redis://127.0.0.1:1/0") as nowhere:
        transactions = replace(told.runtime.transactions, publisher=Publisher(nowhere))
        with pytest.raises(Unavailable):
            await people.hear(transactions, SessionEnded("sess_1"))
