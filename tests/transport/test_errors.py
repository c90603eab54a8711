"""Expected errors are said as they are; all others leave as an id that the log knows too."""

from typing import Any

import pytest
import structlog
from graphql import GraphQLError

from backend.resolvers import loaders
from backend.schema import nodes
from backend.services import projects
from backend.transport.errors import present
from tests.fixtures import asking
from tests.fixtures.served import Served

SECRET = "password=hunter2"


async def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError(SECRET)


def assert_masked(errors: list[Any], logs: list[Any]) -> None:
    """One error, telling nothing but the id under which the whole of it was logged."""
    (error,) = errors
    id = error["extensions"]["errorId"]
    assert error["message"] == f"Something went wrong on our side. Error id {id}"
    assert error["extensions"] == {"code": "INTERNAL", "errorId": id}
    logged = [entry for entry in logs if entry.get("error_id") == id]
    assert [str(entry["exc_info"]) for entry in logged] == [SECRET]


async def test_an_unexpected_failure_of_a_query_is_masked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "page", broken)
    with structlog.testing.capture_logs() as logs:
        response = await served.post("{ projects { totalCount } }")
    assert SECRET not in response.text
    assert_masked(response.json()["errors"], logs)


async def test_an_unexpected_failure_of_a_mutation_is_masked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "create", broken)
    viewer = nodes.parse((await served.ask("{ viewer { id } }"))["viewer"]["id"])[1]
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        errors = await served.refused(asking.CREATE_PROJECT, {"name": "x"})
    assert_masked(errors, logs)
    (logged,) = [entry for entry in logs if entry["event"] == "error.masked"]
    assert (logged["viewer"], len(logged["request_id"])) == (str(viewer), 32)


async def test_an_unexpected_failure_of_a_field_in_a_list_is_masked_and_keeps_the_rest(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asking.new_project(served)
    monkeypatch.setattr(loaders.chats, "page", broken)
    with structlog.testing.capture_logs() as logs:
        body = (await served.post("{ projects { edges { node { name chats { totalCount } } } } }")).json()
    assert_masked(body["errors"], logs)
    assert body["errors"][0]["path"] == ["projects", "edges", 0, "node", "chats"]


async def test_an_unexpected_failure_before_any_field_is_masked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.users.sign_in", broken)
    with structlog.testing.capture_logs() as logs:
        response = await served.post("{ __typename }", person="nobody_yet")
    assert response.status_code == 500
    assert_masked(response.json()["errors"], logs)


async def test_an_unexpected_failure_of_a_subscription_is_masked_and_ends_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await asking.new_answer(served, await asking.new_chat(served, await asking.new_project(served)))
    monkeypatch.setattr("backend.schema.message_events.MAKERS", {})
    query = "subscription ($id: ID!) { messageEvents(messageId: $id) { __typename } }"
    with structlog.testing.capture_logs() as logs:
        async with served.socket() as socket:
            await socket.subscribe("1", query, id=answer)
            said = await socket.receive()
            assert await socket.receive() == {"id": "1", "type": "complete"}
    (error,) = said["payload"]["errors"]
    assert error["message"].startswith("Something went wrong on our side. Error id ")
    assert [entry["error_id"] for entry in logs if entry["event"] == "error.masked"] == [
        error["extensions"]["errorId"]
    ]


async def test_an_expected_failure_of_a_query_has_its_code_and_field(served: Served) -> None:
    (error,) = await served.refused("{ projects(first: 101) { totalCount } }")
    assert error["message"] == "`first` must be from 1 to 100, not 101."
    assert error["extensions"] == {"code": "INVALID", "field": "first"}


def test_graphqls_own_errors_stay_as_they_are() -> None:
    assert present(GraphQLError("Cannot query field 'x'.")) == {"message": "Cannot query field 'x'."}


async def test_nothing_is_suggested_for_a_misspelt_field(served: Served) -> None:
    (error,) = await served.refused("{ viewr { id } }")
    assert error["message"] == "Cannot query field 'viewr' on type 'Query'."
