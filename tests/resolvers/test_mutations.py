"""What mutations answer, and what they leave behind."""

import hashlib
from typing import Any

import httpx
import pytest

from db.engine import Database
from tests.fixtures import asking
from tests.fixtures.served import Served

UPDATE = """
mutation ($input: UpdateRetrievalSettingsInput!) {
  updateRetrievalSettings(input: $input) {
    __typename
    ... on UpdateRetrievalSettingsPayload {
      project { retrievalSettings { numChunks similarityThreshold vectorWeight } }
    }
    ... on Error { code field }
  }
}
"""


async def settings_after(served: Served, **values: Any) -> Any:
    project = await asking.new_project(served)
    return (await served.ask(UPDATE, {"input": {"projectId": project, **values}}))["updateRetrievalSettings"]


async def test_only_the_settings_that_are_given_change(served: Served) -> None:
    assert await settings_after(served, numChunks=7, vectorWeight=0.5) == {
        "__typename": "UpdateRetrievalSettingsPayload",
        "project": {"retrievalSettings": {"numChunks": 7, "similarityThreshold": 0.3, "vectorWeight": 0.5}},
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [("numChunks", 0), ("numChunks", 21), ("similarityThreshold", 1.1), ("multiQueryCount", 9)],
)
async def test_a_setting_out_of_range_is_named_as_the_api_names_it(
    served: Served, name: str, value: float
) -> None:
    assert await settings_after(served, **{name: value}) == {
        "__typename": "InvalidInputError",
        "code": "INVALID",
        "field": name,
    }


async def test_a_project_is_changed_and_deleted(served: Served) -> None:
    project = await asking.new_project(served)
    await asking.new_document(served, project)
    await asking.new_answer(served, await asking.new_chat(served, project))
    rename = """mutation ($id: ID!) { updateProject(input: {projectId: $id, name: "Tower"}) {
        ... on UpdateProjectPayload { project { name description } } } }"""
    data = await served.ask(rename, {"id": project})
    assert data["updateProject"]["project"] == {"name": "Tower", "description": "About lights"}
    delete = """mutation ($id: ID!) { deleteProject(input: {projectId: $id}) { ... on DeletePayload {
        deletedId receipt {
          numRows numDocuments numChats numMessages numChunks numVectors numObjects numStreams } } } }"""
    assert (await served.ask(delete, {"id": project}))["deleteProject"] == {
        "deletedId": project,
        "receipt": {
            "numRows": 4 + 1 + 1 + 2,
            "numDocuments": 1,
            "numChats": 1,
            "numMessages": 2,
            "numChunks": 0,
            "numVectors": 0,
            "numObjects": 0,
            "numStreams": 0,
        },
    }
    assert await served.ask("{ projects { totalCount } }") == {"projects": {"totalCount": 0}}


async def test_a_file_is_uploaded_and_then_waits_for_a_worker(served: Served) -> None:
    content = b"light"
    sha256 = hashlib.sha256(content).hexdigest()
    project = await asking.new_project(served)
    wanted = {"project": project, "files": [asking.FILE | {"sha256": sha256}]}
    (ticket,) = (await served.ask(asking.REQUEST_UPLOADS, wanted))["requestUploads"]["tickets"]
    assert ticket["document"]["status"] == "UPLOADING"
    confirm = """mutation ($id: ID!) { confirmUpload(input: {documentId: $id}) {
        __typename
        ... on DocumentPayload { document { status placeInQueue progress isStalled stages { stage } cursor } }
        ... on Error { code } } }"""
    document = {"id": ticket["document"]["id"]}
    early = await served.ask(confirm, document)
    assert early["confirmUpload"] == {"__typename": "ConflictError", "code": "UPLOAD_MISSING"}
    headers = {header["name"]: header["value"] for header in ticket["headers"]}
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.put(ticket["url"], content=content, headers=headers)).status_code == 200
    for _ in range(2):
        assert (await served.ask(confirm, document))["confirmUpload"] == {
            "__typename": "DocumentPayload",
            "document": {
                "status": "QUEUED",
                "placeInQueue": 1,
                "progress": 0.0,
                "isStalled": False,
                "stages": [],
                "cursor": "1-0",
            },
        }


async def test_a_file_that_is_not_taken_is_named(served: Served) -> None:
    project = await asking.new_project(served)
    for change, type_name, field in (
        ({"size": 0}, "InvalidInputError", "files.1.size"),
        ({"contentType": "video/mp4"}, "InvalidInputError", "files.1.contentType"),
        ({"sha256": "x"}, "InvalidInputError", "files.1.sha256"),
        ({"size": 2**31 - 1}, "TooLargeError", "files.1.size"),
    ):
        wanted = {"project": project, "files": [asking.FILE, asking.FILE | change]}
        result = (await served.ask(asking.REQUEST_UPLOADS, wanted))["requestUploads"]
        assert (result["__typename"], result["field"]) == (type_name, field)
    query = "query ($id: ID!) { project(id: $id) { documents { totalCount } } }"
    data = await served.ask(query, {"id": project})
    assert data["project"]["documents"]["totalCount"] == 0


async def test_bytes_that_the_project_has_need_no_upload_unless_another_document_is_wanted(
    served: Served, database: Database
) -> None:
    project = await asking.new_project(served)
    document = await asking.new_document(served, project)
    await database.pool.execute("UPDATE opentrace.documents SET status = 'COMPLETED'")
    for allowed in (False, True):
        file = asking.FILE | {"name": "b.txt", "allowDuplicate": allowed}
        wanted = {"project": project, "files": [file]}
        (ticket,) = (await served.ask(asking.REQUEST_UPLOADS, wanted))["requestUploads"]["tickets"]
        assert (ticket["document"]["id"] == document) is not allowed
        assert ticket["duplicateOf"] == (None if allowed else {"id": document})
        assert (ticket["url"] is None) is not allowed
        assert (ticket["headers"] == [], ticket["expiresAt"] is None) == (not allowed, not allowed)


async def test_more_files_than_a_request_may_name_exceed_a_quota(served: Served) -> None:
    project = await asking.new_project(served)
    wanted = {"project": project, "files": [asking.FILE] * 101}
    result = (await served.ask(asking.REQUEST_UPLOADS, wanted))["requestUploads"]
    assert (result["__typename"], result["field"]) == ("QuotaExceededError", "files")


async def test_a_repeat_with_the_same_key_returns_the_first_pair(served: Served) -> None:
    chat = await asking.new_chat(served, await asking.new_project(served))
    sent = {"chat": chat, "content": "How bright?", "key": "k"}
    first = await served.ask(asking.SEND, sent)
    assert await served.ask(asking.SEND, sent) == first
    other = await served.ask(asking.SEND, sent | {"content": "How tall?"})
    assert other["sendMessage"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert other["sendMessage"]["field"] == "idempotencyKey"
    query = "query ($id: ID!) { chat(id: $id) { messages { totalCount } } }"
    assert (await served.ask(query, {"id": chat}))["chat"]["messages"]["totalCount"] == 2


async def test_a_stopped_answer_can_be_rated_again_and_again(served: Served) -> None:
    answer = await asking.new_answer(served, await asking.new_chat(served, await asking.new_project(served)))
    stop = """mutation ($id: ID!) { stopMessage(input: {messageId: $id}) {
        ... on MessagePayload { message { status } } } }"""
    assert (await served.ask(stop, {"id": answer}))["stopMessage"] == {"message": {"status": "STOPPED"}}
    rate = """mutation ($id: ID!, $positive: Boolean!) {
        rateMessage(input: {messageId: $id, positive: $positive, reason: "short"}) {
          ... on MessagePayload { message { feedback { positive reason comment } } } } }"""
    for positive in (True, False):
        data = await served.ask(rate, {"id": answer, "positive": positive})
        assert data["rateMessage"]["message"]["feedback"] == {
            "positive": positive,
            "reason": "short",
            "comment": None,
        }


async def test_a_page_inside_a_private_network_is_refused_and_nothing_is_queued(served: Served) -> None:
    project = await asking.new_project(served)
    add = """mutation ($id: ID!, $url: String!) { addWebPage(input: {projectId: $id, url: $url}) {
        __typename ... on Error { code field } } }"""
    for url in ("http://169.254.169.254/latest/", "http://[::1]/", "http://127.0.0.2:8080/"):
        data = await served.ask(add, {"id": project, "url": url})
        assert data["addWebPage"] == {
            "__typename": "InvalidInputError",
            "code": "WEB_PAGE_FORBIDDEN",
            "field": "url",
        }
    counted = await served.ask(
        "query ($id: ID!) { project(id: $id) { documents { totalCount } } }", {"id": project}
    )
    assert counted == {"project": {"documents": {"totalCount": 0}}}


async def test_a_file_is_replaced_beside_the_version_that_is_found(
    served: Served, database: Database
) -> None:
    project = await asking.new_project(served)
    document = await asking.new_document(served, project)
    await database.pool.execute(
        "UPDATE opentrace.documents SET status = 'COMPLETED', version = 1, queued_at = now()"
    )
    content = b"dark"
    file = asking.FILE | {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    replace = """mutation ($id: ID!, $file: FileInput!) {
      replaceDocument(input: {documentId: $id, file: $file}) { __typename ... on Error { field }
        ... on ReplaceDocumentPayload { ticket { url headers { name value } duplicateOf { id } document {
          status isSearchable pendingVersion replacement { name sizeBytes isConfirmed } } } } } }"""
    asked = (await served.ask(replace, {"id": document, "file": file}))["replaceDocument"]["ticket"]
    assert asked["document"] == {
        "status": "COMPLETED",
        "isSearchable": True,
        "pendingVersion": None,
        "replacement": {"name": file["name"], "sizeBytes": 4, "isConfirmed": False},
    }
    headers = {header["name"]: header["value"] for header in asked["headers"]}
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.put(asked["url"], content=content, headers=headers)).status_code == 200
    confirm = """mutation ($id: ID!) { confirmUpload(input: {documentId: $id}) { ... on DocumentPayload {
        document { status isSearchable version pendingVersion progress stages { stage } sizeBytes
          replacement { sizeBytes isConfirmed } } } } }"""
    assert (await served.ask(confirm, {"id": document}))["confirmUpload"]["document"] == {
        "status": "QUEUED",
        "isSearchable": True,
        "version": 1,
        "pendingVersion": 2,
        "progress": 0.0,
        "stages": [],
        "sizeBytes": asking.FILE["size"],
        "replacement": {"sizeBytes": 4, "isConfirmed": True},
    }
    refused = await served.ask(replace, {"id": document, "file": file | {"size": 0}})
    assert refused["replaceDocument"] == {"__typename": "InvalidInputError", "field": "file.size"}


async def test_a_document_is_taken_in_anew_and_renamed(served: Served, database: Database) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    await database.pool.execute(
        "UPDATE opentrace.documents SET status = 'FAILED', version = 1, queued_at = now()"
    )
    again = """mutation ($id: ID!) { reingestDocument(input: {documentId: $id, idempotencyKey: "k"}) {
        ... on DocumentPayload { document { status pendingVersion isSearchable } } } }"""
    for _ in range(2):
        assert (await served.ask(again, {"id": document}))["reingestDocument"]["document"] == {
            "status": "QUEUED",
            "pendingVersion": 2,
            "isSearchable": True,
        }
    rename = """mutation ($id: ID!, $name: String!) { renameDocument(input: {documentId: $id, name: $name}) {
        __typename ... on DocumentPayload { document { name } } ... on Error { field } } }"""
    data = await served.ask(rename, {"id": document, "name": "Lamps"})
    assert data["renameDocument"]["document"] == {"name": "Lamps"}
    data = await served.ask(rename, {"id": document, "name": " "})
    assert data["renameDocument"] == {"__typename": "InvalidInputError", "field": "name"}
