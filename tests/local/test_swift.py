"""The local object store: what a presigned upload may and may not be, and which browsers may send it."""

import asyncio
import base64
import errno
import hashlib
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from backend.errors import Unavailable
from backend.local.swift.server import Swift, check_attributes

BODY = b"hello"
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
HEADERS = {"content-type": "text/plain", "x-amz-checksum-sha256": SHA256}


async def presign(store: Swift, key: str, *, seconds: int = 60) -> str:
    async with store.client() as s3:
        params = {
            "Bucket": store.bucket,
            "Key": key,
            "ContentLength": len(BODY),
            "ContentType": "text/plain",
            "ChecksumSHA256": SHA256,
        }
        return await s3.generate_presigned_url("put_object", Params=params, ExpiresIn=seconds)


async def put(url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.put(url, content=body, headers=headers)


async def test_a_presigned_put_signs_length_type_and_hash(object_store: Swift) -> None:
    query = parse_qs(urlsplit(await presign(object_store, "signed")).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host;x-amz-checksum-sha256"]


async def test_the_promised_upload_is_accepted_and_kept(object_store: Swift) -> None:
    reply = await put(await presign(object_store, "kept"), BODY, HEADERS)
    async with object_store.client() as s3:
        kept = await s3.get_object(Bucket=object_store.bucket, Key="kept")
        body = await kept["Body"].read()
    assert (reply.status_code, kept["ContentType"], body) == (200, "text/plain", BODY)


@pytest.mark.parametrize(
    ("body", "changed", "status"),
    [
        pytest.param(b"longer than promised", {}, 403, id="length"),
        pytest.param(b"hellO", {}, 400, id="content"),
        pytest.param(BODY, {"content-type": "text/html"}, 403, id="type"),
        pytest.param(BODY, {"x-amz-checksum-sha256": "A" * 43 + "="}, 403, id="hash"),
    ],
)
async def test_an_upload_other_than_promised_is_refused_and_not_kept(
    object_store: Swift, body: bytes, changed: dict[str, str], status: int
) -> None:
    key = f"refused-{status}-{len(body)}-{len(changed)}"
    reply = await put(await presign(object_store, key), body, HEADERS | changed)
    assert reply.status_code == status
    async with object_store.client() as s3:
        with pytest.raises(ClientError, match="404"):
            await s3.head_object(Bucket=object_store.bucket, Key=key)


async def test_a_wrong_signature_or_key_is_refused(object_store: Swift) -> None:
    url = await presign(object_store, "forged")
    forged = url[:-1] + ("0" if url[-1] != "0" else "1")
    stranger = url.replace("opentrace%3Alocal", "opentrace%3Astranger")
    assert (await put(forged, BODY, HEADERS)).status_code == 403
    assert (await put(stranger, BODY, HEADERS)).status_code == 403


async def test_a_url_that_has_run_out_is_refused(object_store: Swift) -> None:
    url = await presign(object_store, "late", seconds=1)
    async with asyncio.timeout(20):
        while (reply := await put(url, BODY, HEADERS)).status_code == 200:  # noqa: ASYNC110 - its clock runs
            await asyncio.sleep(0.2)
    assert (reply.status_code, "Request has expired" in reply.text) == (403, True)


@pytest.mark.parametrize(
    ("origin", "status", "allowed"),
    [("http://localhost:3000", 200, "http://localhost:3000"), ("http://elsewhere.example", 401, None)],
)
async def test_only_the_clients_origin_passes_preflight(
    object_store: Swift, origin: str, status: int, allowed: str | None
) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type,x-amz-checksum-sha256",
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.options(await presign(object_store, "preflight"), headers=asked)
    assert (reply.status_code, reply.headers.get("access-control-allow-origin")) == (status, allowed)


def test_a_file_system_without_extended_attributes_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(Unavailable) as refusal:
        check_attributes(tmp_path)
    assert refusal.value.message == (
        f"The object store cannot work in {tmp_path}: its file system keeps no extended attributes "
        "(Operation not supported). Set OPENTRACE_HOME to a folder on ext4, xfs or btrfs."
    )
    assert list(tmp_path.iterdir()) == []
