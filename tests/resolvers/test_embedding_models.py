"""Embedding models over the API: which there are, changing a project's, following it, and going back."""

from typing import Any

from backend.local.model_server import EMBEDDING_MODEL
from backend.runtime import Runtime
from backend.tasks import documents as job
from tests.fixtures import asking
from tests.fixtures.served import Served

NARROW = f"{EMBEDDING_MODEL}-256"
CHANGE = """
mutation ($id: ID!, $model: String!) {
  changeEmbeddingModel(input: {projectId: $id, model: $model}) {
    __typename
    ... on EmbeddingModelPayload { project { ...Models } }
    ... on Error { message code field }
  }
}
"""
ACT = """
mutation ($id: ID!) {
  VERB(input: {projectId: $id}) {
    __typename
    ... on EmbeddingModelPayload { project { ...Models } }
    ... on Error { message code field }
  }
}
"""
MODELS = """
fragment Models on Project {
  embeddingModel { name dimensions }
  formerEmbeddingModel { name }
  embeddingModelChange {
    model { name dimensions } status numChunks numEmbedded isIndexing failure { code message } finishedAt
  }
}
"""
EVENTS = """
subscription ($id: ID!) {
  projectEvents(projectId: $id) {
    __typename
    ... on Event { cursor }
    ... on ProjectSnapshot { embeddingModelChange { status } }
    ... on EmbeddingModelProgressed { change { model { name } status } }
  }
}
"""


async def act(served: Served, verb: str, project: str) -> Any:
    return (await served.ask(ACT.replace("VERB", verb) + MODELS, {"id": project}))[verb]


async def changed(served: Served, project: str, model: str = NARROW) -> Any:
    data = await served.ask(CHANGE + MODELS, {"id": project, "model": model})
    return data["changeEmbeddingModel"]


async def models(served: Served, project: str) -> Any:
    query = "query ($id: ID!) { project(id: $id) { ...Models } }"
    return (await served.ask(query + MODELS, {"id": project}))["project"]


async def test_it_says_which_models_there_are(served: Served) -> None:
    data = await served.ask("{ embeddingModels { name dimensions } }")
    assert data["embeddingModels"] == [
        {"name": EMBEDDING_MODEL, "dimensions": 384},
        {"name": NARROW, "dimensions": 256},
    ]


async def test_a_change_is_asked_for_followed_and_taken_back(served: Served, worker_runtime: Runtime) -> None:
    project = await asking.new_project(served)
    assert await models(served, project) == {
        "embeddingModel": {"name": EMBEDDING_MODEL, "dimensions": 384},
        "formerEmbeddingModel": None,
        "embeddingModelChange": None,
    }
    async with served.socket() as socket:
        await socket.subscribe("1", EVENTS, id=project)

        async def told() -> Any:
            return (await socket.receive())["payload"]["data"]["projectEvents"]

        assert (await told())["embeddingModelChange"] is None
        asked = (await changed(served, project))["project"]
        assert asked["embeddingModel"]["name"] == EMBEDDING_MODEL
        change = {"model": {"name": NARROW, "dimensions": 256}, "numChunks": 0, "numEmbedded": 0}
        change |= {"isIndexing": False, "failure": None, "finishedAt": None, "status": "BUILDING"}
        assert asked["embeddingModelChange"] == change
        begun = await told()
        assert begun["change"] == {"model": {"name": NARROW}, "status": "BUILDING"}
        assert await job.run_next(worker_runtime) is True
        ended = await told()
        assert (ended["change"]["status"], ended["cursor"] > begun["cursor"]) == ("ACTIVE", True)
    now = await models(served, project)
    assert now["embeddingModel"] == {"name": NARROW, "dimensions": 256}
    assert now["formerEmbeddingModel"] == {"name": EMBEDDING_MODEL}
    assert now["embeddingModelChange"]["finishedAt"] is not None
    back = await act(served, "rollBackEmbeddingModel", project)
    assert back["project"]["embeddingModelChange"]["model"]["name"] == EMBEDDING_MODEL
    assert await job.run_next(worker_runtime) is True
    assert (await models(served, project))["embeddingModel"]["name"] == EMBEDDING_MODEL


async def test_what_cannot_be_done_is_said_and_changes_nothing(served: Served) -> None:
    project = await asking.new_project(served)
    before = await models(served, project)
    unknown = await changed(served, project, "text-embedding-9")
    assert (unknown["__typename"], unknown["code"], unknown["field"]) == (
        "InvalidInputError",
        "EMBEDDING_MODEL_UNKNOWN",
        "model",
    )
    for verb in ("rollBackEmbeddingModel", "cancelEmbeddingModelChange"):
        assert (await act(served, verb, project))["__typename"] == "ConflictError"
    assert await models(served, project) == before


async def test_a_change_is_cancelled_and_another_may_begin(served: Served) -> None:
    project = await asking.new_project(served)
    await changed(served, project)
    other = await changed(served, project, EMBEDDING_MODEL)
    assert (other["__typename"], other["code"]) == ("ConflictError", "EMBEDDING_MODEL_CHANGING")
    cancelled = await act(served, "cancelEmbeddingModelChange", project)
    assert cancelled["project"]["embeddingModelChange"]["status"] == "CANCELLED"
    assert (await changed(served, project))["project"]["embeddingModelChange"]["status"] == "BUILDING"


async def test_models_are_for_those_who_have_signed_in(served: Served) -> None:
    errors = await served.refused("{ embeddingModels { name } }", person=None)
    assert [error["extensions"]["code"] for error in errors] == ["NOT_SIGNED_IN"]
