"""Pictures through the API: with search hits and citations, by signed addresses, for members alone."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest

from backend.runtime import Runtime
from backend.schema.nodes import row_id
from backend.tasks import documents as job
from db.models import Citation
from tests.fixtures import asking
from tests.fixtures.drawings import address, drawing
from tests.fixtures.served import Served

PAGE = (
    f"<html><body><h1>Waves</h1><p>{'The keeper counts the waves from the tower. ' * 5}</p>"
    f'<img src="{address(drawing())}" alt="Waves by month"></body></html>'
).encode()
CONFIRM = """
mutation ($document: ID!) { confirmUpload(input: {documentId: $document}) { __typename } }
"""
SEARCH = """
query ($project: ID!, $expires: Int! = 300) {
  search(input: {projectId: $project, query: "waves by month", similarityThreshold: 0}) {
    ... on SearchPayload {
      hits {
        chunkId document { url }
        images { url(expires: $expires) contentType width height page box { x0 } alt description }
      }
    }
    ... on Error { code }
  }
}
"""


@pytest.fixture
async def project(served: Served, worker_runtime: Runtime) -> str:
    """Alice's project with one page that has a picture."""
    project = await asking.new_project(served)
    file = {
        "name": "waves.html",
        "contentType": "text/html",
        "size": len(PAGE),
        "sha256": hashlib.sha256(PAGE).hexdigest(),
    }
    asked = await served.ask(asking.REQUEST_UPLOADS, {"project": project, "files": [file]})
    [ticket] = asked["requestUploads"]["tickets"]
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.put(ticket["url"], content=PAGE, headers=headers)).status_code == 200
    await served.ask(CONFIRM, {"document": ticket["document"]["id"]})
    assert await job.run_next(worker_runtime) is True
    return project


async def found(served: Served, project: str, **variables: Any) -> Any:
    data = await served.ask(SEARCH, {"project": project, **variables})
    [hit] = data["search"]["hits"]
    return hit


async def test_a_hit_shows_its_pictures_with_what_a_model_says_of_them(served: Served, project: str) -> None:
    hit = await found(served, project)
    [image] = hit["images"]
    url = image.pop("url")
    assert image == {
        "contentType": "image/png",
        "width": 300,
        "height": 200,
        "page": None,
        "box": None,
        "alt": "Waves by month",
        "description": "A PNG image of 300 x 200 pixels. The document calls it: Waves by month",
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        reply = await http.get(url)
        saved = await http.get(hit["document"]["url"])
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
    assert saved.content == PAGE
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment; ")


async def test_an_address_lives_as_long_as_was_asked_within_limits(served: Served, project: str) -> None:
    hit = await found(served, project, expires=60)
    assert "X-Amz-Expires=60" in hit["images"][0]["url"]
    for expires in (29, 3601):
        [error] = await served.refused(SEARCH, {"project": project, "expires": expires})
        assert error["extensions"]["code"] == "INVALID"


async def test_a_citation_shows_the_pictures_of_its_chunk_to_its_asker_while_a_member(
    served: Served, project: str, worker_runtime: Runtime
) -> None:
    chunk_id = (await found(served, project))["chunkId"]
    chat = await asking.new_chat(served, project)
    answer = await asking.new_answer(served, chat)
    await cite(worker_runtime, answer, chunk_id)
    query = "query ($id: ID!) { node(id: $id) { ... on Message { citations { images { alt } } } } }"
    assert await served.ask(query, {"id": answer}) == {
        "node": {"citations": [{"images": [{"alt": "Waves by month"}]}]}
    }
    pool = worker_runtime.database.pool
    await pool.execute("DELETE FROM opentrace.project_members")
    assert await served.ask(query, {"id": answer}) == {"node": None}


async def cite(worker: Runtime, answer: str, chunk_id: str) -> None:
    citation = Citation(
        message_id=row_id(answer, "Message"),
        position=0,
        marker=1,
        document_id=uuid4(),
        document_name="waves.html",
        chunk_id=row_id(chunk_id, "Chunk"),
        chunk_text="Waves.",
        score=1,
    )
    async with worker.database.sessions.begin() as session:
        session.add(citation)
