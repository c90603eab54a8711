"""Objects in parts, against a real store that checks signatures and hashes."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from backend.errors import NotFound
from backend.local.swift.server import Swift
from backend.storage import Bucket, SignedUpload, Storage, StoredObject

FIRST = bytes(range(256)) * 4096 * 5
LAST = b"and the lamp is lit."
KEY = "projects/a/file"


@pytest.fixture
async def storage(object_store: Swift, bucket: str) -> AsyncIterator[Storage]:
    opened = await Storage(
        Bucket(
            name=bucket,
            access_key=object_store.access_key,
            secret_key=object_store.secret_key,
            region=object_store.region,
            endpoint_url=object_store.endpoint_url,
        )
    ).open()
    yield opened
    await opened.close()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


async def sign(storage: Storage, upload_id: str, number: int, body: bytes) -> SignedUpload:
    return await storage.sign_part(
        KEY, upload_id, number=number, size=len(body), sha256_hex=sha256(body), expires_seconds=60
    )


async def send(signed: SignedUpload, body: bytes) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.put(signed.url, content=body, headers=signed.headers)).status_code


async def test_parts_in_any_order_become_the_object(storage: Storage, tmp_path: Path) -> None:
    upload_id = await storage.begin_parts(KEY, content_type="application/pdf")
    for number, body in ((2, LAST), (1, FIRST)):
        assert await send(await sign(storage, upload_id, number, body), body) == 200
    stored = await storage.stored_parts(KEY, upload_id)
    assert {number: part.size for number, part in stored.items()} == {1: len(FIRST), 2: len(LAST)}
    assert await storage.head(KEY) is None
    await storage.join_parts(KEY, upload_id, stored)
    assert await storage.head(KEY) == StoredObject(len(FIRST) + len(LAST), "application/pdf")
    assert await storage.download(KEY, tmp_path / "copy") == sha256(FIRST + LAST)


async def test_length_and_hash_of_a_part_are_signed_and_other_bytes_are_refused(storage: Storage) -> None:
    upload_id = await storage.begin_parts(KEY, content_type="text/plain")
    signed = await sign(storage, upload_id, 1, LAST)
    query = parse_qs(urlsplit(signed.url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host;x-amz-checksum-sha256"]
    for wrong in (LAST + b"!", LAST[:-1], LAST.swapcase()):
        assert await send(signed, wrong) in (400, 403)
    other = SignedUpload(
        signed.url.replace("partNumber=1", "partNumber=2"), signed.headers, signed.expires_at
    )
    assert await send(other, LAST) == 403
    assert await storage.stored_parts(KEY, upload_id) == {}


async def test_an_upload_that_was_given_up_is_over(storage: Storage) -> None:
    begun = [await storage.begin_parts(KEY, content_type="text/plain") for _ in range(2)]
    other = await storage.begin_parts(f"{KEY}/other", content_type="text/plain")
    signed = await sign(storage, begun[0], 1, LAST)
    await storage.drop_parts(KEY)
    await storage.drop_parts(KEY, begun[0])
    assert await send(signed, LAST) == 404
    for upload_id in begun:
        with pytest.raises(NotFound):
            await storage.stored_parts(KEY, upload_id)
    assert await storage.stored_parts(f"{KEY}/other", other) == {}


async def test_parts_are_signed_for_amazon_itself() -> None:
    amazon = await Storage(Bucket(name="bucket", access_key="AK", secret_key="SK")).open()
    url = urlsplit((await sign(amazon, "id", 1, LAST)).url)
    assert url.hostname == "bucket.s3.amazonaws.com"
    assert parse_qs(url.query)["X-Amz-SignedHeaders"] == ["content-length;host;x-amz-checksum-sha256"]
    await amazon.close()
