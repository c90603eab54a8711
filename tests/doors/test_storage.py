"""The object store, against a real one that checks signatures: what is promised, and what is refused."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from backend.errors import NotFound, Unavailable
from backend.local.swift.server import Swift
from backend.storage import Bucket, Delivery, SignedUpload, Storage, StoredObject

BODY = b"The lamp is lit at dusk."
SHA256 = hashlib.sha256(BODY).hexdigest()


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


async def presign(storage: Storage, key: str = "a/file", **changes: Any) -> SignedUpload:
    promised = {"size": len(BODY), "content_type": "text/plain", "sha256_hex": SHA256, "expires_seconds": 60}
    return await storage.presign_put(key, **(promised | changes))


async def send(signed: SignedUpload, body: bytes = BODY, **headers: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.put(signed.url, content=body, headers=signed.headers | headers)).status_code


async def test_length_type_and_hash_are_signed_by_version_4(storage: Storage) -> None:
    query = parse_qs(urlsplit((await presign(storage)).url).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host;x-amz-checksum-sha256"]
    assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["60"])


async def test_the_same_is_signed_for_amazon_itself() -> None:
    storage = await Storage(Bucket(name="bucket", access_key="AK", secret_key="SK")).open()
    url = urlsplit((await presign(storage)).url)
    assert parse_qs(url.query)["X-Amz-SignedHeaders"] == [
        "content-length;content-type;host;x-amz-checksum-sha256"
    ]
    assert url.hostname == "bucket.s3.amazonaws.com"
    await storage.close()


async def test_the_headers_to_send_are_the_type_and_the_hash_in_base64(storage: Storage) -> None:
    signed = await presign(storage)
    in_base64 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    assert signed.headers == {"content-type": "text/plain", "x-amz-checksum-sha256": in_base64}
    assert timedelta(0) < signed.expires_at - datetime.now(UTC) <= timedelta(seconds=60)


async def test_the_promised_file_is_taken_and_read_back(storage: Storage, tmp_path: Path) -> None:
    assert await send(await presign(storage, "a/ü b+c.txt")) == 200
    assert await storage.head("a/ü b+c.txt") == StoredObject(len(BODY), "text/plain")
    assert await storage.download("a/ü b+c.txt", tmp_path / "copy") == SHA256
    assert (tmp_path / "copy").read_bytes() == BODY


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(BODY + b"!", {}, id="longer"),
        pytest.param(BODY[:-1], {}, id="shorter"),
        pytest.param(BODY.swapcase(), {}, id="other bytes"),
        pytest.param(BODY, {"content-type": "text/html"}, id="other type"),
        pytest.param(BODY, {"x-amz-checksum-sha256": "A" * 43 + "="}, id="other hash"),
        pytest.param(
            BODY.swapcase(),
            {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(BODY.swapcase()).digest()).decode()},
            id="other bytes with their own hash",
        ),
    ],
)
async def test_any_other_file_is_refused_and_not_kept(
    storage: Storage, body: bytes, headers: dict[str, str]
) -> None:
    assert await send(await presign(storage), body, **headers) in (400, 403)
    assert await storage.head("a/file") is None


async def test_another_key_than_the_signed_one_is_refused(storage: Storage) -> None:
    signed = await presign(storage, "mine")
    moved = SignedUpload(signed.url.replace("/mine?", "/yours?"), signed.headers, signed.expires_at)
    assert await send(moved) == 403
    assert await storage.head("yours") is None


async def test_an_empty_header_set_is_refused(storage: Storage) -> None:
    signed = await presign(storage)
    assert await send(SignedUpload(signed.url, {}, signed.expires_at)) == 403


async def test_a_large_object_is_copied_whole(storage: Storage, tmp_path: Path) -> None:
    body = bytes(range(256)) * 4096 * 3 + b"end"
    await storage.put("large", body, "application/pdf")
    assert await storage.download("large", tmp_path / "copy") == hashlib.sha256(body).hexdigest()
    assert (tmp_path / "copy").stat().st_size == len(body)


async def test_a_missing_object_is_not_found(storage: Storage, tmp_path: Path) -> None:
    assert await storage.head("nothing") is None
    with pytest.raises(NotFound):
        await storage.download("nothing", tmp_path / "copy")


async def test_a_signed_address_downloads_the_file_under_its_own_name(storage: Storage) -> None:
    await storage.put("key", BODY, "text/html")
    delivery = Delivery('Jürgen\'s "notes".html', "application/octet-stream")
    url = await storage.presign_get("key", delivery=delivery, expires_seconds=60)
    async with httpx.AsyncClient(trust_env=False) as http:
        reply = await http.get(url)
    assert (reply.status_code, reply.content) == (200, BODY)
    assert reply.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''J%C3%BCrgen%27s%20%22notes%22.html"
    )
    assert reply.headers["content-type"] == "application/octet-stream"


async def test_a_signed_address_may_let_the_browser_show_the_object(storage: Storage) -> None:
    await storage.put("key", BODY, "text/html")
    delivery = Delivery("a.txt", "text/plain; charset=utf-8", is_inline=True)
    url = await storage.presign_get("key", delivery=delivery, expires_seconds=60)
    async with httpx.AsyncClient(trust_env=False) as http:
        reply = await http.get(url)
    assert reply.headers["content-disposition"] == "inline; filename*=UTF-8''a.txt"
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


async def test_deleting_takes_many_keys_and_does_not_mind_missing_ones(storage: Storage) -> None:
    keys = [f"many/{number}" for number in range(20)]
    await asyncio.gather(*(storage.put(key, BODY, "text/plain") for key in keys))
    await storage.put("kept", BODY, "text/plain")
    await storage.delete([*keys, "never there", "ü & <b>"])
    await storage.delete([])
    assert [key for key in keys if await storage.head(key)] == []
    assert await storage.head("kept") is not None


async def test_what_is_under_a_prefix_is_listed_page_by_page_in_order_from_any_key_on(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.storage.objects._PAGE", 3)
    keys = sorted(f"some/{number}" for number in range(8))
    await asyncio.gather(*(storage.put(key, BODY, "text/plain") for key in [*keys, "other/1", "somewhere"]))
    pages = [page async for page in storage.pages("some/")]
    assert [[each.key for each in page] for page in pages] == [keys[:3], keys[3:6], keys[6:]]
    assert {each.size for page in pages for each in page} == {len(BODY)}
    assert all(abs(datetime.now(UTC) - each.modified_at) < timedelta(minutes=5) for each in pages[0])
    rest = [each.key async for page in storage.pages("some/", after="some/4") for each in page]
    assert rest == keys[5:]
    assert [page async for page in storage.pages("nothing/")] == []


async def test_deleting_a_prefix_takes_all_that_is_under_it_and_says_how_many(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.storage.objects._PAGE", 3)
    gone = ["a/1", *(f"a/1/images/{number}" for number in range(6))]
    await asyncio.gather(*(storage.put(key, BODY, "text/plain") for key in [*gone, "a/2"]))
    assert await storage.delete_prefix("a/1") == 7
    assert await storage.delete_prefix("a/1") == 0
    assert [each.key async for page in storage.pages("a/") for each in page] == ["a/2"]


async def test_the_check_passes_for_our_bucket_only(object_store: Swift, storage: Storage) -> None:
    await storage.check()
    other = await Storage(
        Bucket(
            name="not-there",
            access_key=object_store.access_key,
            secret_key=object_store.secret_key,
            endpoint_url=object_store.endpoint_url,
        )
    ).open()
    with pytest.raises(NotFound):
        await other.check()
    await other.close()


async def test_a_refused_key_is_said_in_our_words(object_store: Swift, bucket: str) -> None:
    stranger = await Storage(
        Bucket(
            name=bucket,
            access_key=object_store.access_key,
            secret_key="wrong",
            endpoint_url=object_store.endpoint_url,
        )
    ).open()
    with pytest.raises(Unavailable) as refused:
        await stranger.put("key", BODY, "text/plain")
    assert refused.value.code == "STORAGE_REFUSED"
    await stranger.close()


async def test_a_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    away = await Storage(
        Bucket(name="b", access_key="a", secret_key="s", endpoint_url="http://127.0.0.1:1")
    ).open()
    for call in (away.head("k"), away.download("k", tmp_path / "f"), away.put("k", b"", "t"), away.check()):
        with pytest.raises(Unavailable):
            await call
    with pytest.raises(Unavailable):
        await away.delete(["k"])
    assert (await presign(away)).url.startswith("http://127.0.0.1:1/b/a/file?")
    await away.close()
