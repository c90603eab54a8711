"""Bodies that are too long, too deep or too many, and requests that other sites can have a browser send."""

import gzip
from collections.abc import AsyncIterator

import orjson

from tests.attacks.attack import Attack, asking, sending

MEGABYTE = 1024 * 1024
CREATE = 'mutation { createProject(input: {name: "Forged"}) { __typename } }'
FORGED = orjson.dumps({"query": CREATE})
FORM = f"query={CREATE}".encode()
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + FORGED + b"\r\n--x--\r\n"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
UPLOADS = """mutation ($files: [FileInput!]!) {
  requestUploads(input: {projectId: "x", files: $files}) { __typename }
}"""


async def without_a_length() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b" " * MEGABYTE


def deep(levels: int) -> bytes:
    """A request whose variable is a list within a list, and so on."""
    return orjson.dumps({"query": NODE})[:-1] + b',"variables":{"id":' + b"[" * levels + b"]" * levels + b"}}"


BODIES = (
    Attack("20 MB with a length", "413 TOO_LARGE", sending("POST", b" " * 20 * MEGABYTE)),
    Attack("20 MB without a length", "413 TOO_LARGE", sending("POST", without_a_length)),
    Attack(
        "20 MB packed into 20 kB",
        "400 BAD_REQUEST",
        sending("POST", gzip.compress(b" " * 20 * MEGABYTE), Content_Encoding="gzip"),
    ),
    Attack("JSON of 500,000 levels", "400 BAD_REQUEST", sending("POST", deep(500_000))),
    Attack("JSON of 1,000 levels as an id", "400", sending("POST", deep(1000))),
    Attack("A variable of a megabyte as an id", "200", asking(NODE, {"id": "x" * (MEGABYTE - 1000)})),
    Attack(
        "60,000 variables that nobody asks for",
        "400",
        asking(NODE, {f"v{n}": n for n in range(60_000)}),
    ),
    Attack("100,000 wrong elements of a list", "400", asking(UPLOADS, {"files": [0] * 100_000})),
    Attack(
        "A batch of 1,000 operations",
        "400 BAD_REQUEST",
        sending("POST", orjson.dumps([{"query": "{ viewer { id } }"}] * 1000)),
    ),
    Attack(
        "A mutation as plain text",
        "415 UNSUPPORTED_MEDIA_TYPE",
        sending("POST", FORGED, Content_Type="text/plain"),
    ),
    Attack(
        "A mutation without a type", "415 UNSUPPORTED_MEDIA_TYPE", sending("POST", FORGED, Content_Type="")
    ),
    Attack(
        "A mutation in a form",
        "415 UNSUPPORTED_MEDIA_TYPE",
        sending("POST", FORM, Content_Type="application/x-www-form-urlencoded"),
    ),
    Attack(
        "A mutation in a form of parts",
        "415 UNSUPPORTED_MEDIA_TYPE",
        sending("POST", MULTIPART, Content_Type="multipart/form-data; boundary=x"),
    ),
    Attack("A mutation in a link", "405 METHOD_NOT_ALLOWED", sending("GET", params={"query": CREATE})),
    Attack(
        "A mutation in a link that wants a stream",
        "200 METHOD_NOT_ALLOWED",
        sending("GET", params={"query": CREATE}, Accept="text/event-stream"),
    ),
    Attack(
        "A page of another site asks a browser for leave",
        "400",
        sending("OPTIONS", Origin="https://evil.example", Access_Control_Request_Method="POST"),
    ),
)
