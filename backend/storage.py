"""Files in an S3 store: browsers PUT straight to it, with everything about the file signed beforehand."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from backend.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

PIECE_BYTES = 1024 * 1024
MOST_KEYS = 1000
# s3v4 is forced: the default presigns with SigV2 in one region, which leaves length and hash unsigned.
CONFIG = AioConfig(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    connect_timeout=5,
    read_timeout=30,
    retries={"max_attempts": 2},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """Leave to PUT one file: exactly these headers, and as many bytes as were signed for."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the store says of an object."""

    size: int
    content_type: str


class Storage:
    """One bucket; make it with `open`."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._s3 = client
        self._bucket = bucket

    async def presign_put(
        self, key: str, *, size: int, content_type: str, sha256_hex: str, expires_seconds: int
    ) -> SignedUpload:
        """An address that takes this file and no other: length, type and SHA-256 are signed."""
        checksum = base64.b64encode(bytes.fromhex(sha256_hex)).decode()
        url = await self._s3.generate_presigned_url(
            "put_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ContentLength": size,
                "ContentType": content_type,
                "ChecksumSHA256": checksum,
            },
            ExpiresIn=expires_seconds,
        )
        headers = {"content-type": content_type, "x-amz-checksum-sha256": checksum}
        return SignedUpload(url, headers, datetime.now(UTC) + timedelta(seconds=expires_seconds))

    async def presign_get(self, key: str, *, file_name: str, expires_seconds: int) -> str:
        """An address from which this file can be read for a while, under its own name."""
        shown = f"inline; filename*=UTF-8''{quote(file_name)}"
        params = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": shown}
        return await self._s3.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_seconds)

    async def head(self, key: str) -> StoredObject | None:
        """Size and type of an object, or None when it is not there."""
        try:
            with _translated():
                found = await self._s3.head_object(Bucket=self._bucket, Key=key)
        except NotFound:
            return None
        return StoredObject(found["ContentLength"], found.get("ContentType", ""))

    async def download(self, key: str, path: Path) -> str:
        """Write the object to a file; its SHA-256 in hex. Raises NotFound."""
        digest = hashlib.sha256()
        with _translated():
            found = await self._s3.get_object(Bucket=self._bucket, Key=key)
            with await asyncio.to_thread(path.open, "wb") as file:
                async for piece in found["Body"].iter_chunks(PIECE_BYTES):
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
        return digest.hexdigest()

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        with _translated():
            await self._s3.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=content_type)

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove the objects; those that are gone already do not matter."""
        for start in range(0, len(keys), MOST_KEYS):
            for key in keys[start : start + MOST_KEYS]:
                with _translated():
                    await self._s3.delete_object(Bucket=self._bucket, Key=key)

    async def check(self) -> None:
        """Raises Unavailable or NotFound unless the bucket answers."""
        with _translated():
            await self._s3.head_bucket(Bucket=self._bucket)


@asynccontextmanager
async def open(
    *, endpoint_url: str | None, region: str, bucket: str, access_key: str, secret_key: str
) -> AsyncIterator[Storage]:
    """The store for as long as the block lasts; nothing is sent before the first call."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            get_session().create_client(
                "s3",
                endpoint_url=endpoint_url,
                region_name=region,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                config=CONFIG,
            )
        )
        yield Storage(client, bucket)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise NotFound("The file is not in the object store.", code="OBJECT_MISSING") from error
        raise Unavailable("The object store refused the request.", code="STORAGE_UNAVAILABLE") from error
    except (BotoCoreError, OSError) as error:
        reason = "The object store does not answer."
        raise Unavailable(reason, retry_after=5, code="STORAGE_UNAVAILABLE") from error
