"""What a document was cut into, through the API: in order, page by page, for members alone."""

import hashlib
from typing import Any

import httpx
import pytest

from backend.runtime import Runtime
from backend.tasks import documents as job
from tests.fixtures import asking
from tests.fixtures.served import Served

PAGE = (
    "<html><body><h1>Keepers</h1>"
    + "".join(f"<h2>Part {number}</h2><p>{f'Keeper {number} counts waves. ' * 40}</p>" for number in range(3))
    + "</body></html>"
).encode()
CONFIRM = "mutation ($document: ID!) { confirmUpload(input: {documentId: $document}) { __typename } }"
CHUNKS = """
query ($document: ID!, $first: Int! = 20, $after: String) {
  document(id: $document) {
    chunks(first: $first, after: $after) {
      totalCount
      edges { node { chunkId position text titlePath kinds pageFirst pageLast boxes { page } summary } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@pytest.fixture
async def document(served: Served, worker_runtime: Runtime) -> str:
    """Alice's document of three parts, taken in."""
    project = await asking.new_project(served)
    sha256 = hashlib.sha256(PAGE).hexdigest()
    file = {"name": "keepers.html", "contentType": "text/html", "size": len(PAGE), "sha256": sha256}
    asked = await served.ask(asking.REQUEST_UPLOADS, {"project": project, "files": [file]})
    [ticket] = asked["requestUploads"]["tickets"]
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.put(ticket["url"], content=PAGE, headers=headers)).status_code == 200
    await served.ask(CONFIRM, {"document": ticket["document"]["id"]})
    assert await job.run_next(worker_runtime) is True
    return str(ticket["document"]["id"])


async def chunks(served: Served, document: str, **variables: Any) -> Any:
    return (await served.ask(CHUNKS, {"document": document, **variables}))["document"]["chunks"]


async def test_a_document_shows_its_chunks_in_order(served: Served, document: str) -> None:
    whole = await chunks(served, document)
    nodes = [edge["node"] for edge in whole["edges"]]
    assert [node["position"] for node in nodes] == list(range(whole["totalCount"]))
    assert len(nodes) >= 2
    assert {node["titlePath"][0] for node in nodes} == {"Keepers"}
    assert all(f"Keeper {number} counts" in " ".join(node["text"] for node in nodes) for number in range(3))
    assert [(node["pageFirst"], node["boxes"], node["summary"]) for node in nodes] == [
        (None, [], None)
    ] * len(nodes)
    first = await chunks(served, document, first=1)
    assert ([edge["node"] for edge in first["edges"]], first["pageInfo"]["hasNextPage"]) == (nodes[:1], True)
    rest = await chunks(served, document, after=first["pageInfo"]["endCursor"])
    assert [edge["node"] for edge in rest["edges"]] == nodes[1:]


async def test_a_stranger_has_no_document_to_ask_for_chunks(served: Served, document: str) -> None:
    data = await served.ask(CHUNKS, {"document": document}, person="mallory")
    assert data == {"document": None}
